using System.Text;

namespace Unroll.Reports;

/// <summary>Precision, recall, F1 and number of samples, of one class or averaged.</summary>
/// <param name="Name">The class, or the kind of average.</param>
/// <param name="Precision">Of the samples predicted as the class, the share that is of it; 0 if none was predicted.</param>
/// <param name="Recall">Of the samples of the class, the share that was predicted; 0 if there are none.</param>
/// <param name="F1">Harmonic mean of precision and recall; 0 if both are 0.</param>
/// <param name="Support">Samples of the class.</param>
public sealed record ClassScores(string Name, double Precision, double Recall, double F1, int Support);

/// <summary>
/// How well each class is predicted, with the numbers and the text of scikit-learn's <c>classification_report</c>.
/// <code>Console.WriteLine(ClassificationReport.Of(yTrue, yPredicted, ["negative", "positive"]));</code>
/// </summary>
public sealed class ClassificationReport
{
    private ClassificationReport(ConfusionMatrix matrix)
    {
        Matrix = matrix;
        int classes = matrix.Labels.Count;
        Classes = [.. Enumerable.Range(0, classes).Select(k =>
        {
            int right = matrix.Counts[k, k];
            int support = Enumerable.Range(0, classes).Sum(j => matrix.Counts[k, j]), predicted = Enumerable.Range(0, classes).Sum(i => matrix.Counts[i, k]);
            double precision = Ratio(right, predicted), recall = Ratio(right, support);
            double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            return new ClassScores(matrix.Names[k], precision, recall, f1, support);
        })];
        int total = matrix.Total;
        Macro = Average("macro avg", _ => 1.0 / classes);
        Weighted = Average("weighted avg", row => (double)row.Support / total);

        static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
        ClassScores Average(string name, Func<ClassScores, double> weight) => new(
            name, Classes.Sum(row => weight(row) * row.Precision), Classes.Sum(row => weight(row) * row.Recall), Classes.Sum(row => weight(row) * row.F1), total);
    }

    /// <summary>The scores of each class.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>The plain mean over classes.</summary>
    public ClassScores Macro { get; }

    /// <summary>The mean over classes, weighted with their samples.</summary>
    public ClassScores Weighted { get; }

    /// <summary>Share of the samples whose class was predicted rightly.</summary>
    public double Accuracy => Matrix.Accuracy;

    /// <summary>The counts behind it.</summary>
    public ConfusionMatrix Matrix { get; }

    /// <summary>Counts and computes.</summary>
    /// <inheritdoc cref="ConfusionMatrix.Of"/>
    public static ClassificationReport Of(IReadOnlyList<int> yTrue, IReadOnlyList<int> yPredicted, IReadOnlyList<string>? names = null) =>
        new(ConfusionMatrix.Of(yTrue, yPredicted, names));

    /// <summary>Computes from counts.</summary>
    public static ClassificationReport Of(ConfusionMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new ClassificationReport(matrix);
    }

    /// <summary>scikit-learn's text with two decimals.</summary>
    public override string ToString() => ToText();

    /// <summary>scikit-learn's text.</summary>
    /// <param name="digits">Decimals, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more decimals, or fewer than none.</exception>
    public string ToText(int digits = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 15);
        int width = Math.Max(Math.Max("weighted avg".Length, digits), Classes.Max(row => row.Name.Length));
        var text = new StringBuilder();
        Line("", "precision", "recall", "f1-score", "support");
        text.Append('\n');
        foreach (ClassScores row in Classes) Row(row);
        text.Append('\n');
        Line("accuracy", "", "", ReportNumber.Fixed(Accuracy, digits), Matrix.Total.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Row(Macro);
        Row(Weighted);
        return text.ToString();

        void Row(ClassScores row) => Line(
            row.Name, ReportNumber.Fixed(row.Precision, digits), ReportNumber.Fixed(row.Recall, digits), ReportNumber.Fixed(row.F1, digits),
            row.Support.ToString(System.Globalization.CultureInfo.InvariantCulture));
        void Line(string name, params ReadOnlySpan<string> cells)
        {
            text.Append(name.PadLeft(width)).Append(' ');
            foreach (string cell in cells) text.Append(' ').Append(cell.PadLeft(9));
            text.Append('\n');
        }
    }
}
