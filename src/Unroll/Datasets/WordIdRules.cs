using System.Numerics.Tensors;

namespace Unroll.Datasets;

/// <summary>
/// How Keras turns word ranks (1 = the most frequent word) into token ids, shared by the data sets: shift by
/// <paramref name="IndexFrom"/>, put a start id in front, drop long samples, replace or drop rare and very frequent words.
/// </summary>
/// <param name="NumWords">Ids from here on are out of vocabulary; null or 0 for the largest id that occurs.</param>
/// <param name="SkipTop">Ids below this are out of vocabulary.</param>
/// <param name="MaxLen">Samples of this length or longer are left out, counted with the start id; null or 0 for none.</param>
/// <param name="StartChar">Id put in front of each sample; null for none.</param>
/// <param name="OovChar">Id that replaces words outside the vocabulary; null to drop them.</param>
/// <param name="IndexFrom">Added to every rank.</param>
internal sealed record WordIdRules(int? NumWords, int SkipTop, int? MaxLen, int? StartChar, int? OovChar, int IndexFrom)
{
    /// <summary>Applies the rules to a training and a test set, in place of Keras' steps 3 to 7.</summary>
    /// <exception cref="ArgumentException">No sample is shorter than <see cref="MaxLen"/>.</exception>
    public (LabeledSequences Train, LabeledSequences Test) Apply(LabeledSequences train, LabeledSequences test)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs((long)IndexFrom), 1 << 30, "indexFrom"); // ids must not overflow
        if (MaxLen is { } max and not 0)
        {
            train = Shorter(train, max);
            test = Shorter(test, max);
        }

        int vocabulary = NumWords is { } given and not 0 ? given : Math.Max(LargestId(train), LargestId(test));
        LabeledSequences? first = null;
        LabeledSequences? second = null;
        Parallel.Invoke(() => first = Convert(train, vocabulary), () => second = Convert(test, vocabulary));
        return (first!, second!);
    }

    private LabeledSequences Shorter(LabeledSequences data, int maxLen)
    {
        int extra = StartChar is null ? 0 : 1;
        var kept = Enumerable.Range(0, data.Count).Where(i => data.Sequences[i].Length + extra < maxLen).ToArray();
        if (kept.Length == 0)
        {
            throw new ArgumentException(
                $"After filtering for sequences shorter than maxlen={maxLen}, no sequence was kept. Increase maxlen.");
        }

        return new LabeledSequences([.. kept.Select(i => data.Sequences[i])], [.. kept.Select(i => data.Labels[i])]);
    }

    /// <summary>The largest id after shifting, the start id included.</summary>
    private int LargestId(LabeledSequences data)
    {
        int largest = StartChar ?? int.MinValue;
        foreach (int[] ranks in data.Sequences)
        {
            if (ranks.Length > 0) largest = Math.Max(largest, checked(TensorPrimitives.Max<int>(ranks) + IndexFrom));
        }

        return largest;
    }

    private LabeledSequences Convert(LabeledSequences data, int vocabulary)
    {
        var sequences = new int[data.Count][];
        for (int i = 0; i < sequences.Length; i++) sequences[i] = Convert(data.Sequences[i], vocabulary);
        return new LabeledSequences(sequences, data.Labels);
    }

    private int[] Convert(int[] ranks, int vocabulary)
    {
        int extra = StartChar is null ? 0 : 1;
        var ids = new int[ranks.Length + extra];
        if (StartChar is { } start) ids[0] = start;
        int shift = IndexFrom;
        for (int i = 0; i < ranks.Length; i++) ids[i + extra] = ranks[i] + shift;

        if (OovChar is { } oov)
        {
            // The start id is subject to the rule as well, as in Keras.
            for (int i = 0; i < ids.Length; i++)
            {
                int id = ids[i];
                ids[i] = id >= SkipTop && id < vocabulary ? id : oov;
            }

            return ids;
        }

        int count = 0;
        foreach (int id in ids)
        {
            if (id >= SkipTop && id < vocabulary) ids[count++] = id;
        }

        return ids[..count];
    }
}
