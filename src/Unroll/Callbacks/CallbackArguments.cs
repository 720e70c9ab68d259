namespace Unroll.Callbacks;

/// <summary>Checks of what callbacks are given; each message names callback, property and value.</summary>
internal static class CallbackArguments
{
    /// <summary>A count that must not be negative.</summary>
    public static int NotNegative(Type callback, string name, int value) => value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{callback.Name}: {name} is {value}; it must be 0 or more.");

    /// <summary>A number of batches; null: whole epochs.</summary>
    public static int? Frequency(Type callback, string name, int? value) => value is null or > 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{callback.Name}: {name} is {value}; it must be 1 or more, or null for every epoch.");
}
