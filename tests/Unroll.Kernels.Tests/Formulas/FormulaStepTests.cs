using System.Runtime.CompilerServices;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Formulas;

/// <summary>Every instruction does what its name says, in float64 and number by number, setting and adding, in place, with the same bits at all widths.</summary>
public class FormulaStepTests
{
    private const int Features = 3;

    public static TheoryData<string, int> Choices
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (FormulaCode code in Enum.GetValues<FormulaCode>())
            {
                // Products have tests of their own; functions are whatever the formula brings, which the tests of layers with any activation try.
                if (code is FormulaCode.Product or FormulaCode.TransposedProduct or FormulaCode.Linear or FormulaCode.Function or FormulaCode.FunctionSlope) continue;
                data.Add(code.ToString(), 16);
                data.Add(code.ToString(), 32);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void DoesWhatItSays(string name, int lanes)
    {
        var code = Enum.Parse<FormulaCode>(name);
        int size = Features * lanes;
        var random = new System.Random(1);
        float[] a = Floats.Values(random, size, 1.5f), b = Floats.Values(random, size, 1.5f), c = Floats.Values(random, size, 1.5f), start = Floats.Values(random, size);
        if (code is FormulaCode.Log or FormulaCode.Sqrt) a = Array.ConvertAll(a, value => MathF.Abs(value) + 0.01f);
        (a[3], b[3]) = (0.5f, 0.5f); // equal
        foreach (bool adds in CanAdd(code) ? new[] { false, true } : [false])
        {
            double[] expected = [.. Enumerable.Range(0, size).Select(i => (adds ? (double)start[i] : 0) + Value(code, a, b, c, i, lanes))];
            if (code == FormulaCode.Sum) Array.Copy(Array.ConvertAll(start, value => (double)value), lanes, expected, lanes, size - lanes);
            float[] first = Run(VectorWidth.Bits128, code, a, b, c, start, lanes, adds, inPlace: false);
            for (int i = 0; i < size; i++)
            {
                double error = System.Math.Abs(first[i] - expected[i]) / System.Math.Max(1, System.Math.Abs(expected[i]));
                Assert.True(error <= 2e-6, $"{code}, adds: {adds}, element {i}: {first[i]} instead of {expected[i]}.");
            }

            foreach (VectorWidth width in Widths.All)
            {
                Floats.AssertSameBits(first, Run(width, code, a, b, c, start, lanes, adds, inPlace: false), $"{code} at {width}");
                if (!adds && code is not (FormulaCode.Sum or FormulaCode.Broadcast))
                    Floats.AssertSameBits(first, Run(width, code, a, b, c, a, lanes, adds, inPlace: true), $"{code} in place at {width}");
            }
        }
    }

    private static bool CanAdd(FormulaCode code) =>
        code is FormulaCode.Affine or FormulaCode.Sum or FormulaCode.Broadcast or >= FormulaCode.TanhSlope;

    private static double Value(FormulaCode code, float[] left, float[] middle, float[] right, int i, int lanes)
    {
        double a = left[i], b = middle[i], c = right[i];
        double sigmoid = 1 / (1 + System.Math.Exp(-b));
        return code switch
        {
            FormulaCode.Copy => a,
            FormulaCode.Clear => 0,
            FormulaCode.Affine => a * 0.75,
            FormulaCode.Add => a + b,
            FormulaCode.Subtract => a - b,
            FormulaCode.Multiply => a * b,
            FormulaCode.Divide => a / b,
            FormulaCode.Minimum => System.Math.Min(a, b),
            FormulaCode.Maximum => System.Math.Max(a, b),
            FormulaCode.Fma => a * b + c,
            FormulaCode.FmaNegated => c - a * b,
            FormulaCode.Sum => Enumerable.Range(0, Features).Sum(k => (double)left[k * lanes + i % lanes]),
            FormulaCode.Broadcast => left[i % lanes],
            FormulaCode.Tanh => System.Math.Tanh(a),
            FormulaCode.Sigmoid => 1 / (1 + System.Math.Exp(-a)),
            FormulaCode.ScaledTanh => System.Math.Tanh(a * System.Math.Log(2) / 2),
            FormulaCode.ScaledSigmoid => 1 / (1 + System.Math.Pow(2, a)),
            FormulaCode.Relu => System.Math.Max(a, 0),
            FormulaCode.HardSigmoid => System.Math.Clamp(a + 3, 0, 6) / 6,
            FormulaCode.HardSigmoidKeras2 => System.Math.Clamp(0.2 * a + 0.5, 0, 1),
            FormulaCode.Softsign => a / (1 + System.Math.Abs(a)),
            FormulaCode.Exp => System.Math.Exp(a),
            FormulaCode.Log => System.Math.Log(a),
            FormulaCode.Sqrt => System.Math.Sqrt(a),
            FormulaCode.Square => a * a,
            FormulaCode.Abs => System.Math.Abs(a),
            FormulaCode.Softplus => System.Math.Log(1 + System.Math.Exp(a)),
            FormulaCode.Reciprocal => 1 / a,
            FormulaCode.TanhSlope => a * (1 - b * b),
            FormulaCode.SigmoidSlope => a * b * (1 - b),
            FormulaCode.ReluSlope => b > 0 ? a : 0,
            FormulaCode.HardSigmoidSlope => b is > 0 and < 1 ? a / 6 : 0,
            FormulaCode.HardSigmoidKeras2Slope => b is > 0 and < 1 ? a / 5 : 0,
            FormulaCode.SoftsignSlope => a * (1 - System.Math.Abs(b)) * (1 - System.Math.Abs(b)),
            FormulaCode.LogSlope => a / b,
            FormulaCode.SqrtSlope => a / (2 * b),
            FormulaCode.SquareSlope => a * 2 * b,
            FormulaCode.AbsSlope => a * System.Math.Sign(b),
            FormulaCode.SoftplusSlope => a * sigmoid,
            FormulaCode.ReciprocalSlope => -a * b * b,
            FormulaCode.WhereGreater => b > c ? a : 0,
            FormulaCode.WhereNotGreater => b > c ? 0 : a,
            _ => throw new ArgumentOutOfRangeException(nameof(code)),
        };
    }

    private static float[] Run(VectorWidth width, FormulaCode code, float[] a, float[] b, float[] c, float[] start, int lanes, bool adds, bool inPlace)
    {
        float[] target = [.. start];
        Widths.Run(width, new Task(code, inPlace ? target : a, b, c, target, lanes, adds));
        return target;
    }

    private sealed unsafe class Task(FormulaCode code, float[] a, float[] b, float[] c, float[] target, int lanes, bool adds) : IWidthTask<int>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            fixed (float* first = a, second = b, third = c, result = target)
            {
                var instruction = new FormulaInstruction(code, Features, default, default) { Scale = 0.75f, Adds = adds };
                FormulaStep<TSimd, TVector>.Run(instruction, first, second, third, result, lanes);
            }

            return 0;
        }
    }
}
