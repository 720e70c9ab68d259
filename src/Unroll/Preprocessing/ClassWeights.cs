namespace Unroll.Preprocessing;

/// <summary>Weights that make rare classes count as much as frequent ones.</summary>
public static class ClassWeights
{
    /// <summary>
    /// samples ÷ (classes · samples of the class), for the argument <c>classWeight</c> of <c>Fit</c>: scikit-learn's
    /// <c>compute_class_weight("balanced", …)</c>.
    /// </summary>
    /// <exception cref="ArgumentException">There are no labels.</exception>
    public static IReadOnlyDictionary<int, double> Balanced(IReadOnlyCollection<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0) throw new ArgumentException("There are no labels to count.", nameof(labels));
        var counts = new SortedDictionary<int, int>();
        foreach (int label in labels) counts[label] = counts.GetValueOrDefault(label) + 1;
        return new SortedDictionary<int, double>(counts.ToDictionary(entry => entry.Key, entry => labels.Count / ((double)counts.Count * entry.Value)));
    }
}
