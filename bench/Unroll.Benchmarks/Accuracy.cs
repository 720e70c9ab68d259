using System.Globalization;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>
/// The largest errors of the activations over every one of the 2³² floats, against float64; the test suite takes every
/// 97th. Minutes on two cores.
/// </summary>
internal static class Accuracy
{
    private const int Block = 1 << 16;
    private const float SmallestNormal = 1.17549435e-38f;

    private static readonly Function[] Functions =
    [
        new("sigmoid", 4, new SigmoidTask(), Sigmoid),
        new("tanh", 6, new TanhTask(), Math.Tanh),
        new("sigmoid of -log2(e) x", 4, new ScaledSigmoidTask(), y => 1 / (1 + Math.Pow(2, y))),
        new("tanh of 2 log2(e) x", 6, new ScaledTanhTask(), y => Math.Tanh(y / (2 / Math.Log(2)))),
    ];

    /// <param name="args">Optional: take every n-th float only.</param>
    /// <param name="text">Results go here.</param>
    /// <returns>0 if every error is within its bound, else 1.</returns>
    public static int Run(string[] args, TextWriter text)
    {
        uint stride = args is [var given, ..] ? uint.Parse(given, CultureInfo.InvariantCulture) : 1;
        ArgumentOutOfRangeException.ThrowIfZero(stride);
        text.WriteLine($"{VectorWidths.Best}, every {(stride == 1 ? "float" : $"{stride}th float")}: largest error in ulp");
        int code = 0;
        foreach (Function function in Functions)
        {
            (double worst, float at) = Worst(function, stride);
            bool good = worst <= function.Bound;
            text.WriteLine($"{function.Name,-22} {worst:F4} at {at:G9} (bound {function.Bound}){(good ? "" : "  EXCEEDED")}");
            if (!good) code = 1;
        }

        return code;
    }

    private static (double Worst, float At) Worst(Function function, uint stride)
    {
        ulong perBlock = (ulong)Block * stride;
        var total = (Worst: 0.0, At: 0f);
        var gate = new Lock();
        Parallel.For(
            0L, (long)((0x1_0000_0000ul + perBlock - 1) / perBlock), () => (Worst: 0.0, At: 0f, X: new float[Block], Y: new float[Block]),
            (block, _, state) =>
            {
                for (int i = 0; i < Block; i++)
                    state.X[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min((ulong)block * perBlock + (ulong)i * stride, uint.MaxValue));
                Widths.Run(VectorWidths.Best, function.Task.On(state.X, state.Y));
                for (int i = 0; i < Block; i++)
                {
                    double error = Error(state.X[i], state.Y[i], function.Expected);
                    if (error > state.Worst) (state.Worst, state.At) = (error, state.X[i]);
                }

                return state;
            },
            state =>
            {
                lock (gate)
                {
                    if (state.Worst > total.Worst) total = (state.Worst, state.At);
                }
            });
        return total;
    }

    private static double Error(float x, float y, Func<double, double> function)
    {
        if (float.IsNaN(x)) return float.IsNaN(y) ? 0 : double.PositiveInfinity;
        double expected = function(x);
        if (double.IsNaN(y)) return double.PositiveInfinity;
        // Below the normal numbers a sigmoid stays at the smallest of them.
        if (expected is > 0 and < SmallestNormal && y is >= 0 and <= SmallestNormal * 1.001f && x is < -80 or > 80) return 0;
        return Floats.Ulps(y, expected);
    }

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private sealed record Function(string Name, double Bound, ElementTask Task, Func<double, double> Expected);
}
