using Unroll.Datasets;
using Xunit;
using static Unroll.Tests.Support.Pickles;

namespace Unroll.Tests.Datasets;

/// <summary>Keras' rules on four small reviews, and files that are not what they say.</summary>
public sealed class ImdbFileTests : IDisposable
{
    private static readonly WordIdRules Standard = new(null, 0, null, 1, 2, 3);

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    // NumPy's RandomState(113) shuffles [0, 1] to [0, 1], then [0, 1] again to [0, 1].
    private (LabeledSequences Train, LabeledSequences Test) Load(WordIdRules rules, params (string Name, byte[] Data)[] members)
    {
        string path = _folder.File("imdb.npz");
        File.WriteAllBytes(path, Npz(members));
        return Imdb.LoadFile(path, 113, rules);
    }

    private static (string Name, byte[] Data)[] Members() =>
    [
        ("x_train", ObjectNpy(2, Array(2, "](", ListOf(1, 20, 3), ListOf(4, 5), "e"))),
        ("y_train", Labels(1, 0)),
        ("x_test", ObjectNpy(2, Array(2, "](", ListOf(30, 2), ListOf(7), "e"))),
        ("y_test", Labels(0, 1)),
    ];

    private static string[] Rows(LabeledSequences data) =>
        [.. data.Sequences.Zip(data.Labels, (ids, label) => $"{string.Join(' ', ids)}:{label}").Order(StringComparer.Ordinal)];

    [Theory]
    // The largest id, 33, is itself out of vocabulary when no number of words is given.
    [InlineData(null, 0, null, 1, 2, 3, "1 4 23 6:1|1 7 8:0", "1 10:1|1 2 5:0")]
    [InlineData(0, 0, 0, 1, 2, 3, "1 4 23 6:1|1 7 8:0", "1 10:1|1 2 5:0")]
    [InlineData(8, 0, null, 1, 2, 3, "1 4 2 6:1|1 7 2:0", "1 2 5:0|1 2:1")]
    [InlineData(8, 5, null, 1, 2, 3, "2 2 2 6:1|2 7 2:0", "2 2 5:0|2 2:1")] // the start id is below skipTop
    [InlineData(8, 5, null, 1, null, 3, "6:1|7:0", "5:0|:1")]
    [InlineData(100, 0, null, null, 2, 3, "4 23 6:1|7 8:0", "10:1|33 5:0")]
    [InlineData(100, 0, null, null, 2, 0, "1 20 3:1|4 5:0", "30 2:0|7:1")]
    [InlineData(100, 0, null, 7, 9, 20, "7 21 40 23:1|7 24 25:0", "7 27:1|7 50 22:0")]
    [InlineData(100, 0, 4, 1, 2, 3, "1 7 8:0", "1 10:1|1 33 5:0")] // strictly shorter, the start id counted
    [InlineData(100, 0, 4, null, 2, 3, "4 23 6:1|7 8:0", "10:1|33 5:0")]
    public void Rules(int? numWords, int skipTop, int? maxLen, int? startChar, int? oovChar, int indexFrom, string train, string test)
    {
        var data = Load(new WordIdRules(numWords, skipTop, maxLen, startChar, oovChar, indexFrom), Members());
        Assert.Equal(train.Split('|'), Rows(data.Train));
        Assert.Equal(test.Split('|'), Rows(data.Test));
    }

    [Theory]
    [InlineData(2)] // no test review is left … nor any training review
    [InlineData(3)]
    [InlineData(-1)]
    public void Nothing_left(int maxLen)
    {
        var error = Assert.Throws<ArgumentException>(() => Load(Standard with { MaxLen = maxLen }, Members()));
        Assert.Equal($"After filtering for sequences shorter than maxlen={maxLen}, no sequence was kept. Increase maxlen.", error.Message);
    }

    [Fact]
    public void Wrong_arguments()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(Standard with { IndexFrom = int.MaxValue }, Members()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Imdb.Load(seed: -1, directory: _folder.Path));
    }

    [Fact]
    public void Damaged_contents_are_named()
    {
        Refused("x_train has 2 reviews, y_train has 3 labels", ("y_train", Labels(0, 1, 0)));
        Refused("label 7 of review 1", ("y_test", Labels(0, 7)));
        Refused("label -1 of review 0", ("y_test", Labels(-1, 0)));
        Refused("-5 in review 0 is not a word rank", ("x_test", ObjectNpy(2, Array(2, "](", Bytes("](J", UInt32(unchecked((uint)-5)), "e"), ListOf(1), "e"))));
        Refused("is not a word rank", ("x_train", ObjectNpy(2, Array(2, "](", Bytes("](J", UInt32(0x7FFFFFFF), "e"), ListOf(1), "e"))));
        Refused("'os.system' is not allowed", ("x_train", ObjectNpy(2, Bytes("cos\nsystem\n(U", 2, "lstR."))));
        Refused("lists of integers were expected", ("x_test", Labels(1, 2)));
        Refused("integers were expected", ("y_test", ObjectNpy(2, Array(2, "](", ListOf(1), ListOf(2), "e"))));
        Refused("holds no reviews", ("x_test", ObjectNpy(0, Array(0, "]"))), ("y_test", Labels()));
        var members = Members();
        Assert.Contains("has no member y_test.npy", Assert.Throws<InvalidDataException>(() => Load(Standard, members[..3])).Message);

        void Refused(string cause, params (string Name, byte[] Data)[] instead)
        {
            var changed = Members().Select(m => instead.FirstOrDefault(i => i.Name == m.Name) is { Name: not null } other ? other : m).ToArray();
            string message = Assert.Throws<InvalidDataException>(() => Load(Standard, changed)).Message;
            Assert.Contains(cause, message);
            Assert.StartsWith(_folder.File("imdb.npz"), message);
        }
    }

    [Fact]
    public void Truncated_file()
    {
        byte[] whole = Npz(Members());
        string path = _folder.File("cut.npz");
        for (int length = 0; length < whole.Length; length += 5)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => Imdb.LoadFile(path, 113, Standard));
        }
    }
}
