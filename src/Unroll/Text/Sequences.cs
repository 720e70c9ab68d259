using System.Runtime.InteropServices;
using Unroll.Kernels.Memory;

namespace Unroll.Text;

/// <summary>
/// Keras' <c>pad_sequences</c>: samples of varied length into one array of equal rows.
/// </summary>
/// <remarks>
/// What Keras checks at run time and C# at compile time has no counterpart here: samples are always arrays
/// (<c>`sequences` must be a list of iterables</c> cannot occur), numbers and vectors cannot be mixed, and the padding
/// value always has the element's type (Keras truncates a float value towards zero for integer arrays: cast it).
/// </remarks>
public static class Sequences
{
    /// <summary>Token ids to an array <c>[samples, maxLen]</c>.</summary>
    /// <param name="sequences">Samples of any lengths; empty ones become rows of <paramref name="value"/>.</param>
    /// <param name="maxLen">Length of the rows; null for the longest sample.</param>
    /// <param name="padding">The end where short samples are filled up.</param>
    /// <param name="truncating">The end where long samples are cut.</param>
    /// <param name="value">What short samples are filled up with.</param>
    /// <exception cref="ArgumentException">There is neither a sample nor a length, or the length is 0 and a sample of two or
    /// more elements would be cut at its beginning (Keras fails there as well).</exception>
    public static int[,] Pad(
        int[][] sequences, int? maxLen = null, Padding padding = Padding.Pre, Padding truncating = Padding.Pre, int value = 0)
    {
        int width = Width(sequences, maxLen, truncating);
        RequireMemory(sequences.Length, width);
        var result = new int[sequences.Length, width];
        Fill(sequences, Flat(result), width, padding, truncating, value);
        return result;
    }

    /// <summary>Token ids to an array <c>[samples, maxLen]</c>, with Keras' words <c>"pre"</c> and <c>"post"</c>.</summary>
    /// <inheritdoc cref="Pad(int[][], int?, Padding, Padding, int)"/>
    /// <exception cref="ArgumentException">A word is neither <c>"pre"</c> nor <c>"post"</c>. Keras notices that only when
    /// there is a sample that is not empty.</exception>
    public static int[,] Pad(int[][] sequences, string padding, string truncating = "pre", int? maxLen = null, int value = 0)
    {
        var cut = ParseTruncating(truncating);
        return Pad(sequences, maxLen, ParsePadding(padding), cut, value);
    }

    /// <summary>Numbers to an array <c>[samples, maxLen]</c>: <c>pad_sequences(…, dtype="float32")</c>.</summary>
    /// <inheritdoc cref="Pad(int[][], int?, Padding, Padding, int)"/>
    public static float[,] Pad(
        float[][] sequences, int? maxLen = null, Padding padding = Padding.Pre, Padding truncating = Padding.Pre, float value = 0)
    {
        int width = Width(sequences, maxLen, truncating);
        RequireMemory(sequences.Length, width);
        var result = new float[sequences.Length, width];
        Fill(sequences, Flat(result), width, padding, truncating, value);
        return result;
    }

    /// <summary>Numbers to an array <c>[samples, maxLen]</c>, with Keras' words <c>"pre"</c> and <c>"post"</c>.</summary>
    /// <inheritdoc cref="Pad(int[][], string, string, int?, int)"/>
    public static float[,] Pad(float[][] sequences, string padding, string truncating = "pre", int? maxLen = null, float value = 0)
    {
        var cut = ParseTruncating(truncating);
        return Pad(sequences, maxLen, ParsePadding(padding), cut, value);
    }

