using System.Runtime.Intrinsics;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>The kinds of recurrent cell.</summary>
internal enum CellKind
{
    SimpleRnn,
    Lstm,
    Gru,
    GruResetBefore,
}

/// <summary>Chooses a kernel once; everything below it is a type argument and costs nothing at run time.</summary>
internal static class RecurrentKernels
{
    /// <summary>The kernel of a cell for a vector width. SimpleRNN has no recurrent activation and ignores it.</summary>
    public static RecurrentKernel Create(
        VectorWidth width, CellKind cell, ActivationKind activation, ActivationKind recurrentActivation) => width switch
        {
            VectorWidth.Bits512 => WithActivation<Simd512, Vector512<float>>(cell, activation, recurrentActivation),
            VectorWidth.Bits256 => WithActivation<Simd256, Vector256<float>>(cell, activation, recurrentActivation),
            _ => WithActivation<Simd128, Vector128<float>>(cell, activation, recurrentActivation),
        };

    /// <summary>The factor that weights and biases in front of an activation carry; see <see cref="RecurrentWeights"/>.</summary>
    public static float InputScale(ActivationKind activation) => activation switch
    {
        ActivationKind.Tanh => ScaledActivation<Simd128, Vector128<float>, TanhActivation>.Scale,
        ActivationKind.Sigmoid => ScaledActivation<Simd128, Vector128<float>, SigmoidActivation>.Scale,
        _ => 1f, // the others do not gain by one
    };

    private static RecurrentKernel WithActivation<TSimd, TVector>(
        CellKind cell, ActivationKind activation, ActivationKind recurrent)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => activation switch
        {
            ActivationKind.Tanh => WithRecurrent<TSimd, TVector, TanhActivation>(cell, recurrent),
            ActivationKind.Sigmoid => WithRecurrent<TSimd, TVector, SigmoidActivation>(cell, recurrent),
            ActivationKind.Relu => WithRecurrent<TSimd, TVector, ReluActivation>(cell, recurrent),
            ActivationKind.HardSigmoid => WithRecurrent<TSimd, TVector, HardSigmoidActivation>(cell, recurrent),
            ActivationKind.HardSigmoidKeras2 => WithRecurrent<TSimd, TVector, HardSigmoidKeras2Activation>(cell, recurrent),
            ActivationKind.Softsign => WithRecurrent<TSimd, TVector, SoftsignActivation>(cell, recurrent),
            _ => WithRecurrent<TSimd, TVector, LinearActivation>(cell, recurrent),
        };

    private static RecurrentKernel WithRecurrent<TSimd, TVector, TActivation>(CellKind cell, ActivationKind recurrent)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TActivation : struct, IActivation
    {
        if (cell == CellKind.SimpleRnn) return new SimpleRnnKernel<TSimd, TVector, TActivation>();
        return recurrent switch
        {
            ActivationKind.Tanh => Gated<TSimd, TVector, TActivation, TanhActivation>(cell),
            ActivationKind.Sigmoid => Gated<TSimd, TVector, TActivation, SigmoidActivation>(cell),
            ActivationKind.Relu => Gated<TSimd, TVector, TActivation, ReluActivation>(cell),
            ActivationKind.HardSigmoid => Gated<TSimd, TVector, TActivation, HardSigmoidActivation>(cell),
            ActivationKind.HardSigmoidKeras2 => Gated<TSimd, TVector, TActivation, HardSigmoidKeras2Activation>(cell),
            ActivationKind.Softsign => Gated<TSimd, TVector, TActivation, SoftsignActivation>(cell),
            _ => Gated<TSimd, TVector, TActivation, LinearActivation>(cell),
        };
    }

    private static RecurrentKernel Gated<TSimd, TVector, TActivation, TRecurrent>(CellKind cell)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TActivation : struct, IActivation
        where TRecurrent : struct, IActivation => cell switch
        {
            CellKind.Lstm => new LstmKernel<TSimd, TVector, TActivation, TRecurrent>(),
            CellKind.Gru => new GruKernel<TSimd, TVector, TActivation, TRecurrent>(),
            _ => new GruResetBeforeKernel<TSimd, TVector, TActivation, TRecurrent>(),
        };
}
