using Unroll.Configuration;
using Xunit;

namespace Unroll.Tests.Configuration;

public sealed class NameMatchingTests
{
    [Theory]
    [InlineData("simple_rnn", "SimpleRNN", true)]
    [InlineData("simple-rnn", "SimpleRNN", true)]
    [InlineData("lsmt", "LSTM", false)]
    [InlineData("LST", "LSTM", false)]
    [InlineData("embeding", "Embedding", false)]
    [InlineData("bidi", "Bidirectional", false)]
    [InlineData("xyz", null, false)]
    [InlineData("", null, false)]
    public void Finds_the_nearest_name(string written, string? nearest, bool isEqual)
    {
        string[] known = ["Embedding", "SimpleRNN", "LSTM", "GRU", "Dense", "Bidirectional"];
        Assert.Equal(nearest, NameMatching.Nearest(written, known));
        Assert.Equal(isEqual ? nearest : null, NameMatching.Find(written, known));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("lsmt", "lstm", 1)]
    public void Counts_differences(string a, string b, int expected)
    {
        Assert.Equal(expected, NameMatching.Distance(a, b));
        Assert.Equal(expected, NameMatching.Distance(b, a));
    }
}
