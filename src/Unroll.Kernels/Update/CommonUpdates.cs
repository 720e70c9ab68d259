using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>What every optimizer can do before and after its own rule: clip gradients, let weights decay, average weights.</summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>x = x·factor + y·share; y may be empty.</summary>
    public static void Blend(VectorWidth width, Block x, float factor, Block y, float share)
    {
        Check(x, y.IsEmpty ? x : y);
        switch (width)
        {
            case VectorWidth.Bits512: Blend<Simd512, Vector512<float>>(x, factor, y, share); break;
            case VectorWidth.Bits256: Blend<Simd256, Vector256<float>>(x, factor, y, share); break;
            default: Blend<Simd128, Vector128<float>>(x, factor, y, share); break;
        }
    }

    /// <summary>w −= w·share.</summary>
    public static void Decay(VectorWidth width, Block w, float share)
    {
        Check(w, w);
        switch (width)
        {
            case VectorWidth.Bits512: Decay<Simd512, Vector512<float>>(w, share); break;
            case VectorWidth.Bits256: Decay<Simd256, Vector256<float>>(w, share); break;
            default: Decay<Simd128, Vector128<float>>(w, share); break;
        }
    }

    /// <summary>Takes every element into −limit … limit; NaN stays.</summary>
    public static void Clip(VectorWidth width, Block x, float limit)
    {
        Check(x, x);
        switch (width)
        {
            case VectorWidth.Bits512: Clip<Simd512, Vector512<float>>(x, limit); break;
            case VectorWidth.Bits256: Clip<Simd256, Vector256<float>>(x, limit); break;
            default: Clip<Simd128, Vector128<float>>(x, limit); break;
        }
    }

    /// <summary>g += sign(w)·magnitude + w·share, the gradient of a penalty on weights; sign(0) is 0.</summary>
    public static void AddPenalty(VectorWidth width, Block g, Block w, float magnitude, float share)
    {
        Check(g, w);
        switch (width)
        {
            case VectorWidth.Bits512: AddPenalty<Simd512, Vector512<float>>(g, w, magnitude, share); break;
            case VectorWidth.Bits256: AddPenalty<Simd256, Vector256<float>>(g, w, magnitude, share); break;
            default: AddPenalty<Simd128, Vector128<float>>(g, w, magnitude, share); break;
        }
    }

    /// <summary>Σ |x| in double precision, in one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfMagnitudes(Block x)
    {
        double sum = 0;
        foreach (float value in x.Span) sum += System.Math.Abs((double)value);
        return sum;
    }

    /// <summary>Σ x² in double precision: eight sums side by side, added in one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(Block x)
    {
        if (x.Length % VectorWidths.Chunk != 0)
            throw new ArgumentException($"Sums run over multiples of {VectorWidths.Chunk} floats, not {x.Length}.", nameof(x));
        double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        float* p = x.Pointer;
        for (int i = 0; i < x.Length; i += 8)
        {
            a += (double)p[i] * p[i];
            b += (double)p[i + 1] * p[i + 1];
            c += (double)p[i + 2] * p[i + 2];
            d += (double)p[i + 3] * p[i + 3];
            e += (double)p[i + 4] * p[i + 4];
            f += (double)p[i + 5] * p[i + 5];
            g += (double)p[i + 6] * p[i + 6];
            h += (double)p[i + 7] * p[i + 7];
        }

        return a + e + (c + g) + (b + f + (d + h));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend<TSimd, TVector>(Block target, float factor, Block other, float share)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* x = target.Pointer, y = other.Pointer;
        TVector scale = TSimd.Broadcast(factor), weight = TSimd.Broadcast(share);
        for (int i = 0; i < target.Length; i += TSimd.Count)
        {
            TVector value = TSimd.Multiply(TSimd.Load(x + i), scale);
            TSimd.Store(x + i, y == null ? value : TSimd.Fma(TSimd.Load(y + i), weight, value));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPenalty<TSimd, TVector>(Block gradients, Block weights, float magnitude, float share)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* g = gradients.Pointer, w = weights.Pointer;
        TVector size = TSimd.Broadcast(magnitude), factor = TSimd.Broadcast(share);
        for (int i = 0; i < gradients.Length; i += TSimd.Count)
        {
            TVector wi = TSimd.Load(w + i);
            TVector slope = TSimd.SelectNonZero(wi, TSimd.WithSignOf(size, wi), TSimd.Zero);
            TSimd.Store(g + i, TSimd.Add(TSimd.Load(g + i), TSimd.Fma(wi, factor, slope)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decay<TSimd, TVector>(Block weights, float share)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer;
        TVector minusShare = TSimd.Broadcast(-share);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector wi = TSimd.Load(w + i);
            TSimd.Store(w + i, TSimd.Fma(wi, minusShare, wi));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Clip<TSimd, TVector>(Block values, float limit)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* x = values.Pointer;
        TVector highest = TSimd.Broadcast(limit), lowest = TSimd.Broadcast(-limit);
        for (int i = 0; i < values.Length; i += TSimd.Count) // the second operand wins if it is NaN
            TSimd.Store(x + i, TSimd.Max(lowest, TSimd.Min(highest, TSimd.Load(x + i))));
    }
}
