using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Unroll.Tests.Datasets;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Small files written here byte by byte after the published formats; numbers are those written.</summary>
public sealed class WordVectorsTests : IDisposable
{
    private const string GloVe = "the 0.25 -1.5 3e-2\n. . 1 2 3\nfilm 4 5 6\nthe 7 8 9\n";
    private const string FastText = "3 2 \nthe 0.5 1 \nfilm -2 3 \nthe 9 9 \n";

    private static readonly Dictionary<string, int> Index = new() { ["the"] = 1, ["unheard"] = 2, ["film"] = 3, ["rare"] = 9 };

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GloVe_text()
    {
        WordVectors vectors = WordVectors.LoadGloVe(Write(GloVe));
        Assert.Equal((3, 3), (vectors.Count, vectors.Dimension));
        Assert.Equal([7, 8, 9], vectors["the"].ToArray()); // the last of two
        Assert.Equal([1, 2, 3], vectors[". ."].ToArray()); // GloVe has words with blanks
        vectors = WordVectors.LoadGloVe(Write(GloVe.ReplaceLineEndings("\r\n")), Index.Keys, limit: 3);
        Assert.Equal(2, vectors.Count);
        Assert.Equal([0.25f, -1.5f, 0.03f], vectors["the"].ToArray());
    }

