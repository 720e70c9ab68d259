using System.Globalization;
using System.Text;

namespace Unroll.Reports;

/// <summary>
/// How well each of several labels per sample is predicted, with the numbers and the text of scikit-learn's
/// <c>classification_report</c>, <c>hamming_loss</c> and <c>accuracy_score</c>.
/// <code>Console.WriteLine(MultiLabelReport.Of(yTrue, yPredicted, ["billing", "login", "urgent"]));</code>
/// </summary>
public sealed class MultiLabelReport
{
    private MultiLabelReport(int[,] yTrue, int[,] yPredicted, IReadOnlyList<string> names)
    {
        int samples = yTrue.GetLength(0), labels = names.Count, exact = 0, wrong = 0;
        int[] right = new int[labels], predicted = new int[labels], support = new int[labels];
        double precision = 0, recall = 0, f1 = 0;
        for (int i = 0; i < samples; i++)
        {
            int both = 0, said = 0, have = 0;
            for (int k = 0; k < labels; k++)
            {
                (int truth, int answer) = (yTrue[i, k], yPredicted[i, k]);
                both += truth & answer;
                said += answer;
                have += truth;
                right[k] += truth & answer;
                predicted[k] += answer;
                support[k] += truth;
            }

            int errors = said + have - 2 * both;
            wrong += errors;
            if (errors == 0) exact++;
            ClassScores own = Scores("", both, said, have);
            (precision, recall, f1) = (precision + own.Precision, recall + own.Recall, f1 + own.F1);
        }

        int all = support.Sum();
        Labels = [.. names.Select((name, k) => Scores(name, right[k], predicted[k], support[k]))];
        Micro = Scores("micro avg", right.Sum(), predicted.Sum(), all);
        Macro = Average("macro avg", _ => 1.0 / labels);
        Weighted = Average("weighted avg", row => all == 0 ? 0 : (double)row.Support / all);
        Samples = new ClassScores("samples avg", precision / samples, recall / samples, f1 / samples, all);
        SubsetAccuracy = ShareInterval.Of(exact, samples);
        HammingLoss = (double)wrong / samples / labels;

        ClassScores Average(string name, Func<ClassScores, double> weight) => new(
            name, Labels.Sum(row => weight(row) * row.Precision), Labels.Sum(row => weight(row) * row.Recall), Labels.Sum(row => weight(row) * row.F1), all);
    }

    /// <summary>The scores of each label, as if it alone were asked for.</summary>
    public IReadOnlyList<ClassScores> Labels { get; }

    /// <summary>All decisions about all labels in one pot: frequent labels count for more.</summary>
    public ClassScores Micro { get; }

    /// <summary>The plain mean over labels.</summary>
    public ClassScores Macro { get; }

    /// <summary>The mean over labels, weighted with their samples.</summary>
    public ClassScores Weighted { get; }

    /// <summary>The mean over samples, each with the scores of its own labels.</summary>
    public ClassScores Samples { get; }

    /// <summary>Share of the samples whose labels are all predicted, and no other.</summary>
    public ShareInterval SubsetAccuracy { get; }

    /// <summary>Share of the decisions, one for each sample and label, that are wrong.</summary>
    public double HammingLoss { get; }

    /// <summary>Counts and computes.</summary>
    /// <param name="yTrue">For each sample and label 1 or 0, <c>[samples, labels]</c>.</param>
    /// <param name="yPredicted">What was predicted, in the same shape.</param>
    /// <param name="names">What the labels are called; null: their numbers.</param>
    /// <exception cref="ArgumentException">The shapes differ, there are no samples, or a value is neither 0 nor 1.</exception>
    public static MultiLabelReport Of(int[,] yTrue, int[,] yPredicted, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPredicted);
        (int samples, int labels) = (yTrue.GetLength(0), yTrue.GetLength(1));
        if (yPredicted.GetLength(0) != samples || yPredicted.GetLength(1) != labels)
            throw new ArgumentException($"yTrue has the shape ({samples}, {labels}), yPredicted ({yPredicted.GetLength(0)}, {yPredicted.GetLength(1)}).", nameof(yPredicted));
        if (samples == 0 || labels == 0) throw new ArgumentException("There are no samples, or no labels.", nameof(yTrue));
        if (names is not null && names.Count != labels) throw new ArgumentException($"There are {labels} labels, but {names.Count} names.", nameof(names));
        foreach ((int[,] values, string name) in ((int[,], string)[])[(yTrue, nameof(yTrue)), (yPredicted, nameof(yPredicted))])
            foreach (int value in values)
                if (value is not (0 or 1)) throw new ArgumentException($"{name} has the value {value}; each is 1 if the sample has the label, else 0.", name);
        return new MultiLabelReport(yTrue, yPredicted, names ?? [.. Enumerable.Range(0, labels).Select(k => k.ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>scikit-learn's text with two decimals.</summary>
    public override string ToString()
    {
        int width = Math.Max("weighted avg".Length, Labels.Max(row => row.Name.Length));
        var text = new StringBuilder();
        Line("", "precision", "recall", "f1-score", "support");
        text.Append('\n');
        foreach (ClassScores row in Labels) Row(row);
        text.Append('\n');
        foreach (ClassScores row in (ClassScores[])[Micro, Macro, Weighted, Samples]) Row(row);
        return text.ToString();

        void Row(ClassScores row) => Line(
            row.Name, ReportNumber.Fixed(row.Precision, 2), ReportNumber.Fixed(row.Recall, 2), ReportNumber.Fixed(row.F1, 2), row.Support.ToString(CultureInfo.InvariantCulture));
        void Line(string name, params ReadOnlySpan<string> cells)
        {
            text.Append(name.PadLeft(width)).Append(' ');
            foreach (string cell in cells) text.Append(' ').Append(cell.PadLeft(9));
            text.Append('\n');
        }
    }

    private static ClassScores Scores(string name, int right, int predicted, int support)
    {
        double precision = predicted == 0 ? 0 : (double)right / predicted, recall = support == 0 ? 0 : (double)right / support;
        return new ClassScores(name, precision, recall, predicted + support == 0 ? 0 : 2.0 * right / (predicted + support), support);
    }
}
