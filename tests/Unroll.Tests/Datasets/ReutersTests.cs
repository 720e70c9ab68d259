using Unroll.Datasets;
using Xunit;
using static Unroll.Tests.Support.Pickles;

namespace Unroll.Tests.Datasets;

/// <summary>
/// Keras' steps on five small newswires. The expected ids were computed with NumPy 1.24's RandomState and the steps of
/// reuters.load_data written out in Python; the published file itself was not at hand.
/// </summary>
public sealed class ReutersTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults()
    {
        var (train, test) = Reuters.Load(directory: Write());
        Assert.Equal(["1 7 8:45", "1 4 5 6:0", "1 10 11 12 13:4", "1 9:3"], Rows(train));
        Assert.Equal(["1 2:2"], Rows(test)); // 14, the largest id, is out of vocabulary
    }

    [Fact]
    public void Arguments()
    {
        string folder = Write();
        var (train, test) = Reuters.Load(numWords: 9, maxLen: 4, testSplit: 0.5, seed: uint.MaxValue, directory: folder);
        Assert.Equal(["1 2:2"], Rows(train));
        Assert.Equal(["1 7 8:45", "1 2:3"], Rows(test));

        (train, test) = Reuters.Load(numWords: 9, skipTop: 5, startChar: null, oovChar: null, directory: folder);
        Assert.Equal(["7 8:45", "5 6:0", ":4", ":3"], Rows(train));
        Assert.Equal([":2"], Rows(test));
    }

    [Fact]
    public void Topics_and_words()
    {
        Assert.Equal(46, Reuters.LabelNames.Distinct().Count());
        Assert.Equal(["cocoa", "earn", "lead"], new[] { 0, 3, 45 }.Select(label => Reuters.LabelNames[label]));
        File.WriteAllText(_folder.File("reuters_word_index.json"), """{"mdbl": 10996, "the": 1}""");
        Assert.Equal(1, Reuters.GetWordIndex(Path.GetDirectoryName(_folder.File("x")))["the"]);
    }

    [Fact]
    public void Bad_files_and_arguments_are_named()
    {
        Assert.Contains("label 46 of newswire 4 is not 0 to 45", Assert.Throws<InvalidDataException>(() => Reuters.Load(directory: Write(46))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Reuters.Load(testSplit: 1.5, directory: Write()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Reuters.Load(seed: 1L << 32, directory: Write()));
        Assert.Throws<ArgumentException>(() => Reuters.Load(maxLen: 1, directory: Write()));
    }

    private string Write(int lastLabel = 2)
    {
        string path = _folder.File("reuters.npz");
        File.WriteAllBytes(path, Npz(
            ("x", ObjectNpy(5, Array(5, "](", ListOf(1, 2, 3), ListOf(4, 5), ListOf(6), ListOf(7, 8, 9, 10), ListOf(11), "e"))),
            ("y", Labels(0, 45, 3, 4, lastLabel))));
        return Path.GetDirectoryName(path)!;
    }

    private static string[] Rows(LabeledSequences data) => [.. data.Sequences.Zip(data.Labels, (ids, label) => $"{string.Join(' ', ids)}:{label}")];
}
