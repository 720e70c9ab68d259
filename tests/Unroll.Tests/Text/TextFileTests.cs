using System.Formats.Tar;
using System.IO.Compression;
using Unroll.Tests.Datasets;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public sealed class TextFileTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tables_are_read_by_their_ending()
    {
        Assert.Equal(["a,b"], TextFile.Read(Write("x.tsv", "text\tlabel\na,b\tyes\n"), "text", "label").Texts);
        Assert.Equal(["a"], TextFile.Read(Write("x.csv", "text;label\na;yes\n"), separator: ';').Texts);
    }

    [Fact]
    public void Json_lines_are_read_with_their_lines()
    {
        LabeledTexts read = TextFile.Read(Write("x.jsonl", "\uFEFF{\"t\": \"a \\n b\", \"l\": 4, \"m\": []}\n\n{\"l\": true, \"t\": null}\r\n"), "t", "l");
        Assert.Equal(["a \n b", ""], read.Texts);
        Assert.Equal(["4", "true"], read.Labels);
        Assert.Equal([1, 3], read.Lines);
        Refused<ArgumentException>("line 1: has no member 'x'. Its members are: t, l", "x.jsonl", "{\"t\": 1, \"l\": 2}", "x", "l");
        Refused<InvalidDataException>("line 2: not readable as JSON", "x.jsonl", "{\"t\": 1, \"l\": 2}\n{", "t", "l");
        Refused<InvalidDataException>("line 1: holds no JSON object, but a list", "x.jsonl", "[1]", "t", "l");
        Refused<InvalidDataException>("'t' must be a text or another single value, but is a list", "x.jsonl", "{\"t\": [], \"l\": 2}", "t", "l");
        Refused<InvalidDataException>("is empty", "x.jsonl", "\n", "t", "l");
        string bad = Path.Combine(_folder.Path, "bad.jsonl");
        File.WriteAllBytes(bad, [.. "{}\n"u8, 0xC3, 0x28]);
        Assert.Contains("bad.jsonl, line 2: the byte", Assert.Throws<InvalidDataException>(() => TextFile.Read(bad)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_and_archives_say_the_same()
    {
        string root = Path.Combine(_folder.Path, "aclImdb");
        foreach (string place in new[] { "train/neg/1_2.txt", "train/pos/0_9.txt", "train/unsup/0_0.txt", "test/pos/5_8.txt" })
        {
            string file = Path.Combine(root, place);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, place);
        }

        File.WriteAllText(Path.Combine(root, "README"), "no text");
        string archive = Path.Combine(_folder.Path, "aclImdb.tar.gz");
        using (FileStream file = File.Create(archive))
        using (var zipped = new GZipStream(file, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(root, zipped, includeBaseDirectory: true);
        foreach (string path in new[] { root, archive })
        {
            LabeledTexts train = TextFile.Read(path, part: "train");
            Assert.Equal(["train/neg/1_2.txt", "train/pos/0_9.txt"], train.Texts);
            Assert.Equal(["neg", "pos"], train.Labels);
            Assert.Equal(["pos"], TextFile.Read(path, part: "test").Labels);
            Assert.Equal(3, TextFile.Read(path).Count);
            Assert.True(TextArchive.HasParts(path, "train", "test"));
            Assert.False(TextArchive.HasParts(path, "train", "pos"));
            Assert.Contains("no texts below a folder 'dev'", Assert.Throws<ArgumentException>(() => TextFile.Read(path, part: "dev")).Message, StringComparison.Ordinal);
        }

        byte[] bytes = File.ReadAllBytes(archive);
        string cut = Path.Combine(_folder.Path, "cut.tar.gz"), none = Path.Combine(_folder.Path, "none.tar.gz");
        File.WriteAllBytes(cut, bytes[..(bytes.Length / 2)]);
        File.WriteAllText(none, "this is no archive");
        Assert.Contains("cut.tar.gz", Assert.Throws<InvalidDataException>(() => TextFile.Read(cut)).Message, StringComparison.Ordinal);
        Assert.Contains("none.tar.gz", Assert.Throws<InvalidDataException>(() => TextFile.Read(none)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => TextFile.Read(Path.Combine(_folder.Path, "missing.csv")));
    }

    private void Refused<T>(string message, string name, string content, string text, string label) where T : Exception =>
        Assert.Contains(message, Assert.Throws<T>(() => TextFile.Read(Write(name, content), text, label)).Message, StringComparison.Ordinal);

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, content);
        return path;
    }
}
