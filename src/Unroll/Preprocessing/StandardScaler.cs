namespace Unroll.Preprocessing;

/// <summary>
/// Mean 0 and standard deviation 1 for each feature: (x − mean) ÷ deviation, scikit-learn's <c>StandardScaler</c>. The
/// deviation is that of the samples themselves (divided by their number); a constant feature is only shifted.
/// </summary>
public sealed class StandardScaler : FeatureScaler
{
    /// <summary>Reads what <see cref="FeatureScaler.ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What errors call it, such as the file's name.</param>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static StandardScaler FromJson(string json, string source = "scaler")
    {
        var scaler = new StandardScaler();
        scaler.Read(json, source);
        return scaler;
    }

    private protected override (double Offset, double Factor) Learn(IReadOnlyList<double> column)
    {
        double mean = column.Sum() / column.Count;
        double squares = 0, rest = 0;
        foreach (double value in column)
        {
            squares += (value - mean) * (value - mean);
            rest += value - mean;
        }

        double variance = (squares - rest * rest / column.Count) / column.Count;
        // A variance that rounding alone explains is none, by scikit-learn's bound.
        double noise = column.Count * Math.BitIncrement(1.0) - column.Count; // count · 2^-52
        bool isConstant = variance <= noise * variance + noise * mean * (noise * mean);
        return (mean, isConstant ? 1 : 1 / Math.Sqrt(variance));
    }
}
