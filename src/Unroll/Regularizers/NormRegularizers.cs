using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;

namespace Unroll.Regularizers;

/// <summary>Sums of magnitudes and squares, each with a factor.</summary>
public abstract class NormRegularizer : Regularizer
{
    private protected NormRegularizer()
    {
    }

    /// <summary>Factor of the sum of magnitudes.</summary>
    internal abstract double MagnitudeFactor { get; }

    /// <summary>Factor of the sum of squares.</summary>
    internal abstract double SquareFactor { get; }

    /// <inheritdoc/>
    public override double Penalty(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape)
    {
        var arena = new Arena();
        double penalty = Penalty(arena.AllocateCopy(weights), weights.Length, shape);
        arena.Free();
        return penalty;
    }

    /// <inheritdoc/>
    public override void AddGradient(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape, Span<float> gradient)
    {
        var arena = new Arena();
        Block sum = arena.AllocateCopy(gradient);
        AddGradient(VectorWidths.Best, sum, arena.AllocateCopy(weights), weights.Length, shape);
        sum.Span[..gradient.Length].CopyTo(gradient);
        arena.Free();
    }

    internal override double Penalty(Block weights, int count, ReadOnlySpan<int> shape) =>
        (MagnitudeFactor == 0 ? 0 : MagnitudeFactor * UpdateKernels.SumOfMagnitudes(weights))
        + (SquareFactor == 0 ? 0 : SquareFactor * UpdateKernels.SumOfSquares(weights));

    internal override void AddGradient(VectorWidth width, Block gradient, Block weights, int count, ReadOnlySpan<int> shape) =>
        UpdateKernels.AddPenalty(width, gradient, weights, (float)MagnitudeFactor, (float)(2 * SquareFactor));
}

/// <summary><c>factor · Σ|w|</c>: drives weights to zero.</summary>
public sealed class L1 : NormRegularizer
{
    private static readonly Argument<double> FactorArgument = Argument.Number("l1", 0.01).AtLeast(0.0);

    /// <summary>Creates the regularizer.</summary>
    /// <param name="factor">Keras' <c>l1</c>, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public L1(double factor = 0.01) => Factor = factor;

    /// <summary>Keras' <c>l1</c>.</summary>
    public double Factor { get => Get(FactorArgument); init => Set(FactorArgument, value); }

    internal static Registration<Regularizer> Registration { get; } =
        new Registration<Regularizer, L1>("L1") { Arguments = [FactorArgument], Make = _ => new L1() };

    internal override double MagnitudeFactor => Factor;

    internal override double SquareFactor => 0;
}

/// <summary><c>factor · Σw²</c>: keeps weights small.</summary>
public sealed class L2 : NormRegularizer
{
    private static readonly Argument<double> FactorArgument = Argument.Number("l2", 0.01).AtLeast(0.0);

    /// <summary>Creates the regularizer.</summary>
    /// <param name="factor">Keras' <c>l2</c>, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public L2(double factor = 0.01) => Factor = factor;

    /// <summary>Keras' <c>l2</c>.</summary>
    public double Factor { get => Get(FactorArgument); init => Set(FactorArgument, value); }

    internal static Registration<Regularizer> Registration { get; } =
        new Registration<Regularizer, L2>("L2") { Arguments = [FactorArgument], Make = _ => new L2() };

    internal override double MagnitudeFactor => 0;

    internal override double SquareFactor => Factor;
}

/// <summary><c>l1 · Σ|w| + l2 · Σw²</c>.</summary>
public sealed class L1L2 : NormRegularizer
{
    private static readonly Argument<double> L1Argument = Argument.Number("l1", 0).AtLeast(0.0), L2Argument = Argument.Number("l2", 0).AtLeast(0.0);

    /// <summary>Creates the regularizer.</summary>
    /// <param name="l1">Factor of the sum of magnitudes, 0 or more.</param>
    /// <param name="l2">Factor of the sum of squares, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public L1L2(double l1 = 0.0, double l2 = 0.0) => (L1, L2) = (l1, l2);

    /// <summary>Factor of the sum of magnitudes.</summary>
    public double L1 { get => Get(L1Argument); init => Set(L1Argument, value); }

    /// <summary>Factor of the sum of squares.</summary>
    public double L2 { get => Get(L2Argument); init => Set(L2Argument, value); }

    // Keras' function l1_l2 makes one, too; "l1_l2" is the same name without regard to underscores.
    internal static Registration<Regularizer> Registration { get; } =
        new Registration<Regularizer, L1L2>("L1L2") { Arguments = [L1Argument, L2Argument], Make = _ => new L1L2() };

    internal override double MagnitudeFactor => L1;

    internal override double SquareFactor => L2;
}
