using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Constraints;

/// <summary>A constraint on the L2 norms of a weight's vectors along an axis: 0 is one vector per output of a layer.</summary>
public abstract class NormConstraint : Constraint
{
    private protected static readonly Argument<IReadOnlyList<int>> AxisArgument = new(
        "axis",
        new ArgumentForm<IReadOnlyList<int>>(
            input => input.Node is JsonArray list
                ? [.. list.Select(node => ArgumentForms.Whole.Read(input with { Node = node }))]
                : [ArgumentForms.Whole.Read(input)],
            axes => axes.Count == 1 ? JsonValue.Create(axes[0]) : new JsonArray([.. axes.Select(axis => JsonValue.Create(axis))]), "0"),
        [0]);

    /// <summary>Keras' epsilon, which keeps a vector of zeros from being divided by zero.</summary>
    private const double Epsilon = 1e-7;

    private protected NormConstraint()
    {
    }

    /// <summary>The dimension along which norms are taken; negative: counted from the last.</summary>
    public int Axis { get => Axes[0]; init => Axes = [value]; }

    /// <summary>Neighbouring dimensions over which norms are taken together: [0, 1] for the filters of a convolution.</summary>
    public IReadOnlyList<int> Axes { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <summary>The norm that a vector should have.</summary>
    private protected abstract double Wanted(double norm);

    /// <inheritdoc/>
    public override void Check(string weight, ReadOnlySpan<int> shape)
    {
        int rank = shape.Length;
        int[] axes = Own(rank);
        bool areNeighbours = axes.Length > 0 && axes[^1] - axes[0] == axes.Length - 1;
        if (areNeighbours && axes[0] >= 0 && axes[^1] < rank) return;
        throw new ArgumentException($"{GetType().Name}: argument 'axis' is {string.Join(", ", Axes)}{(areNeighbours ? "" : ", not dimensions side by side")}, but the weight '{weight}' has {shape.Length} dimension(s).");
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(Span<float> weights, ReadOnlySpan<int> shape)
    {
        int[] axes = Own(shape.Length);
        int length = 1, inner = 1;
        foreach (int each in axes) length *= shape[each];
        for (int i = axes[^1] + 1; i < shape.Length; i++) inner *= shape[i];
        double[] factors = ArrayPool<double>.Shared.Rent(inner);
        for (int start = 0; start < weights.Length; start += length * inner)
        {
            Span<float> block = weights.Slice(start, length * inner);
            Span<double> sums = factors.AsSpan(0, inner);
            sums.Clear();
            for (int row = 0; row < length; row++)
            {
                for (int i = 0; i < inner; i++) sums[i] += (double)block[row * inner + i] * block[row * inner + i];
            }

            foreach (ref double sum in sums)
            {
                double norm = Math.Sqrt(sum);
                sum = Wanted(norm) / (Epsilon + norm);
            }

            for (int row = 0; row < length; row++)
            {
                for (int i = 0; i < inner; i++) block[row * inner + i] = (float)(block[row * inner + i] * sums[i]);
            }
        }

        ArrayPool<double>.Shared.Return(factors);
    }

    private int[] Own(int rank) => [.. Axes.Select(axis => axis < 0 ? axis + rank : axis).Distinct().Order()];
}

/// <summary>Vectors are no longer than a maximum (Srivastava et al. 2014).</summary>
public sealed class MaxNorm : NormConstraint
{
    private static readonly Argument<double> MaxArgument = Argument.Number("max_value", 2).AtLeast(0.0);

    /// <summary>Creates the constraint.</summary>
    /// <param name="maxValue">Longest norm, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public MaxNorm(double maxValue = 2.0) => MaxValue = maxValue;

    /// <summary>Longest norm.</summary>
    public double MaxValue { get => Get(MaxArgument); init => Set(MaxArgument, value); }

    internal static Registration<Constraint> Registration { get; } =
        new Registration<Constraint, MaxNorm>("MaxNorm") { Arguments = [MaxArgument, AxisArgument], Make = _ => new MaxNorm() };

    private protected override double Wanted(double norm) => Math.Min(norm, MaxValue);
}

/// <summary>Vectors have the norm 1.</summary>
public sealed class UnitNorm : NormConstraint
{
    internal static Registration<Constraint> Registration { get; } =
        new Registration<Constraint, UnitNorm>("UnitNorm") { Arguments = [AxisArgument], Make = _ => new UnitNorm() };

    private protected override double Wanted(double norm) => 1;
}

/// <summary>Norms are drawn between a minimum and a maximum.</summary>
public sealed class MinMaxNorm : NormConstraint
{
    private static readonly Argument<double>
        MinArgument = Argument.Number("min_value", 0).AtLeast(0.0), MaxArgument = Argument.Number("max_value", 1).AtLeast(0.0),
        RateArgument = Argument.Number("rate", 1).Between(0, 1);

    /// <summary>Creates the constraint.</summary>
    /// <param name="minValue">Shortest norm, 0 or more.</param>
    /// <param name="maxValue">Longest norm, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite.</exception>
    public MinMaxNorm(double minValue = 0.0, double maxValue = 1.0) => (MinValue, MaxValue) = (minValue, maxValue);

    /// <summary>Shortest norm.</summary>
    public double MinValue { get => Get(MinArgument); init => Set(MinArgument, value); }

    /// <summary>Longest norm.</summary>
    public double MaxValue { get => Get(MaxArgument); init => Set(MaxArgument, value); }

    /// <summary>Share of the way that a norm outside goes at each step, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    internal static Registration<Constraint> Registration { get; } = new Registration<Constraint, MinMaxNorm>("MinMaxNorm")
    {
        Arguments = [MinArgument, MaxArgument, RateArgument, AxisArgument],
        Make = _ => new MinMaxNorm(),
    };

    private protected override double Wanted(double norm) => Rate * Math.Max(MinValue, Math.Min(norm, MaxValue)) + (1 - Rate) * norm;
}
