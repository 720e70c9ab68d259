using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>Base of noise whose strength is a dropout rate.</summary>
public abstract class NoiseByRate : WeightlessLayer
{
    private protected static readonly Argument<double> RateArgument = Argument.Number("rate").Require(rate => rate is >= 0 and < 1, "at least 0 and below 1");

    private protected static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    private protected NoiseByRate(double rate) => Rate = rate;

    /// <summary>The dropout rate, at least 0 and below 1; noise that drops nothing has the variance of a dropout of that rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>Key of the random numbers; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal override bool HandsOnMask(int output) => true;
}
