using System.Runtime.Intrinsics;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Dense;

/// <summary>One dense layer on one group of batch rows; arrays as in <see cref="RecurrentSequence"/>.</summary>
internal sealed class DenseSequence
{
    public int Steps { get; set; }

    public int Lanes { get; set; }

    public int Inputs { get; set; }

    public int Units { get; set; }

    public Block Input { get; set; }

    public Block Output { get; set; }

    /// <summary>Gradient at the output; after backward the gradient at the pre-activations.</summary>
    public Block OutputGradient { get; set; }

    /// <summary>Empty if nobody asks for it.</summary>
    public Block InputGradient { get; set; }

    public required PackedWeights Kernel { get; init; }

    public required PackedWeights KernelTransposed { get; init; }

    public Block Bias { get; init; }

    public Block KernelGradient { get; set; }

    public Block BiasGradient { get; set; }

    public int ChunkGradientStride { get; set; }
}

/// <summary>y = act(x·K + b), at every time step.</summary>
internal abstract class DenseKernel
{
    /// <summary>The kernel for a vector width and activation.</summary>
    public static DenseKernel Create(VectorWidth width, ActivationKind activation) => width switch
    {
        VectorWidth.Bits512 => Create<Simd512, Vector512<float>>(activation),
        VectorWidth.Bits256 => Create<Simd256, Vector256<float>>(activation),
        _ => Create<Simd128, Vector128<float>>(activation),
    };

    public abstract void Forward(DenseSequence sequence);

    public abstract void Backward(DenseSequence sequence);

    /// <summary>One row of a batch, outputs in the lanes; feature counts padded to multiples of 16.</summary>
    /// <param name="input">[steps][inputs, padded].</param>
    /// <param name="inputs">Features that count.</param>
    /// <param name="matrix">[inputs][units, padded].</param>
    /// <param name="bias">[units, padded].</param>
    /// <param name="output">[steps][units, padded].</param>
    /// <param name="steps">Time steps.</param>
    public abstract void ForwardRow(Block input, int inputs, Block matrix, Block bias, Block output, int steps);

    private static DenseKernel Create<TSimd, TVector>(ActivationKind activation)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => activation switch
        {
            ActivationKind.Tanh => new DenseKernel<TSimd, TVector, TanhActivation>(),
            ActivationKind.Sigmoid => new DenseKernel<TSimd, TVector, SigmoidActivation>(),
            ActivationKind.Relu => new DenseKernel<TSimd, TVector, ReluActivation>(),
            ActivationKind.HardSigmoid => new DenseKernel<TSimd, TVector, HardSigmoidActivation>(),
            ActivationKind.HardSigmoidKeras2 => new DenseKernel<TSimd, TVector, HardSigmoidKeras2Activation>(),
            ActivationKind.Softsign => new DenseKernel<TSimd, TVector, SoftsignActivation>(),
            _ => new DenseKernel<TSimd, TVector, LinearActivation>(),
        };
}

internal sealed unsafe class DenseKernel<TSimd, TVector, TActivation> : DenseKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
{
    public override void Forward(DenseSequence s)
    {
        int inputStride = RecurrentSequence.Stride(s.Inputs, s.Lanes), stride = RecurrentSequence.Stride(s.Units, s.Lanes);
        for (int t = 0; t < s.Steps; t++)
        {
            float* output = s.Output.Pointer + (nint)t * stride;
            Product<TSimd, TVector>.AssignWithBias(
                s.Kernel, s.Input.Pointer + (nint)t * inputStride, output, s.Bias.Pointer, s.Lanes);
            if (typeof(TActivation) != typeof(LinearActivation))
                ActivationKernel<TSimd, TVector, TActivation>.Apply(output, output, s.Units * s.Lanes);
        }
    }

    public override void ForwardRow(Block input, int inputs, Block matrix, Block bias, Block output, int steps)
    {
        int stride = RowSequence.Padded(inputs), width = bias.Length;
        for (int t = 0; t < steps; t++)
        {
            float* target = output.Pointer + (nint)t * width;
            RowProduct<TSimd, TVector>.Assign(matrix.Pointer, width, input.Pointer + (nint)t * stride, inputs, null, 0, bias.Pointer, target);
            if (typeof(TActivation) != typeof(LinearActivation))
                ActivationKernel<TSimd, TVector, TActivation>.Apply(target, target, width);
        }
    }

    public override void Backward(DenseSequence s)
    {
        int lanes = s.Lanes;
        int inputStride = RecurrentSequence.Stride(s.Inputs, lanes), stride = RecurrentSequence.Stride(s.Units, lanes);
        for (int t = 0; t < s.Steps; t++)
        {
            float* delta = s.OutputGradient.Pointer + (nint)t * stride;
            if (typeof(TActivation) != typeof(LinearActivation))
                ActivationKernel<TSimd, TVector, TActivation>.Differentiate(s.Output.Pointer + (nint)t * stride, delta, delta, s.Units * lanes);
            if (!s.InputGradient.IsEmpty)
            {
                Product<TSimd, TVector>.Assign(
                    s.KernelTransposed, delta, s.InputGradient.Pointer + (nint)t * inputStride, lanes);
            }
        }

        Contraction<TSimd, TVector>.Add(
            s.Input.Pointer, inputStride, s.Inputs, s.OutputGradient.Pointer, stride, s.Units, s.Steps, lanes, null,
            s.KernelGradient.Pointer, s.Units, s.ChunkGradientStride);
        if (s.BiasGradient.IsEmpty) return;
        Contraction<TSimd, TVector>.AddBias(
            s.OutputGradient.Pointer, stride, s.Units, s.Steps, lanes, s.BiasGradient.Pointer, s.ChunkGradientStride);
    }
}
