using System.Globalization;
using System.Text;

namespace Unroll.Reports;

/// <summary>
/// How often each class was taken for each other one: scikit-learn's <c>confusion_matrix</c>.
/// <code>Console.WriteLine(ConfusionMatrix.Of(yTrue, yPredicted, ["negative", "positive"]));</code>
/// </summary>
public sealed class ConfusionMatrix
{
    private ConfusionMatrix(int[,] counts, int[] labels, string[] names) => (Counts, Labels, Names) = (counts, labels, names);

    /// <summary>Samples by true class (row) and predicted class (column).</summary>
    public int[,] Counts { get; }

    /// <summary>The class of each row and column.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>What the classes are called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of samples.</summary>
    public int Total => Counts.Cast<int>().Sum();

    /// <summary>Share of the samples whose class was predicted rightly.</summary>
    public double Accuracy => Labels.Select((_, k) => Counts[k, k]).Sum() / (double)Total;

    /// <summary>Counts pairs of true and predicted classes.</summary>
    /// <param name="yTrue">True classes.</param>
    /// <param name="yPredicted">Predicted classes, one per sample.</param>
    /// <param name="names">What the classes 0, 1, 2, … are called; null for their numbers, and for those classes alone that occur.</param>
    /// <exception cref="ArgumentException">The numbers of samples differ, there are none, or a class has no name.</exception>
    public static ConfusionMatrix Of(IReadOnlyList<int> yTrue, IReadOnlyList<int> yPredicted, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPredicted);
        if (yTrue.Count != yPredicted.Count) throw new ArgumentException($"There are {yTrue.Count} true classes, but {yPredicted.Count} predicted ones.", nameof(yPredicted));
        if (yTrue.Count == 0) throw new ArgumentException("There are no samples to count.", nameof(yTrue));
        int[] labels = names is null ? [.. yTrue.Concat(yPredicted).Distinct().Order()] : [.. Enumerable.Range(0, names.Count)];
        Dictionary<int, int> places = labels.Select((label, place) => (label, place)).ToDictionary(entry => entry.label, entry => entry.place);
        var counts = new int[labels.Length, labels.Length];
        for (int i = 0; i < yTrue.Count; i++) counts[Place(yTrue[i], i), Place(yPredicted[i], i)]++;
        return new ConfusionMatrix(counts, labels, names is null ? Array.ConvertAll(labels, label => label.ToString(CultureInfo.InvariantCulture)) : [.. names]);

        int Place(int label, int sample) => places.TryGetValue(label, out int place) ? place : throw new ArgumentException(
            $"Sample {sample} has class {label}, but there are names for the classes 0 to {labels.Length - 1} only.", nameof(names));
    }

    /// <summary>Shares of the samples of each true class, <c>[true, predicted]</c>; 0 in the row of a class without samples.</summary>
    public double[,] Normalized()
    {
        var result = new double[Labels.Count, Labels.Count];
        for (int i = 0; i < Labels.Count; i++)
        {
            int row = Enumerable.Range(0, Labels.Count).Sum(j => Counts[i, j]);
            for (int j = 0; j < Labels.Count && row > 0; j++) result[i, j] = Counts[i, j] / (double)row;
        }

        return result;
    }

    /// <summary>A table, true classes in rows and predicted ones in columns.</summary>
    public override string ToString()
    {
        int first = Math.Max("true \\ predicted".Length, Names.Max(name => name.Length));
        int[] widths = [.. Names.Select((name, j) => Math.Max(name.Length, Enumerable.Range(0, Labels.Count).Max(i => Text(Counts[i, j]).Length)))];
        var table = new StringBuilder("true \\ predicted".PadRight(first));
        for (int j = 0; j < widths.Length; j++) table.Append("  ").Append(Names[j].PadLeft(widths[j]));
        for (int i = 0; i < widths.Length; i++)
        {
            table.Append('\n').Append(Names[i].PadRight(first));
            for (int j = 0; j < widths.Length; j++) table.Append("  ").Append(Text(Counts[i, j]).PadLeft(widths[j]));
        }

        return table.Append('\n').ToString();

        static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
    }
}
