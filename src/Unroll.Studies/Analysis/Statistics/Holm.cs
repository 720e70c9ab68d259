namespace Unroll.Studies.Analysis;

/// <summary>Holm's correction: of several comparisons together, the chance of any false one stays below the level.</summary>
internal static class Holm
{
    /// <summary>Corrected p values in the order given. NaN stays NaN and counts for nothing.</summary>
    public static double[] Adjust(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        Array.Fill(adjusted, double.NaN);
        int[] order = [.. Enumerable.Range(0, p.Count).Where(i => !double.IsNaN(p[i])).OrderBy(i => p[i])];
        double highest = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            highest = Math.Max(highest, Math.Min(1, (order.Length - rank) * p[order[rank]]));
            adjusted[order[rank]] = highest;
        }

        return adjusted;
    }
}
