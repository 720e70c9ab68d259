using Unroll.Kernels.Math;

namespace Unroll.Tests.Support;

/// <summary>Elementary functions in float64: twins of the vector kernels.</summary>
internal static class ScalarMath
{
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Portable.Exp(-x)) : Portable.Exp(x) / (1 + Portable.Exp(x));

    public static double Tanh(double x)
    {
        double size = System.Math.Abs(x);
        if (size < 1e-4) return x * (1 - x * x / 3); // next term: 2x⁵/15, below 1e-17 of x
        double e = Portable.Exp(-2 * size);
        return System.Math.CopySign((1 - e) / (1 + e), x);
    }
}
