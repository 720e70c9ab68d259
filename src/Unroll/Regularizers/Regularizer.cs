using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;

namespace Unroll.Regularizers;

/// <summary>
/// What a weight adds to the loss, in training and in evaluation. Converts from Keras' names: <c>kernelRegularizer: "l2"</c>,
/// also with arguments, <c>"l2(0.001)"</c>.
/// </summary>
public abstract record Regularizer
{
    /// <summary>Factor of the sum of magnitudes.</summary>
    internal abstract double MagnitudeFactor { get; }

    /// <summary>Factor of the sum of squares.</summary>
    internal abstract double SquareFactor { get; }

    /// <summary>The regularizer of that name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Regularizer(string name) => FromName(name);

    /// <summary>The regularizer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Regularizer FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Registry.Regularizers.Create(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>What the weight adds to the loss.</summary>
    /// <param name="weights">The weight with the zeros behind it.</param>
    internal double Penalty(Block weights) =>
        (MagnitudeFactor == 0 ? 0 : MagnitudeFactor * UpdateKernels.SumOfMagnitudes(weights))
        + (SquareFactor == 0 ? 0 : SquareFactor * UpdateKernels.SumOfSquares(weights));

    /// <summary>Adds the penalty's gradient.</summary>
    internal void AddGradient(VectorWidth width, Block gradient, Block weights) =>
        UpdateKernels.AddPenalty(width, gradient, weights, (float)MagnitudeFactor, (float)(2 * SquareFactor));

    private protected static double Require(string regularizer, string argument, double value) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(argument, value, $"{regularizer}: argument '{argument}' is {value}; it must be 0 or more.");
}

/// <summary><c>factor · Σ|w|</c>: drives weights to zero.</summary>
/// <param name="Factor">Keras' <c>l1</c>, 0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
public sealed record L1(double Factor = 0.01) : Regularizer
{
    /// <summary>Keras' <c>l1</c>.</summary>
    public double Factor { get; } = Require("L1", "l1", Factor);

    internal static Registration<Regularizer> Registration { get; } = new Registration<Regularizer, L1>("L1")
    {
        Arguments = [new("l1", regularizer => regularizer.Factor)],
        Make = a => new L1(a.Double("l1", 0.01)),
    };

    internal override double MagnitudeFactor => Factor;

    internal override double SquareFactor => 0;
}

/// <summary><c>factor · Σw²</c>: keeps weights small.</summary>
/// <param name="Factor">Keras' <c>l2</c>, 0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
public sealed record L2(double Factor = 0.01) : Regularizer
{
    /// <summary>Keras' <c>l2</c>.</summary>
    public double Factor { get; } = Require("L2", "l2", Factor);

    internal static Registration<Regularizer> Registration { get; } = new Registration<Regularizer, L2>("L2")
    {
        Arguments = [new("l2", regularizer => regularizer.Factor)],
        Make = a => new L2(a.Double("l2", 0.01)),
    };

    internal override double MagnitudeFactor => 0;

    internal override double SquareFactor => Factor;
}

/// <summary><c>l1 · Σ|w| + l2 · Σw²</c>.</summary>
/// <param name="L1">Factor of the sum of magnitudes, 0 or more.</param>
/// <param name="L2">Factor of the sum of squares, 0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
public sealed record L1L2(double L1 = 0.0, double L2 = 0.0) : Regularizer
{
    /// <summary>Factor of the sum of magnitudes.</summary>
    public double L1 { get; } = Require("L1L2", "l1", L1);

    /// <summary>Factor of the sum of squares.</summary>
    public double L2 { get; } = Require("L1L2", "l2", L2);

    // Keras' function l1_l2 makes one, too; "l1_l2" is the same name without regard to underscores.
    internal static Registration<Regularizer> Registration { get; } = new Registration<Regularizer, L1L2>("L1L2")
    {
        Arguments = [new("l1", regularizer => regularizer.L1), new("l2", regularizer => regularizer.L2)],
        Make = a => new L1L2(a.Double("l1", 0), a.Double("l2", 0)),
    };

    internal override double MagnitudeFactor => L1;

    internal override double SquareFactor => L2;
}
