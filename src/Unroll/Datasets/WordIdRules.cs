using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    /// <summary>Elements that samples of ranks keep free in front, for the start id.</summary>
    public const int Lead = 1;

    /// <summary>
    /// Applies Keras' steps 3 to 7 to ranks behind <see cref="Lead"/> free elements. Works in place: the arrays that go
    /// in are used up.
    /// </summary>
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
        var other = Task.Run(() => Convert(test.Sequences, vocabulary));
        Convert(train.Sequences, vocabulary);
        other.GetAwaiter().GetResult();
        return (train, test);
    }

    /// <summary>As the other overload, on a single set.</summary>
    /// <exception cref="ArgumentException">No sample is shorter than <see cref="MaxLen"/>.</exception>
    public LabeledSequences Apply(LabeledSequences data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs((long)IndexFrom), 1 << 30, "indexFrom");
        if (MaxLen is { } max and not 0) data = Shorter(data, max);
        Convert(data.Sequences, NumWords is { } given and not 0 ? given : LargestId(data));
        return data;
    }

    private LabeledSequences Shorter(LabeledSequences data, int maxLen)
    {
        int unused = StartChar is null ? Lead : 0;
        var kept = Enumerable.Range(0, data.Count).Where(i => data.Sequences[i].Length - unused < maxLen).ToArray();
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
            if (ranks.Length > Lead) largest = Math.Max(largest, TensorPrimitives.Max<int>(ranks.AsSpan(Lead)) + IndexFrom);
        }

        return largest;
    }

    private void Convert(int[][] sequences, int vocabulary)
    {
        for (int i = 0; i < sequences.Length; i++)
        {
            int[] row = sequences[i];
            var ids = row.AsSpan(StartChar is null ? Lead : 0);
            if (StartChar is { } start) ids[0] = start - IndexFrom; // the start id is subject to the rules as well, as in Keras
            int count = ids.Length;
            if (OovChar is { } oov) Replace(ids, vocabulary, oov);
            else count = Drop(ids, vocabulary);
            if (count != row.Length) sequences[i] = ids[..count].ToArray();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Replace(Span<int> ids, int vocabulary, int oov)
    {
        var vectors = MemoryMarshal.Cast<int, Vector<int>>(ids);
        var shift = new Vector<int>(IndexFrom);
        var low = new Vector<int>(SkipTop);
        var high = new Vector<int>(vocabulary);
        var other = new Vector<int>(oov);
        foreach (ref var vector in vectors)
        {
            var id = vector + shift;
            var inside = Vector.GreaterThanOrEqual(id, low) & Vector.LessThan(id, high);
            vector = Vector.ConditionalSelect(inside, id, other);
        }

        foreach (ref int value in ids[(vectors.Length * Vector<int>.Count)..])
        {
            int id = value + IndexFrom;
            value = id >= SkipTop && id < vocabulary ? id : oov;
        }
    }

    private int Drop(Span<int> ids, int vocabulary)
    {
        int count = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            int id = ids[i] + IndexFrom;
            if (id >= SkipTop && id < vocabulary) ids[count++] = id;
        }

        return count;
    }
}