    [Fact]
    public void FastText_text()
    {
        WordVectors vectors = WordVectors.LoadFastText(Write(FastText));
        Assert.Equal([0.5f, 1], vectors["the"].ToArray()); // the first of two
        Assert.Equal([-2, 3], vectors["film"].ToArray());
        Assert.Equal(1, WordVectors.LoadFastText(Write(FastText), limit: 1).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")] // as the original program writes it
    public void Word2vec_binary(string lineBreak)
    {
        WordVectors vectors = WordVectors.LoadWord2Vec(Write(Binary(lineBreak)));
        Assert.Equal((2, 3), (vectors.Count, vectors.Dimension));
        Assert.Equal([0.1f, -2, 3e10f], vectors["the"].ToArray());
        Assert.Equal([4, 5, 6], vectors["fílm"].ToArray());
        Assert.Equal(1, WordVectors.LoadWord2Vec(Write(Binary(lineBreak)), only: ["fílm"]).Count);
    }

    [Fact]
    public void Packed_files_are_read_as_they_are()
    {
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) zip.Write(Encoding.UTF8.GetBytes(GloVe));
        Assert.Equal(3, WordVectors.LoadGloVe(Write(packed.ToArray())).Count);
        string cut = Write(packed.ToArray()[..^12]);
        Assert.Contains(cut, Assert.Throws<InvalidDataException>(() => WordVectors.LoadGloVe(cut)).Message);
    }

    [Fact]
    public void A_matrix_for_an_embedding()
    {
        WordVectors vectors = WordVectors.LoadGloVe(Write(GloVe));
        float[,] matrix = vectors.MatrixFor(Index);
        Assert.Equal([10, 3], new[] { matrix.GetLength(0), matrix.GetLength(1) });
        Assert.Equal([7, 8, 9], Row(matrix, 1));
        Assert.Equal([4, 5, 6], Row(matrix, 3));
        Assert.Equal(6, matrix.Cast<float>().Count(value => value != 0));
        Assert.Equal(3, vectors.MatrixFor(Index, numWords: 3).GetLength(0));
        Assert.Equal([4, 5, 6], Row(vectors.MatrixFor(Index, numWords: 8, indexFrom: 3), 6));

        VectorCoverage coverage = vectors.CoverageOf(Index);
        Assert.Equal((4, 2, 0.5), (coverage.Words, coverage.Found, coverage.Share));
        Assert.Equal(["unheard", "rare"], coverage.Missing);
        Assert.Equal(2 / 3.0, vectors.CoverageOf(Index, numWords: 4).Share);
        Assert.Equal(1, vectors.MatrixFor(new Dictionary<string, int>()).GetLength(0));
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => vectors.MatrixFor(Index, indexFrom: -2)).Message);
        Assert.Contains("give numWords", Assert.Throws<ArgumentException>(() => vectors.MatrixFor(new Dictionary<string, int> { ["a"] = int.MaxValue })).Message);
        Assert.Throws<KeyNotFoundException>(() => vectors["unheard"]);
    }

    [Theory]
    [InlineData("the 1 2\nfilm 1\n", "line 2: has fewer than a word and 2 numbers")]
    [InlineData("the 1 2\nfilm 1 x\n", "line 2: 'x' is not a number")]
    [InlineData("the 1 2\nfilm 1 NaN\n", "line 2: 'NaN'")]
    [InlineData("the 1 2\n\nfilm 1 2\n", "line 2")]
    [InlineData("", "is empty")]
    [InlineData("word\n", "line 1")]
    [InlineData("400000 300\nthe 1 2\n", "header")]
    public void Other_GloVe_files_are_named(string text, string part) => Refused(part, Encoding.UTF8.GetBytes(text), path => WordVectors.LoadGloVe(path));

    [Theory]
    [InlineData("the 1 2\n", "line 1: is not a header")]
    [InlineData("2 2\nthe 1 2\n", "the file ends behind 1")]
    [InlineData("1 2\nthe 1 2\nfilm 3 4\n", "line 3: the header promises 1 words, but there are more")]
    [InlineData("9999999999 2000000000\n", "numbers can't be")]
    [InlineData("2 0\n", "numbers can't be")]
    public void Other_fastText_files_are_named(string text, string part) => Refused(part, Encoding.UTF8.GetBytes(text), path => WordVectors.LoadFastText(path));

    [Fact]
    public void Other_word2vec_files_are_named()
    {
        byte[] whole = Binary("");
        Refused("within the 3 numbers of word 2", whole[..^1], path => WordVectors.LoadWord2Vec(path));
        Refused("ends behind 1, at offset 20", whole[..20], path => WordVectors.LoadWord2Vec(path));
        byte[] nan = [.. whole];
        BinaryPrimitives.WriteSingleLittleEndian(nan.AsSpan(8), float.NaN);
        Refused("number 1 of word 1, at offset 8", nan, path => WordVectors.LoadWord2Vec(path));
        byte[] invalid = [.. whole];
        invalid[5] = 0xFF;
        Refused("offset 4: the word is not UTF-8", invalid, path => WordVectors.LoadWord2Vec(path));
        Refused("have no end of word", [.. "9 9\n"u8, .. new byte[3 << 20]], path => WordVectors.LoadWord2Vec(path));
        Refused("have no end of line", new byte[3 << 20], path => WordVectors.LoadGloVe(path));
    }

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        (byte[] Whole, Func<string, WordVectors> Load)[] forms =
        [
            (Encoding.UTF8.GetBytes(GloVe), path => WordVectors.LoadGloVe(path)),
            (Encoding.UTF8.GetBytes(FastText), path => WordVectors.LoadFastText(path)),
            (Binary("\n"), path => WordVectors.LoadWord2Vec(path)),
        ];
        foreach (var (whole, load) in forms)
        {
            for (int seed = 0; seed < 700; seed++)
            {
                string path = Write(Mutations.Damage(whole, seed));
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    load(path).MatrixFor(Index);
                }
                catch (InvalidDataException e)
                {
                    Assert.Contains(path, e.Message);
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
            }
        }
    }

    private void Refused(string part, byte[] bytes, Func<string, WordVectors> load)
    {
        string path = Write(bytes);
        string message = Assert.Throws<InvalidDataException>(() => load(path)).Message;
        Assert.Contains(part, message);
        Assert.Contains(path, message);
    }

    private static float[] Row(float[,] matrix, int row) => [.. Enumerable.Range(0, matrix.GetLength(1)).Select(j => matrix[row, j])];

    private static byte[] Binary(string lineBreak)
    {
        var bytes = new List<byte>(Encoding.UTF8.GetBytes("2 3\n"));
        foreach (var (word, numbers) in new (string, float[])[] { ("the", [0.1f, -2, 3e10f]), ("fílm", [4, 5, 6]) })
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(word + " "));
            foreach (float number in numbers) bytes.AddRange(BitConverter.GetBytes(number));
            bytes.AddRange(Encoding.UTF8.GetBytes(lineBreak));
        }

        return [.. bytes];
    }

    private string Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    private string Write(byte[] bytes)
    {
        string path = _folder.File("vectors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
