using System.Globalization;

namespace Unroll.Classification;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Label">The likeliest class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Those of all classes, in the order of <see cref="TextClassifier.Labels"/>.</param>
public sealed record TextPrediction(string Label, float Probability, IReadOnlyList<KeyValuePair<string, float>> Probabilities)
{
    /// <summary>The labels that the text has: the likeliest class; of a classifier of several labels those above one half, maybe none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [Label];

    /// <summary>Labels and probabilities.</summary>
    public override string ToString() => Labels is [var only] && only == Label
        ? Text(Label, Probability)
        : string.Join(", ", Probabilities.Where(entry => Labels.Contains(entry.Key)).Select(entry => Text(entry.Key, entry.Value)).DefaultIfEmpty($"no label; likeliest {Text(Label, Probability)}"));

    private static string Text(string label, float probability) => string.Create(CultureInfo.InvariantCulture, $"{label} {probability:F4}");
}
