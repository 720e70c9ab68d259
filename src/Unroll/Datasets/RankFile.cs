using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Unroll.Formats.Npy;
using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>Keras' archives of word ranks with labels.</summary>
internal static class RankFile
{
    /// <summary>Reads samples and labels, behind <paramref name="lead"/> free elements, in the order of the file.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="samples">Member with the samples.</param>
    /// <param name="labels">Member with the labels.</param>
    /// <param name="lead">Free elements in front of each sample.</param>
    /// <param name="classes">Labels must be below this.</param>
    /// <param name="sample">What errors call a sample.</param>
    /// <exception cref="InvalidDataException">The file is damaged or holds something else.</exception>
    public static LabeledSequences ReadPair(NpzFile file, string samples, string labels, int lead, int classes, string sample)
    {
        int[][] sequences = file.Read(samples).ReadSequences(lead);
        long[] values = file.Read(labels).ReadInt64();
        if (values.Length != sequences.Length)
            throw new InvalidDataException($"{file.Name}: {samples} has {sequences.Length} {sample}s, {labels} has {values.Length} labels.");
        if (values.Length == 0) throw new InvalidDataException($"{file.Name}: member {samples}.npy holds no {sample}s.");
        var result = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < 0 || values[i] >= classes)
            {
                string cause = classes == 2 ? "neither 0 nor 1" : $"not 0 to {classes - 1}";
                throw new InvalidDataException($"{file.Name}: member {labels}.npy: label {values[i]} of {sample} {i} is {cause}.");
            }

            result[i] = (int)values[i];
        }

        for (int i = 0; i < sequences.Length; i++)
        {
            // Negative ranks are huge as unsigned. The bound keeps shifted ids from overflowing; the largest true rank is 88,587.
            var ranks = MemoryMarshal.Cast<int, uint>(sequences[i]);
            if (ranks.Length > 0 && TensorPrimitives.Max(ranks) is var largest and > 1 << 30)
                throw new InvalidDataException($"{file.Name}: member {samples}.npy: {(int)largest} in {sample} {i} is not a word rank.");
        }

        return new LabeledSequences(sequences, result);
    }

    /// <summary>Shuffles as NumPy does.</summary>
    public static LabeledSequences Reorder(LabeledSequences data, Mt19937 random)
    {
        int[] order = random.Permutation(data.Count);
        var sequences = new int[order.Length][];
        var labels = new int[order.Length];
        for (int k = 0; k < order.Length; k++)
        {
            sequences[k] = data.Sequences[order[k]];
            labels[k] = data.Labels[order[k]];
        }

        return new LabeledSequences(sequences, labels);
    }
}
