namespace Unroll.Classification;

/// <summary>What a classifier says of a text whose label is known, and how sure it is.</summary>
/// <param name="Truth">The label, or all labels.</param>
/// <param name="Predicted">What it was taken for.</param>
/// <param name="Sureness">The probability of what was predicted; of several labels that of the surest answer that is wrong.</param>
internal sealed record TextVerdict(string Truth, string Predicted, float Sureness)
{
    public bool IsRight => Truth == Predicted;

    public static TextVerdict[] OfClasses(int[] truth, float[][] probabilities, IReadOnlyList<string> labels) =>
        [.. truth.Zip(probabilities, (place, row) =>
        {
            int predicted = TextClassifier.LargestOf(row);
            return new TextVerdict(labels[place], labels[predicted], row[predicted]);
        })];

    public static TextVerdict[] OfSets(bool[][] truth, float[][] probabilities, IReadOnlyList<string> labels, char separator) =>
        [.. truth.Zip(probabilities, (set, row) =>
        {
            bool[] predicted = Decide(row);
            float sureness = 0;
            for (int k = 0; k < row.Length; k++)
                if (predicted[k] != set[k]) sureness = Math.Max(sureness, SurenessOf(row[k]));
            return new TextVerdict(LabelSets.Text(set, labels, separator), LabelSets.Text(predicted, labels, separator), sureness);
        })];

    /// <summary>The labels that are more likely than not.</summary>
    public static bool[] Decide(float[] row) => Array.ConvertAll(row, probability => probability > 0.5f);

    /// <summary>How sure the answer is, whether yes or no.</summary>
    public static float SurenessOf(float probability) => probability > 0.5f ? probability : 1 - probability;

    public static int[,] Matrix(bool[][] sets)
    {
        var matrix = new int[sets.Length, sets[0].Length];
        for (int i = 0; i < sets.Length; i++)
            for (int k = 0; k < sets[i].Length; k++) matrix[i, k] = sets[i][k] ? 1 : 0;
        return matrix;
    }
}
