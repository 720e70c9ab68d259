using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Activation;

/// <summary>e^x / Σ e^x over rows of lanes that follow each other: of every sample by itself, as attention has it.</summary>
internal abstract class LaneSoftmax
{
    /// <summary>The kernel for a vector width.</summary>
    public static LaneSoftmax Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new LaneSoftmax<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => new LaneSoftmax<Simd256, Vector256<float>>(),
        _ => new LaneSoftmax<Simd128, Vector128<float>>(),
    };

    /// <summary>Turns <paramref name="count"/> rows of scores into probabilities, in place.</summary>
    public abstract void Forward(Block values, int count, int lanes);

    /// <summary>Turns the gradient at the probabilities into that at the scores, in place: p·(g − Σ p·g).</summary>
    public abstract void Backward(Block probabilities, Block gradients, int count, int lanes);

    /// <summary>Where <paramref name="allowed"/> is 0, puts <paramref name="other"/> in the place of a number, or adds it.</summary>
    public abstract void Mask(Block values, Block allowed, float other, bool adds);
}

internal sealed unsafe class LaneSoftmax<TSimd, TVector> : LaneSoftmax
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Block values, int count, int lanes)
    {
        values.Require((long)count * lanes, nameof(values));
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            float* x = values.Pointer + lane;
            TVector highest = TSimd.Load(x), sum = TSimd.Zero;
            for (int s = 1; s < count; s++) highest = TSimd.Max(highest, TSimd.Load(x + (nint)s * lanes));
            for (int s = 0; s < count; s++)
            {
                TVector power = VectorMath<TSimd, TVector>.ExpOfNegative(TSimd.Subtract(TSimd.Load(x + (nint)s * lanes), highest));
                TSimd.Store(x + (nint)s * lanes, power);
                sum = TSimd.Add(sum, power);
            }

            for (int s = 0; s < count; s++) TSimd.Store(x + (nint)s * lanes, TSimd.Divide(TSimd.Load(x + (nint)s * lanes), sum));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Block probabilities, Block gradients, int count, int lanes)
    {
        probabilities.Require((long)count * lanes, nameof(probabilities));
        gradients.Require((long)count * lanes, nameof(gradients));
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            float* p = probabilities.Pointer + lane, g = gradients.Pointer + lane;
            TVector mean = TSimd.Zero;
            for (int s = 0; s < count; s++) mean = TSimd.Fma(TSimd.Load(p + (nint)s * lanes), TSimd.Load(g + (nint)s * lanes), mean);
            for (int s = 0; s < count; s++)
                TSimd.Store(g + (nint)s * lanes, TSimd.Multiply(TSimd.Load(p + (nint)s * lanes), TSimd.Subtract(TSimd.Load(g + (nint)s * lanes), mean)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Mask(Block values, Block allowed, float other, bool adds)
    {
        allowed.Require(values.Length, nameof(allowed));
        TVector put = TSimd.Broadcast(other);
        float* x = values.Pointer, mask = allowed.Pointer;
        for (long i = 0; i < values.Length; i += TSimd.Count)
        {
            TVector value = TSimd.Load(x + i);
            TSimd.Store(x + i, TSimd.SelectNonZero(TSimd.Load(mask + i), value, adds ? TSimd.Add(value, put) : put));
        }
    }
}
