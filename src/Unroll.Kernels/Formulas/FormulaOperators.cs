using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>What a pass does with an element of each of its operands. Passes of two operands ignore the third.</summary>
internal interface IFormulaOperator
{
    static abstract TVector Apply<TSimd, TVector>(TVector a, TVector b, TVector c)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

internal readonly struct AddOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Add(a, b);
}

internal readonly struct SubtractOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Subtract(a, b);
}

internal readonly struct MultiplyOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Multiply(a, b);
}

internal readonly struct DivideOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Divide(a, b);
}

/// <summary>By comparison: the processors' own minimum differs between them for zeros of both signs.</summary>
internal readonly struct MinimumOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.SelectGreater(a, b, b, a);
}

internal readonly struct MaximumOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.SelectGreater(b, a, b, a);
}

internal readonly struct FmaOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Fma(a, b, c);
}

internal readonly struct FmaNegatedOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.Fma(TSimd.Negate(a), b, c);
}

internal readonly struct WhereGreaterOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.SelectGreater(b, c, a, TSimd.Zero);
}

internal readonly struct WhereNotGreaterOperator : IFormulaOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IFormulaOperator.Apply<TSimd, TVector>(TVector a, TVector b, TVector c) => TSimd.SelectGreater(b, c, TSimd.Zero, a);
}
