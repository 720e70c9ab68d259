using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>All zeros.</summary>
public sealed class Zeros : Initializer
{
    internal static Registration<Initializer> Registration { get; } =
        new Registration<Initializer, Zeros>("Zeros") { Aliases = ["zero"], Make = _ => new Zeros() };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random) => values.Clear();
}

/// <summary>All ones.</summary>
public sealed class Ones : Initializer
{
    internal static Registration<Initializer> Registration { get; } =
        new Registration<Initializer, Ones>("Ones") { Aliases = ["one"], Make = _ => new Ones() };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random) => values.Fill(1f);
}

/// <summary>One value everywhere.</summary>
public sealed class Constant : Initializer
{
    private static readonly Argument<double> ValueArgument = Argument.Number("value", 0);

    /// <summary>Creates the initializer.</summary>
    /// <param name="value">The value.</param>
    public Constant(double value = 0.0) => Value = value;

    /// <summary>The value.</summary>
    public double Value { get => Get(ValueArgument); init => Set(ValueArgument, value); }

    internal static Registration<Initializer> Registration { get; } =
        new Registration<Initializer, Constant>("Constant") { Arguments = [ValueArgument], Make = _ => new Constant() };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random) => values.Fill((float)Value);
}

/// <summary>A matrix with one value on the diagonal, square or not.</summary>
public sealed class Identity : Initializer
{
    private static readonly Argument<double> GainArgument = Argument.Number("gain", 1);

    /// <summary>Creates the initializer.</summary>
    /// <param name="gain">Value on the diagonal.</param>
    public Identity(double gain = 1.0) => Gain = gain;

    /// <summary>Value on the diagonal.</summary>
    public double Gain { get => Get(GainArgument); init => Set(GainArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Identity>("Identity")
    {
        Aliases = ["IdentityInitializer"],
        Arguments = [GainArgument],
        Make = _ => new Identity(),
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The weight is no matrix.</exception>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        if (shape.Length != 2)
            throw new ArgumentException($"Identity needs a matrix, not a weight of rank {shape.Length}.", nameof(shape));
        values.Clear();
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++) values[i * shape[1] + i] = (float)Gain;
    }
}
