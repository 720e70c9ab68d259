using System.Text;
using Unroll.Tests.Datasets;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Fields as Python 3.11's csv.reader gives them for the same text; the rest is written out by hand after RFC 4180.</summary>
public sealed class TextCsvTests : IDisposable
{
    private const string Reviews = "review,id,sentiment\n\"Good, \"\"really\"\"\",1,pos\n\n\"two\nlines\r\nand three\",2,neg\nplain,3,pos\n";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Quotes_line_breaks_and_empty_lines()
    {
        LabeledTexts read = TextCsv.Read(Write(Reviews), text: "review", label: "sentiment");
        Assert.Equal(["Good, \"really\"", "two\nlines\r\nand three", "plain"], read.Texts);
        Assert.Equal(["pos", "neg", "pos"], read.Labels);
        Assert.Equal([2, 4, 7], read.Lines);
        Assert.Equal(3, read.Count);
        Assert.Equal(read.Texts, TextCsv.ReadTexts(Write(Reviews), "review"));
    }

    [Fact]
    public void Byte_order_marks_separators_and_encodings()
    {
        Assert.Equal(["ü"], TextCsv.Read(Write([0xEF, 0xBB, 0xBF, .. "t;l\nü;1\n"u8]), "t", "l", ';').Texts);
        Assert.Equal(["é"], TextCsv.Read(Write(Encoding.Latin1.GetBytes("t\tl\né\t1")), "t", "l", '\t', encoding: Encoding.Latin1).Texts);
        Assert.Equal(["é"], TextCsv.Read(Write([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("t,l\r\né,1\r\n")]), "t", "l").Texts); // as Excel writes it
        Assert.Equal(["x"], TextCsv.Read(Write("0,NO,x\n"), text: "2", label: "0", hasHeader: false).Texts);
    }

    /// <summary>As pandas' dropna() and drop_duplicates() would: by hand.</summary>
    [Fact]
    public void Missing_and_repeated_rows()
    {
        LabeledTexts read = TextCsv.Read(Write("t,l\na,1\n,1\nb,\na,1\na,0\n"), "t", "l", dropMissing: true, dropDuplicates: true);
        Assert.Equal(["a", "a"], read.Texts);
        Assert.Equal(["1", "0"], read.Labels);
        Assert.Equal(5, TextCsv.Read(Write("t,l\na,1\n,1\nb,\na,1\na,0\n"), "t", "l").Count);
    }

    [Fact]
    public void Errors_name_file_line_and_remedy()
    {
        Assert.Contains("Its columns are: review, id, sentiment", Assert.Throws<ArgumentException>(() => TextCsv.Read(Write(Reviews), "Review", "sentiment")).Message);
        Assert.Contains("more than one column 't'", Assert.Throws<ArgumentException>(() => TextCsv.Read(Write("t,t\n1,2\n"), "t", "t")).Message);
        Assert.Contains("0 to 1", Assert.Throws<ArgumentException>(() => TextCsv.Read(Write("a,b\n"), "a", "1", hasHeader: false)).Message);
        Refused("line 3: has 3 fields, the first row has 2", "t,l\na,1\nb,c,1\n"u8);
        Refused("line 3: a quotation mark", "t,l\na,1\n\"b,1\nc,1\n"u8);
        Refused("line 3: the byte 0xE9 at offset 8", [.. "t,l\na,1\n"u8, 0xE9, .. ",1\n"u8]);
        Refused("is empty", ""u8);
        Refused("is empty", "\n\n"u8);
        Assert.Throws<FileNotFoundException>(() => TextCsv.Read(_folder.File("absent.csv"), "t", "l"));
    }

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Reviews + "“ünï”,4,pos\n");
        for (int seed = 0; seed < 1000; seed++)
        {
            string path = Write(Mutations.Damage(whole, seed));
            try
            {
                TextCsv.Read(path, "review", "sentiment");
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message);
            }
            catch (ArgumentException e)
            {
                Assert.True(e.Message.Contains("Its columns are", StringComparison.Ordinal), $"seed {seed}: {e}");
            }
        }
    }

    private void Refused(string part, ReadOnlySpan<byte> bytes)
    {
        string path = Write(bytes.ToArray());
        string message = Assert.Throws<InvalidDataException>(() => TextCsv.Read(path, "t", "l")).Message;
        Assert.Contains(part, message);
        Assert.Contains(path, message);
    }

    private string Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    private string Write(byte[] bytes)
    {
        string path = _folder.File("reviews.csv");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
