using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Unroll.Datasets;
using Unroll.Formats.Npy;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Datasets;

/// <summary>From the 50,000 raw reviews to exactly the sequences of imdb.npz.</summary>
public sealed class RawImdbTests
{
    [Fact]
    public void Raw_reviews_become_the_sequences_of_the_archive()
    {
        Assert.SkipUnless(TestData.RawImdb is not null, TestData.NoRawImdb);
        SortedDictionary<string, string> texts = ReadTexts(TestData.RawImdb!);
        Assert.Equal(50_000, texts.Count);

        // The authors' words: only A to Z in lower case, Keras' filters; words without a rank are dropped.
        var cleaning = new TextCleaning().ToLowerAscii();
        Tokenizer tokenizer = Tokenizer.FromWordIndex(Imdb.GetWordIndex(TestData.ImdbDirectory), new Tokenizer { Lower = false });
        NpzFile archive = NpzFile.Open(Imdb.Find(TestData.ImdbDirectory)!);
        foreach (string split in new[] { "train", "test" })
        {
            string[] inOrder = [.. Of(split, "pos"), .. Of(split, "neg")];
            int[][] sequences = tokenizer.TextsToSequences(cleaning.Apply(inOrder));
            int[][] expected = archive.Read($"x_{split}").ReadSequences(0);
            Assert.Equal(25_000, expected.Length);
            for (int i = 0; i < expected.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(sequences[i]), $"{split} review {i}: {inOrder[i]}");
        }

        IEnumerable<string> Of(string split, string label) => texts.Where(entry => entry.Key.StartsWith($"{split}/{label}/", StringComparison.Ordinal)).Select(entry => entry.Value);
    }

    private static SortedDictionary<string, string> ReadTexts(string path)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            string[] parts = entry.Name.Split('/');
            if (entry.DataStream is null || parts is not [.., "train" or "test", "pos" or "neg", var name] || !name.EndsWith(".txt", StringComparison.Ordinal)) continue;
            using var reader = new StreamReader(entry.DataStream, Encoding.UTF8);
            texts.Add(string.Join('/', parts[^3..]), reader.ReadToEnd());
        }

        return texts;
    }
}
