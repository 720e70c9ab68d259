using Unroll.Datasets;
using Xunit;
using static Unroll.Tests.Support.Pickles;

namespace Unroll.Tests.Datasets;

/// <summary>The copy of a data set that loads fast: complete, never stale, never trusted when damaged.</summary>
public sealed class PreparedRanksTests : IDisposable
{
    private static readonly LabeledSequences Train = new([[0, 5, 65534, 65535], [0], [0, 65536, 88587, 1 << 30, .. Enumerable.Range(1, 100)]], [1, 0, 1]);
    private static readonly LabeledSequences Test = new([[0, 1], [0, 2, 3]], [0, 1]);

    private readonly TemporaryDirectory _folder = new();

    private string Source => _folder.File("source");

    private string Copy => PreparedRanks.PathIn(_folder.File("cache"), "some");

    public void Dispose() => _folder.Dispose();

    private void WriteCopy()
    {
        File.WriteAllBytes(Source, [.. Enumerable.Range(0, 1000).Select(i => (byte)i)]);
        PreparedRanks.TryWrite(Copy, PreparedRanks.Identify(Source), Train, Test, lead: 1);
    }

    private static void AssertEqual(LabeledSequences expected, LabeledSequences actual)
    {
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Sequences, actual.Sequences);
    }

    [Fact]
    public void Returns_what_was_kept()
    {
        WriteCopy();

        var read = PreparedRanks.TryRead(Copy, Source, lead: 1);

        AssertEqual(Train, read!.Value.Train);
        AssertEqual(Test, read.Value.Test);
        Assert.Equal([Path.GetFileName(Copy)], Directory.GetFiles(Path.GetDirectoryName(Copy)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_copy_with_any_byte_changed_counts_as_absent()
    {
        WriteCopy();
        byte[] good = File.ReadAllBytes(Copy);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(Copy, bad);
            Assert.True(PreparedRanks.TryRead(Copy, Source, lead: 1) is null, $"byte {i}");
        }
    }

    [Fact]
    public void A_copy_that_is_cut_off_or_too_long_counts_as_absent()
    {
        WriteCopy();
        byte[] good = File.ReadAllBytes(Copy);
        for (int length = 0; length < good.Length; length += 3)
        {
            File.WriteAllBytes(Copy, good[..length]);
            Assert.Null(PreparedRanks.TryRead(Copy, Source, lead: 1));
        }

        File.WriteAllBytes(Copy, [.. good, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Null(PreparedRanks.TryRead(Copy, Source, lead: 1));
        File.Delete(Copy);
        Assert.Null(PreparedRanks.TryRead(Copy, Source, lead: 1));
    }

    [Fact]
    public void A_source_that_changed_shows_whatever_its_size_and_date()
    {
        WriteCopy();
        DateTime date = File.GetLastWriteTimeUtc(Source);
        byte[] bytes = File.ReadAllBytes(Source);
        bytes[567]++;
        File.WriteAllBytes(Source, bytes);
        File.SetLastWriteTimeUtc(Source, date);

        Assert.Null(PreparedRanks.TryRead(Copy, Source, lead: 1));
    }

    [Fact]
    public void Loading_an_archive_leaves_a_copy_that_the_next_load_takes()
    {
        (string archive, WordIdRules rules, string cache) = Archive();
        string copy = PreparedRanks.PathIn(cache, "imdb");

        var first = Imdb.LoadFile(archive, 113, rules, cache);
        byte[] kept = File.ReadAllBytes(copy);
        var second = Imdb.LoadFile(archive, 113, rules, cache);

        AssertEqual(Imdb.LoadFile(archive, 113, rules).Train, first.Train);
        AssertEqual(first.Train, second.Train);
        AssertEqual(first.Test, second.Test);

        // That it is the copy which is read shows when it says something else.
        PreparedRanks.TryWrite(copy, PreparedRanks.Identify(archive), Test, Test, lead: 1);
        Assert.Equal(2 + 3, Imdb.LoadFile(archive, 113, rules, cache).Train.Sequences.Sum(row => row.Length));

        File.WriteAllBytes(copy, [.. kept[..80], (byte)~kept[80], .. kept[81..]]); // damaged: made anew
        AssertEqual(first.Train, Imdb.LoadFile(archive, 113, rules, cache).Train);
        Assert.Equal(kept, File.ReadAllBytes(copy));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_to_does_no_harm()
    {
        (string archive, WordIdRules rules, _) = Archive();
        string file = _folder.File("no-folder");
        File.WriteAllText(file, "");

        Assert.Equal(2, Imdb.LoadFile(archive, 113, rules, file).Train.Count);
        Assert.Equal("", File.ReadAllText(file));
    }

    [Fact]
    public void A_small_archive_leaves_nothing()
    {
        (string archive, WordIdRules rules, string cache) = Archive(ballast: 100);

        Imdb.LoadFile(archive, 113, rules, cache);

        Assert.False(Directory.Exists(cache));
    }

    /// <summary>Four reviews, and a member that nobody reads to make the archive large.</summary>
    private (string Path, WordIdRules Rules, string Cache) Archive(int ballast = PreparedRanks.MinSourceBytes)
    {
        string path = _folder.File("imdb.npz");
        uint word = 1;
        var noise = new byte[ballast];
        for (int i = 0; i < noise.Length; i++) noise[i] = (byte)((word = word * 1664525 + 1013904223) >> 24); // does not deflate
        File.WriteAllBytes(path, Npz(
            ("x_train", ObjectNpy(2, Array(2, "](", ListOf(1, 20, 3), ListOf(4, 5), "e"))),
            ("y_train", Labels(1, 0)),
            ("x_test", ObjectNpy(2, Array(2, "](", ListOf(30, 2), ListOf(7), "e"))),
            ("y_test", Labels(0, 1)),
            ("notes", noise)));
        return (path, new WordIdRules(null, 0, null, 1, 2, 3), _folder.File("cache"));
    }
}
