using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// The product of a recurrent layer's inputs with its kernel for vectors that are no sequence: rows of an embedding
/// table, 32 side by side. Arrays are [blocks][feature][32], blocks <see cref="RecurrentSequence.Stride"/> floats apart.
/// </summary>
internal abstract class InputProjection
{
    /// <summary>Vectors side by side.</summary>
    public const int Lanes = 2 * VectorWidths.Chunk;

    /// <summary>The projection for a vector width.</summary>
    public static InputProjection Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new InputProjection<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => new InputProjection<Simd256, Vector256<float>>(),
        _ => new InputProjection<Simd128, Vector128<float>>(),
    };

    /// <summary>projected = bias + kernel · input; the sums are those that <see cref="RecurrentKernel"/> would make.</summary>
    public abstract void Project(PackedWeights kernel, Block bias, Block input, Block projected, int blocks);

    /// <summary>inputGradient = kernelᵀ · delta.</summary>
    public abstract void InputGradient(PackedWeights kernelTransposed, Block delta, Block inputGradient, int blocks);

    /// <summary>gradient[:, column …] += input × delta[row …], for <paramref name="columns"/> columns.</summary>
    public abstract void AddKernelGradient(
        Block input, int inputs, Block delta, int deltaRows, int row, int columns, Block gradient, int column, int totalColumns, int blocks);
}

internal sealed unsafe class InputProjection<TSimd, TVector> : InputProjection
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Project(PackedWeights kernel, Block bias, Block input, Block projected, int blocks)
    {
        int inputStride = RecurrentSequence.Stride(kernel.Depth, Lanes), stride = RecurrentSequence.Stride(kernel.Width, Lanes);
        input.Require((long)blocks * inputStride, nameof(input));
        projected.Require((long)blocks * stride, nameof(projected));
        for (int i = 0; i < blocks; i++)
        {
            Product<TSimd, TVector>.AssignWithBias(
                kernel, input.Pointer + (nint)i * inputStride, projected.Pointer + (nint)i * stride, bias.Pointer, Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InputGradient(PackedWeights kernelTransposed, Block delta, Block inputGradient, int blocks)
    {
        int stride = RecurrentSequence.Stride(kernelTransposed.Depth, Lanes);
        int inputStride = RecurrentSequence.Stride(kernelTransposed.Width, Lanes);
        delta.Require((long)blocks * stride, nameof(delta));
        inputGradient.Require((long)blocks * inputStride, nameof(inputGradient));
        for (int i = 0; i < blocks; i++)
        {
            Product<TSimd, TVector>.Assign(
                kernelTransposed, delta.Pointer + (nint)i * stride, inputGradient.Pointer + (nint)i * inputStride, Lanes);
        }
    }

    public override void AddKernelGradient(
        Block input, int inputs, Block delta, int deltaRows, int row, int columns, Block gradient, int column, int totalColumns, int blocks)
    {
        int inputStride = RecurrentSequence.Stride(inputs, Lanes), stride = RecurrentSequence.Stride(deltaRows, Lanes);
        input.Require((long)blocks * inputStride, nameof(input));
        delta.Require((long)blocks * stride, nameof(delta));
        gradient.Require((long)(inputs - 1) * totalColumns + column + columns, nameof(gradient));
        Contraction<TSimd, TVector>.Add(
            input.Pointer, inputStride, inputs, delta.Pointer + (nint)row * Lanes, stride, columns, blocks, Lanes, null,
            gradient.Pointer + column, totalColumns, 0);
    }
}
