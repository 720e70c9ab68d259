using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Simd;

/// <summary>Every operation that kernels are written in against its meaning for one number.</summary>
public class SimdTests
{
    private static readonly float[] Edges =
    [
        0f, -0f, 1f, -1f, 0.1f, -2.5f, 16777215f, float.Epsilon, -float.Epsilon, 1e-39f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 3.14159274f,
    ];

    // All pairs of edge values.
    private static readonly float[] A = [.. Edges.SelectMany(_ => Edges)];
    private static readonly float[] B = [.. Edges.SelectMany(value => Enumerable.Repeat(value, Edges.Length))];
    private static readonly float[] C = [.. A.Select((_, i) => Edges[i * 7 % 13])];

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void OperationsMeanTheSameForEveryLane(int width)
    {
        Check("Add", (a, b, _) => a + b);
        Check("Subtract", (a, b, _) => a - b);
        Check("Multiply", (a, b, _) => a * b);
        Check("Divide", (a, b, _) => a / b);
        Check("Sqrt", (a, _, _) => MathF.Sqrt(a));
        Check("Fma", MathF.FusedMultiplyAdd);
        Check("Abs", (a, _, _) => MathF.Abs(a));
        Check("Negate", (a, _, _) => -a);
        Check("WithSignOf", (a, b, _) => MathF.CopySign(MathF.Abs(a), b));
        Check("SelectNonZero", (a, b, c) => a == 0 ? c : b);
        Check("SelectGreater", (a, b, c) => a > b ? c : a);
        Check("Broadcast", (_, _, _) => 0.3f);
        Check("Zero", (_, _, _) => 0f);

        void Check(string operation, Func<float, float, float, float> meaning)
        {
            float[] expected = [.. A.Select((a, i) => meaning(a, B[i], C[i]))];
            Floats.AssertSameBits(expected, Run((VectorWidth)width, operation), $"{operation} at {width} lanes");
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void FractionTimesPowerOfTwoIsTheNumber(int width)
    {
        float[] fraction = Run((VectorWidth)width, "Fraction"), exponent = Run((VectorWidth)width, "Exponent");
        for (int i = 0; i < A.Length; i++)
        {
            if (!float.IsNormal(A[i]) || A[i] < 0) continue;
            Assert.InRange(fraction[i], 0.7071067f, 1.4142136f);
            Assert.Equal(A[i], System.Math.ScaleB(fraction[i], (int)exponent[i]));
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void MinAndMaxPassOnNaNFromTheSecondOperand(int width)
    {
        float[] min = Run((VectorWidth)width, "Min"), max = Run((VectorWidth)width, "Max");
        for (int i = 0; i < A.Length; i++)
        {
            float a = A[i], b = B[i];
            if (float.IsNaN(b))
            {
                Assert.True(float.IsNaN(min[i]) && float.IsNaN(max[i]), $"{a} and NaN gave {min[i]} and {max[i]}.");
            }
            else if (!float.IsNaN(a))
            {
                // Which zero comes out of +0 and −0 is not promised: no kernel may depend on it.
                Assert.True(min[i] == MathF.Min(a, b), $"Min of {a} and {b} is {min[i]}.");
                Assert.True(max[i] == MathF.Max(a, b), $"Max of {a} and {b} is {max[i]}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void PowersOfTwoComeFromTheLowBits(int width)
    {
        foreach (int n in new[] { -126, -125, -24, -1, 0, 1, 2, 23, 126, 127 })
        {
            var task = new Operation("PowerOfTwo", [.. Enumerable.Repeat(12582912f + n, 16)], new float[16], new float[16]);
            Assert.All(Widths.Run((VectorWidth)width, task), value => Assert.Equal(System.Math.ScaleB(1, n), value));
        }
    }

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void SumQuadsAddsEvenLanesFirst(int width)
    {
        float[][] rows = [.. Enumerable.Range(0, 4).Select(row => Floats.Values(new System.Random(row), 16, row + 1))];
        float[] sums = Widths.Run((VectorWidth)width, new Quads(rows));
        for (int i = 0; i < 16; i++)
        {
            int quad = i / 4 * 4;
            float[] x = rows[i % 4];
            Assert.Equal((x[quad] + x[quad + 2]) + (x[quad + 1] + x[quad + 3]), sums[i]);
        }
    }

    private static float[] Run(VectorWidth width, string operation) => Widths.Run(width, new Operation(operation, A, B, C));

    private sealed unsafe class Operation(string name, float[] a, float[] b, float[] c) : IWidthTask<float[]>
    {
        public float[] Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            Assert.Equal(sizeof(TVector) / sizeof(float), TSimd.Count);
            var result = new float[a.Length];
            fixed (float* pa = a, pb = b, pc = c, target = result)
            {
                for (int i = 0; i < a.Length; i += TSimd.Count)
                {
                    TVector x = TSimd.Load(pa + i), y = TSimd.Load(pb + i), z = TSimd.Load(pc + i);
                    TSimd.Store(target + i, name switch
                    {
                        "Add" => TSimd.Add(x, y),
                        "Subtract" => TSimd.Subtract(x, y),
                        "Multiply" => TSimd.Multiply(x, y),
                        "Divide" => TSimd.Divide(x, y),
                        "Sqrt" => TSimd.Sqrt(x),
                        "Fma" => TSimd.Fma(x, y, z),
                        "Abs" => TSimd.Abs(x),
                        "Negate" => TSimd.Negate(x),
                        "WithSignOf" => TSimd.WithSignOf(TSimd.Abs(x), y),
                        "SelectNonZero" => TSimd.SelectNonZero(x, y, z),
                        "SelectGreater" => TSimd.SelectGreater(x, y, z, x),
                        "Broadcast" => TSimd.Broadcast(0.3f),
                        "Zero" => TSimd.Zero,
                        "Min" => TSimd.Min(x, y),
                        "Max" => TSimd.Max(x, y),
                        "PowerOfTwo" => TSimd.PowerOfTwoFromLowBits(x),
                        "Fraction" => TSimd.Fraction(x, out _),
                        "Exponent" => Exponent(x),
                        _ => throw new ArgumentException(name),
                    });
                }
            }

            return result;

            static TVector Exponent(TVector x)
            {
                TSimd.Fraction(x, out TVector exponent);
                return exponent;
            }
        }
    }

    private sealed unsafe class Quads(float[][] rows) : IWidthTask<float[]>
    {
        public float[] Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var result = new float[16];
            fixed (float* a = rows[0], b = rows[1], c = rows[2], d = rows[3], target = result)
            {
                for (int i = 0; i < 16; i += TSimd.Count)
                    TSimd.Store(target + i, TSimd.SumQuads(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i), TSimd.Load(d + i)));
            }

            return result;
        }
    }
}
