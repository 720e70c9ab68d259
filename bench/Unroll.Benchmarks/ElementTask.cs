using System.Runtime.CompilerServices;
using Unroll.Kernels.Math;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>A function of pairs of vectors, over arrays whose length is a multiple of 32.</summary>
internal abstract record ElementTask : IWidthTask<int>
{
    private float[] _x = [], _y = [];

    public ElementTask On(float[] x, float[] y) => this with { _x = x, _y = y };

    public unsafe int Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        fixed (float* x = _x, y = _y) Apply<TSimd, TVector>(x, y, _x.Length);
        return 0;
    }

    protected abstract unsafe void Apply<TSimd, TVector>(float* x, float* y, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

internal sealed record SigmoidTask : ElementTask
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe void Apply<TSimd, TVector>(float* x, float* y, int count)
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            TVector a = TSimd.Load(x + i), b = TSimd.Load(x + i + TSimd.Count);
            (a, b) = (VectorMath<TSimd, TVector>.Sigmoid(a), VectorMath<TSimd, TVector>.Sigmoid(b));
            TSimd.Store(y + i, a);
            TSimd.Store(y + i + TSimd.Count, b);
        }
    }
}

internal sealed record TanhTask : ElementTask
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe void Apply<TSimd, TVector>(float* x, float* y, int count)
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            TVector a = TSimd.Load(x + i), b = TSimd.Load(x + i + TSimd.Count);
            (a, b) = (VectorMath<TSimd, TVector>.Tanh(a), VectorMath<TSimd, TVector>.Tanh(b));
            TSimd.Store(y + i, a);
            TSimd.Store(y + i + TSimd.Count, b);
        }
    }
}

internal sealed record ScaledSigmoidTask : ElementTask
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe void Apply<TSimd, TVector>(float* x, float* y, int count)
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            TVector a = TSimd.Load(x + i), b = TSimd.Load(x + i + TSimd.Count);
            VectorMath<TSimd, TVector>.SigmoidOfScaled(ref a, ref b);
            TSimd.Store(y + i, a);
            TSimd.Store(y + i + TSimd.Count, b);
        }
    }
}

internal sealed record ScaledTanhTask : ElementTask
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe void Apply<TSimd, TVector>(float* x, float* y, int count)
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            TVector a = TSimd.Load(x + i), b = TSimd.Load(x + i + TSimd.Count);
            VectorMath<TSimd, TVector>.TanhOfScaled(ref a, ref b);
            TSimd.Store(y + i, a);
            TSimd.Store(y + i + TSimd.Count, b);
        }
    }
}
