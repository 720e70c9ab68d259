namespace Unroll.Datasets;

/// <summary>Token sequences of varied length with one class label each.</summary>
/// <param name="Sequences">Token ids, one array per sample.</param>
/// <param name="Labels">Class labels, one per sample (0 or 1 for sentiment).</param>
public sealed record LabeledSequences(int[][] Sequences, int[] Labels)
{
    /// <summary>Number of samples.</summary>
    public int Count => Sequences.Length;
}
