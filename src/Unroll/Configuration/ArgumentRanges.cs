using System.Numerics;

namespace Unroll.Configuration;

/// <summary>Ranges of numbers. Null, where an argument may be null, is always right; infinities and NaN never are.</summary>
public static class ArgumentRanges
{
    /// <summary>A size above 2^20 is a slip of the pen: one recurrent kernel alone would take terabytes.</summary>
    private const int LargestSize = 1 << 20;

    /// <summary>Refuses what is smaller.</summary>
    public static Argument<T> AtLeast<T>(this Argument<T> argument, T least) where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => T.IsFinite(value) && value >= least, $"{least} or more");
    }

    /// <inheritdoc cref="AtLeast{T}(Argument{T}, T)"/>
    public static Argument<T?> AtLeast<T>(this Argument<T?> argument, T least) where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => value is not { } given || (T.IsFinite(given) && given >= least), $"{least} or more");
    }

    /// <summary>Refuses what is equal or smaller.</summary>
    public static Argument<T> Above<T>(this Argument<T> argument, T limit) where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => T.IsFinite(value) && value > limit, $"above {limit}");
    }

    /// <inheritdoc cref="Above{T}(Argument{T}, T)"/>
    public static Argument<T?> Above<T>(this Argument<T?> argument, T limit) where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => value is not { } given || (T.IsFinite(given) && given > limit), $"above {limit}");
    }

    /// <summary>Refuses what is outside; the limits are inside.</summary>
    public static Argument<T> Between<T>(this Argument<T> argument, T low, T high) where T : struct, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => value >= low && value <= high, FormattableString.Invariant($"between {low:#,0.###} and {high:#,0.###}"));
    }

    /// <summary>At least 0 and below 1: what is kept of a running mean.</summary>
    public static Argument<double> Share(this Argument<double> argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Require(value => value is >= 0 and < 1, "at least 0 and below 1");
    }

    /// <summary>A size of something that has memory: 1 to 1,048,576.</summary>
    public static Argument<int> Size(this Argument<int> argument) =>
        argument.AtLeast(1).Require(value => value <= LargestSize, FormattableString.Invariant($"at most {LargestSize:N0}"));
}
