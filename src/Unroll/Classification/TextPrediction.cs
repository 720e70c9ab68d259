namespace Unroll.Classification;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Label">The likeliest class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Those of all classes, in the order of <see cref="TextClassifier.Labels"/>.</param>
public sealed record TextPrediction(string Label, float Probability, IReadOnlyList<KeyValuePair<string, float>> Probabilities)
{
    /// <summary>Label and probability.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Label} {Probability:F4}");
}
