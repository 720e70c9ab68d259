using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Activation;

/// <summary>An activation on whole arrays, whose lengths are multiples of 16.</summary>
internal abstract class ActivationKernel
{
    /// <summary>The kernel for a vector width and activation.</summary>
    public static ActivationKernel Create(VectorWidth width, ActivationKind activation) => width switch
    {
        VectorWidth.Bits512 => Create<Simd512, Vector512<float>>(activation),
        VectorWidth.Bits256 => Create<Simd256, Vector256<float>>(activation),
        _ => Create<Simd128, Vector128<float>>(activation),
    };

    /// <summary>target = act(source); they may be one.</summary>
    public abstract void Apply(Block source, Block target);

    /// <summary>target = gradient ⊙ act′, given the output; target and gradient may be one.</summary>
    public abstract void Differentiate(Block output, Block gradient, Block target);

    private static ActivationKernel Create<TSimd, TVector>(ActivationKind activation)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => activation switch
        {
            ActivationKind.Tanh => new ActivationKernel<TSimd, TVector, TanhActivation>(),
            ActivationKind.Sigmoid => new ActivationKernel<TSimd, TVector, SigmoidActivation>(),
            ActivationKind.Relu => new ActivationKernel<TSimd, TVector, ReluActivation>(),
            ActivationKind.HardSigmoid => new ActivationKernel<TSimd, TVector, HardSigmoidActivation>(),
            ActivationKind.HardSigmoidKeras2 => new ActivationKernel<TSimd, TVector, HardSigmoidKeras2Activation>(),
            ActivationKind.Softsign => new ActivationKernel<TSimd, TVector, SoftsignActivation>(),
            ActivationKind.Linear => new ActivationKernel<TSimd, TVector, LinearActivation>(),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "This activation does not work element by element."),
        };
}

internal sealed unsafe class ActivationKernel<TSimd, TVector, TActivation> : ActivationKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
{
    public override void Apply(Block source, Block target)
    {
        target.Require(source.Length, nameof(target));
        Apply(source.Pointer, target.Pointer, source.Length);
    }

    public override void Differentiate(Block output, Block gradient, Block target)
    {
        gradient.Require(output.Length, nameof(gradient));
        target.Require(output.Length, nameof(target));
        Differentiate(output.Pointer, gradient.Pointer, target.Pointer, output.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* source, float* target, int count)
    {
        for (int k = 0; k < count; k += TSimd.Count)
            TSimd.Store(target + k, TActivation.Apply<TSimd, TVector>(TSimd.Load(source + k)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Differentiate(float* output, float* gradient, float* target, int count)
    {
        for (int k = 0; k < count; k += TSimd.Count)
        {
            TVector slope = TActivation.Derivative<TSimd, TVector>(TSimd.Load(output + k));
            TSimd.Store(target + k, TSimd.Multiply(TSimd.Load(gradient + k), slope));
        }
    }
}
