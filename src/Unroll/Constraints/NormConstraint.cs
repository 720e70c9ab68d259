using System.Buffers;
using System.Runtime.CompilerServices;
using Unroll.Configuration;

namespace Unroll.Constraints;

/// <summary>A constraint on the L2 norms of a weight's vectors along an axis: 0 is one vector per output of a layer.</summary>
public abstract record NormConstraint : Constraint
{
    /// <summary>Keras' epsilon, which keeps a vector of zeros from being divided by zero.</summary>
    private const double Epsilon = 1e-7;

    private protected NormConstraint(int axis) => Axis = axis;

    /// <summary>The dimension along which norms are taken; negative: counted from the last.</summary>
    public int Axis { get; }

    /// <summary>The norm that a vector should have.</summary>
    private protected abstract double Wanted(double norm);

    internal override void Check(string weight, IReadOnlyList<int> shape)
    {
        if (Axis >= -shape.Count && Axis < shape.Count) return;
        throw new ArgumentException($"{GetType().Name}: argument 'axis' is {Axis}, but the weight '{weight}' has {shape.Count} dimension(s).");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Apply(Span<float> weights, IReadOnlyList<int> shape)
    {
        int axis = Axis < 0 ? Axis + shape.Count : Axis, length = shape[axis], inner = 1;
        for (int i = axis + 1; i < shape.Count; i++) inner *= shape[i];
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

    private protected static double Require(string constraint, string argument, double value) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(argument, value, $"{constraint}: argument '{argument}' is {value}; it must be 0 or more.");
}

/// <summary>Vectors are no longer than a maximum (Srivastava et al. 2014).</summary>
public sealed record MaxNorm : NormConstraint
{
    /// <summary>Creates the constraint.</summary>
    /// <param name="maxValue">Longest norm, 0 or more.</param>
    /// <param name="axis">The dimension along which norms are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public MaxNorm(double maxValue = 2, int axis = 0) : base(axis) => MaxValue = Require("MaxNorm", "max_value", maxValue);

    /// <summary>Longest norm.</summary>
    public double MaxValue { get; }

    internal static Registration<Constraint> Registration { get; } = new Registration<Constraint, MaxNorm>("MaxNorm")
    {
        Arguments = [new("max_value", constraint => constraint.MaxValue), new("axis", constraint => constraint.Axis)],
        Make = a => new MaxNorm(a.Double("max_value", 2), a.Int("axis", 0)),
    };

    private protected override double Wanted(double norm) => Math.Min(norm, MaxValue);
}

/// <summary>Vectors have the norm 1.</summary>
public sealed record UnitNorm : NormConstraint
{
    /// <summary>Creates the constraint.</summary>
    /// <param name="axis">The dimension along which norms are taken.</param>
    public UnitNorm(int axis = 0) : base(axis)
    {
    }

    internal static Registration<Constraint> Registration { get; } = new Registration<Constraint, UnitNorm>("UnitNorm")
    {
        Arguments = [new("axis", constraint => constraint.Axis)],
        Make = a => new UnitNorm(a.Int("axis", 0)),
    };

    private protected override double Wanted(double norm) => 1;
}

/// <summary>Norms are drawn between a minimum and a maximum.</summary>
public sealed record MinMaxNorm : NormConstraint
{
    /// <summary>Creates the constraint.</summary>
    /// <param name="minValue">Shortest norm, 0 or more.</param>
    /// <param name="maxValue">Longest norm, 0 or more.</param>
    /// <param name="rate">Share of the way that a norm outside goes at each step, 0 to 1.</param>
    /// <param name="axis">The dimension along which norms are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public MinMaxNorm(double minValue = 0.0, double maxValue = 1.0, double rate = 1.0, int axis = 0) : base(axis)
    {
        (MinValue, MaxValue) = (Require("MinMaxNorm", "min_value", minValue), Require("MinMaxNorm", "max_value", maxValue));
        Layers.LayerArguments.RequireRate("MinMaxNorm", "rate", rate);
        Rate = rate;
    }

    /// <summary>Shortest norm.</summary>
    public double MinValue { get; }

    /// <summary>Longest norm.</summary>
    public double MaxValue { get; }

    /// <summary>Share of the way that a norm outside goes at each step.</summary>
    public double Rate { get; }

    internal static Registration<Constraint> Registration { get; } = new Registration<Constraint, MinMaxNorm>("MinMaxNorm")
    {
        Arguments =
        [
            new("min_value", constraint => constraint.MinValue), new("max_value", constraint => constraint.MaxValue),
            new("rate", constraint => constraint.Rate), new("axis", constraint => constraint.Axis),
        ],
        Make = a => new MinMaxNorm(a.Double("min_value", 0), a.Double("max_value", 1), a.Double("rate", 1), a.Int("axis", 0)),
    };

    private protected override double Wanted(double norm) => Rate * Math.Max(MinValue, Math.Min(norm, MaxValue)) + (1 - Rate) * norm;
}
