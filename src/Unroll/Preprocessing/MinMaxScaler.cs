namespace Unroll.Preprocessing;

/// <summary>
/// Each feature's smallest value becomes the lower, its largest the upper end of a range: scikit-learn's
/// <c>MinMaxScaler</c>. Values beyond those learned lie beyond the range; a constant feature becomes the lower end.
/// </summary>
public sealed class MinMaxScaler : FeatureScaler
{
    private readonly double _low;
    private readonly double _high;

    /// <summary>Creates a scaler.</summary>
    /// <param name="low">Lower end of the range.</param>
    /// <param name="high">Upper end of the range.</param>
    /// <exception cref="ArgumentException">The lower end is not below the upper one.</exception>
    public MinMaxScaler(double low = 0, double high = 1)
    {
        if (!(low < high)) throw new ArgumentException($"The lower end {low} must be below the upper end {high}.", nameof(low));
        (_low, _high) = (low, high);
    }

    /// <summary>Reads what <see cref="FeatureScaler.ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What errors call it, such as the file's name.</param>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static MinMaxScaler FromJson(string json, string source = "scaler")
    {
        var scaler = new MinMaxScaler();
        scaler.Read(json, source);
        return scaler;
    }

    private protected override (double Offset, double Factor) Learn(IReadOnlyList<double> column)
    {
        double smallest = column.Min(), range = column.Max() - smallest;
        double factor = (_high - _low) / (range < 10 * (Math.BitIncrement(1.0) - 1) ? 1 : range); // scikit-learn's bound
        return (smallest - _low / factor, factor);
    }
}
