namespace Unroll.Studies;

/// <summary>Mean and spread of one number over the repeats of a cell.</summary>
/// <param name="Count">Number of repeats that have the number.</param>
/// <param name="Mean">Arithmetic mean; NaN if there is none.</param>
/// <param name="Std">Sample standard deviation (divisor n − 1); NaN with fewer than two.</param>
public sealed record Summary(int Count, double Mean, double Std)
{
    /// <summary>Summarizes the values that are not NaN.</summary>
    public static Summary Of(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] finite = [.. values.Where(value => !double.IsNaN(value))];
        if (finite.Length == 0) return new Summary(0, double.NaN, double.NaN);
        double mean = finite.Sum() / finite.Length;
        if (finite.Length == 1) return new Summary(1, mean, double.NaN);
        double squares = finite.Sum(value => (value - mean) * (value - mean));
        return new Summary(finite.Length, mean, Math.Sqrt(squares / (finite.Length - 1)));
    }
}
