namespace Unroll.Layers;

/// <summary>Checks that name layer, argument, value and what would be right.</summary>
internal static class LayerArguments
{
    public static void RequirePositive(string layer, string argument, int value)
    {
        if (value <= 0)
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value}; it must be 1 or more.");
    }

    /// <summary>A size above 2^20 is a slip of the pen: one recurrent kernel alone would take terabytes.</summary>
    public static void RequireSize(string layer, string argument, int value)
    {
        const int Largest = 1 << 20;
        RequirePositive(layer, argument, value);
        if (value > Largest)
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value:N0}; it must be at most {Largest:N0}.");
    }

    public static void RequireRate(string layer, string argument, double value)
    {
        if (value is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value}; it must be between 0 and 1.");
    }
}
