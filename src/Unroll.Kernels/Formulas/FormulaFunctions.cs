using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Math;

namespace Unroll.Kernels.Formulas;

// Functions of one argument that are no activations of a layer. Where a derivative takes the argument instead of the
// value, FormulaCodes.SlopeOf says so.

internal readonly struct ExpFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => VectorLogarithm<TSimd, TVector>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector y) => y;
}

internal readonly struct LogFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => VectorLogarithm<TSimd, TVector>.Log(x);

    /// <summary>Given x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector x) => TSimd.Divide(TSimd.Broadcast(1f), x);
}

internal readonly struct SqrtFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => TSimd.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector y) => TSimd.Divide(TSimd.Broadcast(0.5f), y);
}

internal readonly struct SquareFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => TSimd.Multiply(x, x);

    /// <summary>Given x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector x) => TSimd.Add(x, x);
}

internal readonly struct AbsFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => TSimd.Abs(x);

    /// <summary>Given x; 0 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector x) => TSimd.SelectGreater(
        x, TSimd.Zero, TSimd.Broadcast(1f), TSimd.SelectGreater(TSimd.Zero, x, TSimd.Broadcast(-1f), TSimd.Zero));
}

internal readonly struct SoftplusFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => VectorLogarithm<TSimd, TVector>.Softplus(x);

    /// <summary>Given x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector x) => VectorMath<TSimd, TVector>.Sigmoid(x);
}

internal readonly struct ReciprocalFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Apply<TSimd, TVector>(TVector x) => TSimd.Divide(TSimd.Broadcast(1f), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IActivation.Derivative<TSimd, TVector>(TVector y) => TSimd.Multiply(TSimd.Negate(y), y);
}
