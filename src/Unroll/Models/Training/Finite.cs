using System.Numerics;

namespace Unroll.Models.Training;

/// <summary>Looks for numbers that are none.</summary>
internal static class Finite
{
    /// <summary>The place of the first NaN or infinity; -1: there is none.</summary>
    public static int IndexOfOther(ReadOnlySpan<float> values)
    {
        var largest = new Vector<float>(float.MaxValue);
        int i = 0;
        while (i <= values.Length - Vector<float>.Count && Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(values[i..])), largest)) i += Vector<float>.Count;
        while (i < values.Length && float.IsFinite(values[i])) i++;
        return i < values.Length ? i : -1;
    }
}
