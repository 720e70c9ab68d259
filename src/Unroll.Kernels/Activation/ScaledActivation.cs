using System.Runtime.CompilerServices;
using Unroll.Kernels.Math;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Activation;

/// <summary>
/// Activations as recurrent kernels apply them: two vectors at a time, at arguments that carry a factor. The factor is
/// multiplied into weights and biases when they are packed, once per training step, and so costs nothing at the
/// thousands of activations. The choice between activations is made when the code is compiled.
/// </summary>
internal static class ScaledActivation<TSimd, TVector, TActivation>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
{
    /// <summary>The factor that arguments carry.</summary>
    public static float Scale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (typeof(TActivation) == typeof(SigmoidActivation)) return VectorMath<TSimd, TVector>.SigmoidScale;
            if (typeof(TActivation) == typeof(TanhActivation)) return VectorMath<TSimd, TVector>.TanhScale;
            return 1f;
        }
    }

    /// <summary>Replaces two scaled arguments by the values of the activation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(ref TVector a, ref TVector b)
    {
        if (typeof(TActivation) == typeof(SigmoidActivation))
        {
            VectorMath<TSimd, TVector>.SigmoidOfScaled(ref a, ref b);
        }
        else if (typeof(TActivation) == typeof(TanhActivation))
        {
            VectorMath<TSimd, TVector>.TanhOfScaled(ref a, ref b);
        }
        else
        {
            a = TActivation.Apply<TSimd, TVector>(a);
            b = TActivation.Apply<TSimd, TVector>(b);
        }
    }
}
