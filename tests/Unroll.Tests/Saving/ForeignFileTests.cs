using System.Text;
using Unroll.Saving;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Whoever gives a file that is no model is told what it is, not at which offset something is missing.</summary>
public sealed class ForeignFileTests
{
    public static TheoryData<string, byte[], string> Files => new()
    {
        { "t.sh", "echo hi\n"u8.ToArray(), "this is text." },
        { "page.keras", " \n<!doctype html>"u8.ToArray(), "this is HTML or XML" },
        { "config.json", [0xEF, 0xBB, 0xBF, .. "{\"class_name\": \"Sequential\"}"u8], "this is JSON: a configuration alone" },
        { "model.pkl", [0x80, 4, 0x95, 1], "this is a pickle of Python" },
        { "a.npy", [0x93, .. "NUMPY"u8, 1, 0], "this is a NumPy array" },
        { "a.tflite", [0x1C, 0, 0, 0, .. "TFL3"u8, 0], "this is a model of TensorFlow Lite" },
        { "a.onnx", [8, 8, 18, 6], "this is named as a model of ONNX" },
        { "a.gz", [0x1F, 0x8B, 8, 0], "this is packed with gzip" },
        { "study.db", [.. "SQLite format 3"u8, 0], "this is a database of SQLite" },
        { "a.bin", [1, 2, 3, 200, 0], "and this is neither." },
        { "latin1.txt", Encoding.Latin1.GetBytes("déjà vu"), "this is text." },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void It_is_named(string name, byte[] content, string says)
    {
        using var folder = new Datasets.TemporaryDirectory();
        string path = folder.File(name);
        File.WriteAllBytes(path, content);
        string[] messages = [Assert.Throws<InvalidDataException>(() => ModelFile.Open(path)).Message, Assert.Throws<InvalidDataException>(() => ModelFile.Parse(content, path)).Message];
        Assert.All(messages, message => Assert.StartsWith($"{path}: is no model: Unroll reads .keras and .h5 files", message, StringComparison.Ordinal));
        Assert.All(messages, message => Assert.Contains(says, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Archives_of_something_else_are_named()
    {
        Assert.Contains("this is an archive of NumPy arrays (.npz): a.npy, b.npy.", ForeignFile.NoModelIn("x", ["a.npy", "b.npy"]).Message, StringComparison.Ordinal);
        Assert.Contains("this is a file of PyTorch", ForeignFile.NoModelIn("x", ["archive/data.pkl", "archive/version"]).Message, StringComparison.Ordinal);
        Assert.Contains("without config.json, of word/document.xml.", ForeignFile.NoModelIn("x", ["word/document.xml"]).Message, StringComparison.Ordinal);
    }
}
