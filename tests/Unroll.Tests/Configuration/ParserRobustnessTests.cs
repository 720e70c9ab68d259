using Unroll.Configuration;
using Xunit;

namespace Unroll.Tests.Configuration;

public sealed class ParserRobustnessTests
{
    private const string Valid =
        "embedding(8, input_dim=1000), bidirectional(lstm(16, dropout=.4, kernel_initializer=random_normal(stddev=1e-3)), merge_mode='sum'), dense([1, -2.5e+3], true, none, x=\"a\\\"b\")";

    /// <summary>Whatever is written, there is a result or a <see cref="FormatException"/> that shows its place.</summary>
    [Fact]
    public void Damaged_texts_are_read_or_refused()
    {
        const string Characters = "()[]=,'\"\\ .-+e0aZ_\0\n\té…";
        for (int i = 0; i < Valid.Length; i++)
        {
            Check(Valid[..i]);
            Check(Valid[i..]);
            Check(Valid.Remove(i, 1));
            foreach (char c in Characters)
            {
                Check(Valid[..i] + c + Valid[(i + 1)..]);
                Check(Valid.Insert(i, c.ToString()));
            }
        }
    }

    private static void Check(string text)
    {
        IReadOnlyList<ObjectConfig> configs;
        try
        {
            configs = ObjectConfig.ParseList(text);
        }
        catch (FormatException e)
        {
            string[] lines = e.Message.Split('\n');
            Assert.Equal(3, lines.Length);
            Assert.EndsWith("^", lines[2], StringComparison.Ordinal);
            return;
        }

        // What was read can be written and read again.
        string written = string.Join(", ", configs);
        Assert.Equal(written, string.Join(", ", ObjectConfig.ParseList(written)));
    }
}
