namespace Unroll.Reports;

/// <summary>
/// True against false positives at every threshold on a score: scikit-learn's <c>roc_curve</c> and <c>roc_auc_score</c>.
/// <code>Console.WriteLine(RocCurve.Of(yTest, scores).Auc);</code>
/// </summary>
/// <param name="FalsePositiveRate">Of the negative samples, the share at or above each threshold.</param>
/// <param name="TruePositiveRate">Of the positive samples, the share at or above each threshold.</param>
/// <param name="Thresholds">The thresholds, falling; the first is infinite, so that nothing is positive.</param>
/// <param name="Auc">The area under the curve: how often a positive sample scores above a negative one, ties counted half.</param>
public sealed record RocCurve(
    IReadOnlyList<double> FalsePositiveRate, IReadOnlyList<double> TruePositiveRate, IReadOnlyList<double> Thresholds, double Auc)
{
    /// <summary>The curve of two classes. Points on a straight line between their neighbours are left out, as in scikit-learn.</summary>
    /// <param name="yTrue">1 for a positive sample, 0 for a negative one.</param>
    /// <param name="scores">Higher for positive samples, such as what a sigmoid predicts.</param>
    /// <exception cref="ArgumentException">The numbers differ, a class is neither 0 nor 1 or does not occur, or a score is NaN.</exception>
    public static RocCurve Of(IReadOnlyList<int> yTrue, IReadOnlyList<float> scores)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(scores);
        if (yTrue.Count != scores.Count) throw new ArgumentException($"There are {yTrue.Count} samples, but {scores.Count} scores.", nameof(scores));
        for (int i = 0; i < yTrue.Count; i++)
        {
            if (yTrue[i] is not (0 or 1)) throw new ArgumentException($"Sample {i} has class {yTrue[i]}; a curve is drawn for classes 0 and 1. For more classes there is OneVsRest.", nameof(yTrue));
            if (float.IsNaN(scores[i])) throw new ArgumentException($"The score of sample {i} is NaN.", nameof(scores));
        }

        int positives = yTrue.Count(y => y == 1), negatives = yTrue.Count - positives;
        if (positives == 0 || negatives == 0)
            throw new ArgumentException($"There are {positives} positive and {negatives} negative samples; the curve needs both.", nameof(yTrue));

        // One point per distinct score: true and false positives at or above it.
        var points = new List<(long True, long False, double Threshold)> { (0, 0, double.PositiveInfinity) };
        (long right, long wrong) = (0, 0);
        foreach (var group in Enumerable.Range(0, yTrue.Count).GroupBy(i => scores[i]).OrderByDescending(group => group.Key))
        {
            foreach (int i in group) (right, wrong) = yTrue[i] == 1 ? (right + 1, wrong) : (right, wrong + 1);
            points.Add((right, wrong, group.Key));
        }

        long twiceArea = 0;
        for (int k = 1; k < points.Count; k++) twiceArea += (points[k].False - points[k - 1].False) * (points[k].True + points[k - 1].True);
        double auc = twiceArea / (2.0 * positives * negatives);

        // scikit-learn tests for equal steps on both sides among the points with a score, not for a straight line.
        var kept = points.Where((point, k) => k < 2 || k == points.Count - 1 || point.True - points[k - 1].True != points[k + 1].True - point.True
            || point.False - points[k - 1].False != points[k + 1].False - point.False).ToList();
        return new RocCurve(
            [.. kept.Select(point => (double)point.False / negatives)], [.. kept.Select(point => (double)point.True / positives)], [.. kept.Select(point => point.Threshold)], auc);
    }

    /// <summary>A curve for each class against all others.</summary>
    /// <param name="yTrue">True classes, from 0.</param>
    /// <param name="scores">A score for each class, <c>[samples, classes]</c>, such as what a softmax predicts.</param>
    /// <exception cref="ArgumentException">The numbers differ, a class has no column or no sample, or a score is NaN.</exception>
    public static RocCurve[] OneVsRest(IReadOnlyList<int> yTrue, float[,] scores)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(scores);
        int samples = scores.GetLength(0), classes = scores.GetLength(1);
        for (int i = 0; i < yTrue.Count; i++)
        {
            if (yTrue[i] < 0 || yTrue[i] >= classes)
                throw new ArgumentException($"Sample {i} has class {yTrue[i]}; the scores have columns for the classes 0 to {classes - 1}.", nameof(yTrue));
        }

        return [.. Enumerable.Range(0, classes).Select(k => Of(
            [.. yTrue.Select(y => y == k ? 1 : 0)], [.. Enumerable.Range(0, samples).Select(i => scores[i, k])]))];
    }

    /// <summary>The mean area of all classes, each against the rest: scikit-learn's <c>roc_auc_score(…, multi_class="ovr")</c>.</summary>
    /// <param name="yTrue">True classes, from 0.</param>
    /// <param name="scores">A score for each class, <c>[samples, classes]</c>.</param>
    /// <param name="weighted">True to weight each class with its samples.</param>
    /// <exception cref="ArgumentException">The numbers differ, a class has no column or no sample, or a score is NaN.</exception>
    public static double OneVsRestAuc(IReadOnlyList<int> yTrue, float[,] scores, bool weighted = false)
    {
        RocCurve[] curves = OneVsRest(yTrue, scores);
        return curves.Select((curve, k) => curve.Auc * (weighted ? (double)yTrue.Count(y => y == k) / yTrue.Count : 1.0 / curves.Length)).Sum();
    }
}
