using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Gemm;

/// <summary>Weight gradients must give the bits of the documented order of sums: time, then the tree over lanes, then chunks.</summary>
public class ContractionTests
{
    private const int Chunk = VectorWidths.Chunk;

    public static TheoryData<int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int>();
            foreach (int inputs in new[] { 1, 2, 3, 4, 5, 6, 7, 9, 17 })
            {
                foreach (int outputs in new[] { 1, 2, 3, 4, 5, 8, 11 })
                {
                    data.Add(inputs, outputs, 1 + (inputs + outputs) % 7, 16);
                    data.Add(inputs, outputs, 5, 48);
                }
            }

            data.Add(4, 4, 0, 32);
            data.Add(20, 32, 30, 32);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GivesTheBitsOfTheDocumentedSum(int inputs, int outputs, int steps, int lanes)
    {
        var random = new System.Random(inputs * 1000 + outputs);
        var arena = new Arena();
        int inputStride = inputs * lanes + Chunk, deltaStride = outputs * lanes + Chunk;
        Block input = arena.Allocate(steps * inputStride + 1), delta = arena.Allocate(steps * deltaStride + 1), scale = arena.Allocate(inputs * lanes);
        Floats.Values(random, input.Length).CopyTo(input.Span);
        Floats.Values(random, delta.Length, 3).CopyTo(delta.Span);
        for (int i = 0; i < scale.Length; i++) scale.Span[i] = random.Next(3) == 0 ? 0 : 1.4285715f;
        int gradientStride = outputs + 2, size = inputs * gradientStride;
        foreach (int chunkStride in new[] { 0, size + 5 })
        {
            float[] start = Floats.Values(random, size + lanes / Chunk * chunkStride);
            foreach (bool backwards in new[] { false, true })
            {
                foreach (bool scaled in new[] { false, true })
                {
                    var task = new Task(
                        input, inputs, backwards ? -inputStride : inputStride, delta, outputs, deltaStride, steps, lanes,
                        scaled ? scale : default, start, gradientStride, chunkStride);
                    float[] expected = task.Scalar();
                    foreach (VectorWidth width in Widths.All)
                        Floats.AssertSameBits(expected, Widths.Run(width, task), $"backwards {backwards}, scaled {scaled}, chunk stride {chunkStride}, {width}");
                }
            }
        }

        arena.Free();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BiasGivesTheBitsOfTheDocumentedSum(int inputs, int outputs, int steps, int lanes)
    {
        var random = new System.Random(outputs + inputs);
        var arena = new Arena();
        int stride = outputs * lanes + Chunk;
        Block delta = arena.Allocate(steps * stride + 1);
        Floats.Values(random, delta.Length).CopyTo(delta.Span);
        foreach (int chunkStride in new[] { 0, outputs + 3 })
        {
            float[] start = Floats.Values(random, outputs + lanes / Chunk * chunkStride);
            var task = new BiasTask(delta, outputs, stride, steps, lanes, start, chunkStride);
            float[] expected = task.Scalar();
            foreach (VectorWidth width in Widths.All)
                Floats.AssertSameBits(expected, Widths.Run(width, task), $"chunk stride {chunkStride}, {width}");
        }

        arena.Free();
    }

    /// <summary>The tree over the 16 lanes.</summary>
    private static float Tree(float[] x)
    {
        float[] groups = [.. Enumerable.Range(0, 4).Select(g => (x[4 * g] + x[4 * g + 2]) + (x[4 * g + 1] + x[4 * g + 3]))];
        return (groups[0] + groups[2]) + (groups[1] + groups[3]);
    }

    private sealed unsafe class Task(
        Block input, int inputs, int inputStep, Block delta, int outputs, int deltaStep, int steps, int lanes,
        Block scale, float[] start, int gradientStride, int chunkStride) : IWidthTask<float[]>
    {
        private int First => inputStep < 0 ? (steps - 1) * -inputStep : 0;

        public float[] Scalar()
        {
            float[] gradient = [.. start];
            var sums = new float[Chunk];
            for (int chunk = 0; chunk < lanes / Chunk; chunk++)
            {
                for (int k = 0; k < inputs; k++)
                {
                    for (int n = 0; n < outputs; n++)
                    {
                        for (int lane = 0; lane < Chunk; lane++)
                        {
                            float sum = 0;
                            int at = chunk * Chunk + lane;
                            for (int t = 0; t < steps; t++)
                                sum = MathF.FusedMultiplyAdd(input.Span[First + t * inputStep + k * lanes + at], delta.Span[t * deltaStep + n * lanes + at], sum);
                            sums[lane] = scale.IsEmpty ? sum : sum * scale.Span[k * lanes + at];
                        }

                        gradient[chunk * chunkStride + k * gradientStride + n] += Tree(sums);
                    }
                }
            }

            return gradient;
        }

        public float[] Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float[] gradient = [.. start];
            fixed (float* target = gradient)
            {
                Contraction<TSimd, TVector>.Add(
                    input.Pointer + (steps == 0 ? 0 : First), inputStep, inputs, delta.Pointer, deltaStep, outputs, steps, lanes,
                    scale.Pointer, target, gradientStride, chunkStride);
            }

            return gradient;
        }
    }

    private sealed unsafe class BiasTask(Block delta, int outputs, int deltaStep, int steps, int lanes, float[] start, int chunkStride)
        : IWidthTask<float[]>
    {
        public float[] Scalar()
        {
            float[] gradient = [.. start];
            var sums = new float[Chunk];
            for (int chunk = 0; chunk < lanes / Chunk; chunk++)
            {
                for (int n = 0; n < outputs; n++)
                {
                    for (int lane = 0; lane < Chunk; lane++)
                    {
                        float sum = 0;
                        for (int t = 0; t < steps; t++) sum += delta.Span[t * deltaStep + n * lanes + chunk * Chunk + lane];
                        sums[lane] = sum;
                    }

                    gradient[chunk * chunkStride + n] += Tree(sums);
                }
            }

            return gradient;
        }

        public float[] Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            float[] gradient = [.. start];
            fixed (float* target = gradient)
                Contraction<TSimd, TVector>.AddBias(delta.Pointer, deltaStep, outputs, steps, lanes, target, chunkStride);
            return gradient;
        }
    }
}