    /// <summary>Sequences of vectors to an array <c>[samples, maxLen, features]</c>.</summary>
    /// <param name="sequences">Samples; all steps of all samples have the same number of features. If every sample is
    /// empty, that number is 0 (Keras returns an array of two dimensions then).</param>
    /// <param name="maxLen">Length of the rows; null for the longest sample.</param>
    /// <param name="padding">The end where short samples are filled up.</param>
    /// <param name="truncating">The end where long samples are cut.</param>
    /// <param name="value">What short samples are filled up with, in every feature.</param>
    /// <exception cref="ArgumentException">The numbers of features differ, there is neither a sample nor a length, or
    /// the length is 0 and a sample of two or more steps would be cut at its beginning.</exception>
    public static float[,,] Pad(
        float[][][] sequences, int? maxLen = null, Padding padding = Padding.Pre, Padding truncating = Padding.Pre, float value = 0)
    {
        int width = Width(sequences, maxLen, truncating);
        int features = sequences.FirstOrDefault(s => s.Length > 0)?[0].Length ?? 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            foreach (float[] step in sequences[i])
            {
                if (step.Length == features) continue;
                throw new ArgumentException(
                    $"Shape of sample ({step.Length},) of sequence at position {i} is different from expected shape ({features},)");
            }
        }

        var flat = Array.ConvertAll(sequences, s => s.SelectMany(step => step).ToArray());
        RequireMemory(sequences.Length, (double)width * features);
        var result = new float[sequences.Length, width, features];
        Fill(flat, Flat(result), width * features, padding, truncating, value);
        return result;
    }

    /// <summary><c>"pre"</c> or <c>"post"</c> as the end to pad.</summary>
    /// <exception cref="ArgumentException">The word is another one.</exception>
    public static Padding ParsePadding(string padding) => Parse(padding, "Padding");

    /// <summary><c>"pre"</c> or <c>"post"</c> as the end to cut.</summary>
    /// <exception cref="ArgumentException">The word is another one.</exception>
    public static Padding ParseTruncating(string truncating) => Parse(truncating, "Truncating");

    private static Padding Parse(string word, string what) => word switch
    {
        "pre" => Padding.Pre,
        "post" => Padding.Post,
        _ => throw new ArgumentException($"{what} type \"{word}\" not understood"),
    };

    private static void RequireMemory(int samples, double width)
    {
        double numbers = samples * width;
        if (numbers > Array.MaxLength || MachineMemory.IsShort(sizeof(int) * numbers))
            throw new ArgumentException($"{MachineMemory.Refusal($"{samples:N0} samples of {width:N0} numbers", sizeof(int) * numbers)} An array holds {Array.MaxLength:N0} numbers at most. Choose a smaller maxLen.");
    }

    private static int Width<T>(T[][] sequences, int? maxLen, Padding truncating)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        for (int i = 0; i < sequences.Length; i++)
        {
            if (sequences[i] is null) throw new ArgumentException($"The sequence at position {i} is null.", nameof(sequences));
        }

        if (maxLen is not { } width)
        {
            if (sequences.Length == 0)
            {
                throw new ArgumentException(
                    "zero-size array to reduction operation maximum which has no identity: there are no sequences to take maxLen from.");
            }

            return sequences.Max(s => s.Length);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(width, nameof(maxLen));
        if (width == 0 && truncating == Padding.Pre && sequences.FirstOrDefault(s => s.Length > 1) is { } first)
        {
            // Python's s[-0:] is the whole sequence, so Keras fails in this one case; a single element NumPy stretches to none.
            throw new ArgumentException(
                $"could not broadcast input array from shape ({first.Length},) into shape (0,): maxLen is 0.");
        }

        return width;
    }

    private static Span<T> Flat<T>(T[,] array) =>
        array.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref array[0, 0], array.Length);

    private static Span<T> Flat<T>(T[,,] array) =>
        array.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref array[0, 0, 0], array.Length);

    private static void Fill<T>(T[][] sequences, Span<T> result, int width, Padding padding, Padding truncating, T value)
    {
        for (int i = 0; i < sequences.Length; i++)
        {
            ReadOnlySpan<T> sample = sequences[i];
            var row = result.Slice(i * width, width);
            if (sample.Length > width) sample = truncating == Padding.Pre ? sample[^width..] : sample[..width];
            int at = padding == Padding.Pre ? width - sample.Length : 0;
            row[..at].Fill(value);
            sample.CopyTo(row[at..]);
            row[(at + sample.Length)..].Fill(value);
        }
    }
}
