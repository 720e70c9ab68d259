namespace Unroll.Studies.Analysis;

/// <summary>
/// Differences over overlapping training sets, as cross-validation has them (Nadeau and Bengio): the variance of the mean
/// is larger than that of independent values.
/// </summary>
/// <param name="Mean">Centre of the Student t posterior.</param>
/// <param name="Variance">Its squared scale.</param>
/// <param name="Df">Its degrees of freedom.</param>
internal sealed record CorrelatedT(double Mean, double Variance, int Df)
{
    /// <param name="differences">One difference per fold.</param>
    /// <param name="testShare">Share of the samples that each fold tests on.</param>
    public static CorrelatedT Of(IReadOnlyList<double> differences, double testShare)
    {
        Summary summary = Summary.Of(differences);
        return new CorrelatedT(summary.Mean, summary.Std * summary.Std * (1.0 / summary.Count + testShare / (1 - testShare)), summary.Count - 1);
    }
}
