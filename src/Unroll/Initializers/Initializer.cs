using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>
/// How a weight gets its first values. Converts from Keras' names: <c>KernelInitializer = "he_uniform"</c>. The values
/// follow from the model's seed and the weight's place in the model alone. One of your own overrides <see cref="Fill"/>.
/// </summary>
public abstract class Initializer : ConfigurableValue
{
    /// <summary>All initializers that are known by name.</summary>
    public static Catalog<Initializer> Catalog => InitializerCatalog.Instance;

    /// <summary>The initializer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static implicit operator Initializer(string name) => FromName(name);

    /// <summary>The initializer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Initializer FromName(string name) => Catalog.Create(name);

    /// <summary>Fills a weight of the given shape.</summary>
    /// <param name="values">All values, row-major.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    /// <param name="random">Where random values come from.</param>
    public abstract void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random);

    /// <summary>Fills a weight from the initializer's own seed, if it has one.</summary>
    internal void Start(Span<float> values, ReadOnlySpan<int> shape, RandomSource random) => Fill(values, shape, OwnSource() ?? random);

    private protected virtual RandomSource? OwnSource() => null;
}

/// <summary>
/// An initializer that draws. With a seed of its own it gives every weight of a shape the same values, as Keras does;
/// without one they follow from the model's seed and the weight's place.
/// </summary>
public abstract class RandomInitializer : Initializer
{
    /// <summary>Keras' <c>seed</c>; stands at the end of Keras' entries.</summary>
    protected static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    /// <summary>Key of the values; null: the model's.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    private protected override RandomSource? OwnSource() =>
        Seed is { } seed ? new RandomSource(new Philox(seed, RandomPurpose.InitialWeights, a: -1)) : null;
}
