using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>The weights behind the recorded Keras values: element i is float32(sin(a + 0.37·i) / 2).</summary>
internal static class GoldenWeights
{
    public static float[] W(double a, int count) => [.. Enumerable.Range(0, count).Select(i => (float)(Math.Sin(a + 0.37 * i) / 2))];

    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"Element {i}: {actual[i]} instead of {expected[i]}.");
    }
}
