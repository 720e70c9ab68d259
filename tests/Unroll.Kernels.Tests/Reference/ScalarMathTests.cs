using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Reference;

/// <summary>The oracle's own functions against the platform's, far below what float32 kernels are compared within.</summary>
public class ScalarMathTests
{
    [Fact]
    public void SigmoidAndTanh()
    {
        var random = new System.Random(8);
        double[] arguments =
        [
            0, 1, -1, 1e-4, 0.99e-4, -1e-4, 1e-300, 1e-8, 20, -20, 700, -700, 800, double.PositiveInfinity, double.NegativeInfinity,
            .. Enumerable.Range(0, 20_000).Select(i => (random.NextDouble() - 0.5) * (i % 2 == 0 ? 40 : 1e-3)),
        ];
        foreach (double x in arguments)
        {
            double sigmoid = x >= 0 ? 1 / (1 + System.Math.Exp(-x)) : System.Math.Exp(x) / (1 + System.Math.Exp(x));
            Assert.True(Floats.Ulps(ScalarMath.Sigmoid(x), sigmoid) <= 5, $"sigmoid({x:R}) = {ScalarMath.Sigmoid(x):R}");
            double tanh = System.Math.Tanh(x);
            double error = System.Math.Abs(ScalarMath.Tanh(x) - tanh);
            Assert.True(error <= 2e-12 * System.Math.Abs(tanh), $"tanh({x:R}) = {ScalarMath.Tanh(x):R}"); // 1 − e^(−2x) loses digits near 1e-4
        }
    }
}
