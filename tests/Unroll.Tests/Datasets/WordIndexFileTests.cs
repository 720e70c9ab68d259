using System.Text;
using Unroll.Datasets;
using Xunit;

namespace Unroll.Tests.Datasets;

public sealed class WordIndexFileTests
{
    [Fact]
    public void Flat_object()
    {
        var index = WordIndexFile.Parse("""{"the": 1, "caf\u00e9": 2, "": 3, "the": 4}"""u8, "w.json");
        Assert.Equal(3, index.Count);
        Assert.Equal(4, index["the"]);
        Assert.Equal(2, index["café"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"a\": \"b\"}")]
    [InlineData("{\"a\": 1.5}")]
    [InlineData("{\"a\": 99999999999}")]
    [InlineData("{\"a\": {}}")]
    [InlineData("{\"a\": 1")]
    [InlineData("{\"a\": 1} x")]
    [InlineData("{\"a\": 1,}")]
    [InlineData("{\"\\ud800\": 1}")]
    public void Damaged_files_are_named(string json)
    {
        var error = Assert.Throws<InvalidDataException>(() => WordIndexFile.Parse(Encoding.UTF8.GetBytes(json), "w.json"));
        Assert.StartsWith("w.json: not a word index", error.Message);
    }
}
