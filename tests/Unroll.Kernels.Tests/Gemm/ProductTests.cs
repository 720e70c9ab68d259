using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Gemm;

/// <summary>Products must give the bits of a scalar loop of fused multiply-adds with k ascending, at every width.</summary>
public class ProductTests
{
    private const float Untouched = 123.5f;

    private static readonly int[] Sizes = [.. Enumerable.Range(1, 20), 33];

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(48)]
    public void GivesTheBitsOfTheScalarLoop(int lanes)
    {
        var random = new System.Random(lanes);
        var arena = new Arena();
        foreach (int depth in Sizes)
        {
            Block input = arena.Allocate(depth * lanes);
            Floats.Values(random, depth * lanes).CopyTo(input.Span);
            foreach (int width in Sizes)
            {
                Block weights = arena.Allocate(depth * width), bias = arena.Allocate(width), start = arena.Allocate(width * lanes);
                Floats.Values(random, depth * width, 2).CopyTo(weights.Span);
                Floats.Values(random, width).CopyTo(bias.Span);
                Floats.Values(random, width * lanes, 3).CopyTo(start.Span);
                foreach (Kind kind in Enum.GetValues<Kind>())
                {
                    float[] expected = Scalar(kind, weights.Span, depth, width, input.Span, bias.Span, start.Span, lanes);
                    foreach (VectorWidth vectorWidth in Widths.All)
                    {
                        float[] actual = Widths.Run(vectorWidth, new Task(kind, vectorWidth, weights, depth, width, input, bias, start, lanes));
                        Floats.AssertSameBits(expected, actual, $"{kind} of {depth}×{width} with {lanes} lanes at {vectorWidth}");
                    }
                }
            }
        }

        arena.Free();
    }

    [Fact]
    public void OrderMattersInTheseNumbers()
    {
        // 2^24 + 1 - 2^24 is 0 or 1 by order: the test above would notice another one.
        var arena = new Arena();
        Block input = arena.Allocate(3 * 16), weights = arena.Allocate(3), nothing = arena.Allocate(16);
        input.Span.Fill(1);
        new[] { 16777216f, 1f, -16777216f }.CopyTo(weights.Span);
        foreach (VectorWidth width in Widths.All)
        {
            float[] output = Widths.Run(width, new Task(Kind.Assign, width, weights, 3, 1, input, nothing, nothing, 16));
            Assert.All(output[..16], value => Assert.Equal(0, value));
        }

        arena.Free();
    }

    private static float[] Scalar(
        Kind kind, Span<float> weights, int depth, int width, Span<float> input, Span<float> bias, Span<float> start, int lanes)
    {
        var output = new float[(width + 1) * lanes];
        output.AsSpan(width * lanes).Fill(Untouched);
        for (int n = 0; n < width; n++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                float sum = kind switch { Kind.Accumulate => start[n * lanes + lane], Kind.AssignWithBias => bias[n], _ => 0 };
                for (int k = 0; k < depth; k++) sum = MathF.FusedMultiplyAdd(weights[k * width + n], input[k * lanes + lane], sum);
                output[n * lanes + lane] = sum;
            }
        }

        return output;
    }

    private enum Kind
    {
        Assign,
        AssignWithBias,
        AssignWithoutBias,
        Accumulate,
    }

    private sealed unsafe class Task(
        Kind kind, VectorWidth vectorWidth, Block weights, int depth, int width, Block input, Block bias, Block start, int lanes)
        : IWidthTask<float[]>
    {
        public float[] Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var arena = new Arena();
            var packed = new PackedWeights(arena, vectorWidth, depth, width);
            packed.Pack(weights, 0, width);
            Block output = arena.Allocate((width + 1) * lanes);
            output.Span.Fill(Untouched);
            float* target = output.Pointer;
            switch (kind)
            {
                case Kind.Assign: Product<TSimd, TVector>.Assign(packed, input.Pointer, target, lanes); break;
                case Kind.AssignWithBias: Product<TSimd, TVector>.AssignWithBias(packed, input.Pointer, target, bias.Pointer, lanes); break;
                case Kind.AssignWithoutBias: Product<TSimd, TVector>.AssignWithBias(packed, input.Pointer, target, null, lanes); break;
                default:
                    start.Span[..(width * lanes)].CopyTo(output.Span);
                    Product<TSimd, TVector>.Accumulate(packed, input.Pointer, target, lanes);
                    break;
            }

            float[] result = output.Span.ToArray();
            arena.Free();
            return result;
        }
    }
}
