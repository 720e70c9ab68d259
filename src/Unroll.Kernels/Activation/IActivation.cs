using System.Runtime.CompilerServices;
using Unroll.Kernels.Math;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Activation;

/// <summary>Activations that recurrent and dense kernels apply; but for softmax, each derivative follows from the output alone.</summary>
internal enum ActivationKind
{
    Linear,
    Tanh,
    Sigmoid,
    Relu,
    HardSigmoid,
    HardSigmoidKeras2,
    Softsign,

    /// <summary>Not element by element: see <see cref="Activation.Softmax"/>.</summary>
    Softmax,
}

internal interface IActivation
{
    static abstract TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>dy/dx, given y.</summary>
    static abstract TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

internal readonly struct LinearActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Broadcast(1f);
}

internal readonly struct TanhActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => VectorMath<TSimd, TVector>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Fma(TSimd.Negate(y), y, TSimd.Broadcast(1f));
}

internal readonly struct SigmoidActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => VectorMath<TSimd, TVector>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Fma(TSimd.Negate(y), y, y);
}

internal readonly struct ReluActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.SelectGreater(TSimd.Zero, x, TSimd.Zero, x); // unlike Max, the same for −0 on all processors

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.SelectGreater(y, TSimd.Zero, TSimd.Broadcast(1f), TSimd.Zero);
}

/// <summary>Keras 3: relu6(x + 3) / 6.</summary>
internal readonly struct HardSigmoidActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector clipped = TSimd.Max(TSimd.Zero, TSimd.Min(TSimd.Broadcast(6f), TSimd.Add(x, TSimd.Broadcast(3f))));
        return TSimd.Multiply(clipped, TSimd.Broadcast(1f / 6f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector sixth = TSimd.Broadcast(1f / 6f);
        TVector belowOne = TSimd.SelectGreater(TSimd.Broadcast(1f), y, sixth, TSimd.Zero);
        return TSimd.SelectGreater(y, TSimd.Zero, belowOne, TSimd.Zero);
    }
}

/// <summary>Keras 2: x / 5 + 1/2, clipped to 0 … 1.</summary>
internal readonly struct HardSigmoidKeras2Activation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector clipped = TSimd.Max(TSimd.Zero, TSimd.Min(TSimd.Broadcast(5f), TSimd.Add(x, TSimd.Broadcast(2.5f))));
        return TSimd.Multiply(clipped, TSimd.Broadcast(0.2f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector belowOne = TSimd.SelectGreater(TSimd.Broadcast(1f), y, TSimd.Broadcast(0.2f), TSimd.Zero);
        return TSimd.SelectGreater(y, TSimd.Zero, belowOne, TSimd.Zero);
    }
}

/// <summary>x / (1 + |x|); its derivative is (1 − |y|)².</summary>
internal readonly struct SoftsignActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Divide(x, TSimd.Add(TSimd.Broadcast(1f), TSimd.Abs(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TSimd, TVector>(TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector rest = TSimd.Subtract(TSimd.Broadcast(1f), TSimd.Abs(y));
        return TSimd.Multiply(rest, rest);
    }
}
