using Unroll.Preprocessing;
using Xunit;

namespace Unroll.Tests.Preprocessing;

/// <summary>Recorded from Keras 3.15: utils.normalize with axis=-1.</summary>
public sealed class UnitRowsTests
{
    private static readonly float[,] X = { { 1, 2 }, { 3, -1 }, { 0.5f, 4 }, { 2.5f, 2.5f }, { 0, 0 } };

    [Theory]
    [InlineData(2.0, new[] { 0.44721359f, 0.89442718f, 0.948683321f, -0.316227764f, 0.124034733f, 0.992277861f, 0.707106769f, 0.707106769f, 0, 0 })]
    [InlineData(1.0, new[] { 0.333333343f, 0.666666687f, 0.75f, -0.25f, 0.111111112f, 0.888888896f, 0.5f, 0.5f, 0, 0 })]
    [InlineData(double.PositiveInfinity, new[] { 0.5f, 1, 1, -0.333333343f, 0.125f, 1, 1, 1, 0, 0 })]
    public void Rows_have_length_one(double order, float[] expected)
    {
        float[] actual = [.. UnitRows.Normalize(X, order).Cast<float>()];
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-7f);
    }

    [Fact]
    public void Other_norms_are_refused() => Assert.Contains("it must be 1, 2 or infinity", Assert.Throws<ArgumentOutOfRangeException>(() => UnitRows.Normalize(X, 3)).Message);
}
