using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>Products with one matrix at every step of a sequence <c>[step][feature][lanes]</c>, and what belongs to them on the way back.</summary>
internal abstract class StepProducts
{
    /// <summary>The kernel for a vector width.</summary>
    public static StepProducts Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new StepProducts<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => new StepProducts<Simd256, Vector256<float>>(),
        _ => new StepProducts<Simd128, Vector128<float>>(),
    };

    /// <summary>output[t] = bias + weights · input[t].</summary>
    /// <param name="weights">The matrix.</param>
    /// <param name="input">From the first step's first feature on.</param>
    /// <param name="inputStride">Floats from one step to the next.</param>
    /// <param name="output">From the first step's first feature on.</param>
    /// <param name="outputStride">Floats from one step to the next.</param>
    /// <param name="bias">One per output; empty: zeros.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="lanes">Rows of the batch in the layout.</param>
    public abstract void Assign(PackedWeights weights, Block input, int inputStride, Block output, int outputStride, Block bias, int steps, int lanes);

    /// <summary>Adds Σ input[k] · delta[n] over steps and lanes, chunk by chunk, to gradient[k, n].</summary>
    /// <param name="input">From the first step's first feature on.</param>
    /// <param name="inputStride">Floats from one step to the next.</param>
    /// <param name="inputs">Rows of the gradient.</param>
    /// <param name="delta">The gradient behind the product, from the first step's first feature on.</param>
    /// <param name="deltaStride">Floats from one step to the next.</param>
    /// <param name="outputs">Columns of the gradient.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="lanes">Rows of the batch in the layout.</param>
    /// <param name="gradient">Of the first chunk, row-major.</param>
    /// <param name="gradientStride">Floats from one of its rows to the next.</param>
    /// <param name="chunkStride">Floats from one chunk's gradient to the next's; 0 adds all to one.</param>
    public abstract void AddGradient(
        Block input, int inputStride, int inputs, Block delta, int deltaStride, int outputs, int steps, int lanes, Block gradient, int gradientStride, int chunkStride);

    /// <summary>Adds Σ delta[n] over steps and lanes, chunk by chunk, to gradient[n].</summary>
    public abstract void AddBias(Block delta, int deltaStride, int outputs, int steps, int lanes, Block gradient, int chunkStride);
}

internal sealed unsafe class StepProducts<TSimd, TVector> : StepProducts
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override void Assign(PackedWeights weights, Block input, int inputStride, Block output, int outputStride, Block bias, int steps, int lanes)
    {
        input.Require((long)(steps - 1) * inputStride + weights.Depth * lanes, nameof(input));
        output.Require((long)(steps - 1) * outputStride + weights.Width * lanes, nameof(output));
        for (int t = 0; t < steps; t++)
            Product<TSimd, TVector>.AssignWithBias(weights, input.Pointer + (nint)t * inputStride, output.Pointer + (nint)t * outputStride, bias.Pointer, lanes);
    }

    public override void AddGradient(
        Block input, int inputStride, int inputs, Block delta, int deltaStride, int outputs, int steps, int lanes, Block gradient, int gradientStride, int chunkStride)
    {
        input.Require((long)(steps - 1) * inputStride + inputs * lanes, nameof(input));
        delta.Require((long)(steps - 1) * deltaStride + outputs * lanes, nameof(delta));
        gradient.Require((long)(inputs - 1) * gradientStride + outputs, nameof(gradient));
        Contraction<TSimd, TVector>.Add(
            input.Pointer, inputStride, inputs, delta.Pointer, deltaStride, outputs, steps, lanes, null, gradient.Pointer, gradientStride, chunkStride);
    }

    public override void AddBias(Block delta, int deltaStride, int outputs, int steps, int lanes, Block gradient, int chunkStride)
    {
        delta.Require((long)(steps - 1) * deltaStride + outputs * lanes, nameof(delta));
        Contraction<TSimd, TVector>.AddBias(delta.Pointer, deltaStride, outputs, steps, lanes, gradient.Pointer, chunkStride);
    }
}
