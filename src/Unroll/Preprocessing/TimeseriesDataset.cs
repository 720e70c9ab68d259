using Unroll.Random;

namespace Unroll.Preprocessing;

/// <summary>Windows over a series, for <c>Fit</c>.</summary>
/// <param name="X">The windows, <c>[windows, steps, features]</c>.</param>
/// <param name="Y">A target for each window; null if none were given.</param>
/// <param name="Starts">The step of the series at which each window begins.</param>
public sealed record TimeseriesDataset(float[,,] X, float[]? Y, int[] Starts)
{
    /// <summary>
    /// Keras' <c>timeseries_dataset_from_array</c>, all batches in one: window i is
    /// <c>data[start + k · samplingRate]</c> for k below <paramref name="sequenceLength"/>, its target is
    /// <c>targets[start]</c>, that is, the target that stands at the window's first step.
    /// </summary>
    /// <param name="data">The series, <c>[time, features]</c>.</param>
    /// <param name="targets">Targets; null for windows alone. To predict the step behind a window, shift them:
    /// <c>targets = series[sequenceLength..]</c>.</param>
    /// <param name="sequenceLength">Steps of a window.</param>
    /// <param name="sequenceStride">Steps from the start of one window to the next.</param>
    /// <param name="samplingRate">Every how many steps a window takes one.</param>
    /// <param name="shuffle">True for the order of NumPy's <c>RandomState(seed)</c>. (Keras shuffles once more, within a
    /// buffer, in an order that can't be reproduced.)</param>
    /// <param name="seed">Seed of the order, 0 to 2^32 − 1.</param>
    /// <param name="startIndex">Steps before this one are not used.</param>
    /// <param name="endIndex">This step and those behind it are not used; null for all. As in Keras, it must be below the
    /// length of the data.</param>
    /// <exception cref="ArgumentException">An argument is out of range, or there are too few targets.</exception>
    public static TimeseriesDataset FromArray(
        float[,] data, float[]? targets, int sequenceLength, int sequenceStride = 1, int samplingRate = 1,
        bool shuffle = false, long seed = 0, int startIndex = 0, int? endIndex = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        int length = data.GetLength(0), features = data.GetLength(1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequenceLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequenceStride);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samplingRate);
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, uint.MaxValue);
        if (startIndex < 0) throw Out(nameof(startIndex), startIndex, "0 or greater", length);
        if (startIndex >= length) throw Out(nameof(startIndex), startIndex, "lower than the length of the data", length);
        if (endIndex <= startIndex) throw Out(nameof(endIndex), endIndex.Value, $"higher than startIndex ({startIndex})", length);
        if (endIndex >= length) throw Out(nameof(endIndex), endIndex.Value, "lower than the length of the data", length);
        if (samplingRate >= length) throw Out(nameof(samplingRate), samplingRate, "lower than the length of the data", length);
        if (sequenceStride >= length) throw Out(nameof(sequenceStride), sequenceStride, "lower than the length of the data", length);

        int end = endIndex ?? length;
        long windows = end - startIndex - (long)(sequenceLength - 1) * samplingRate;
        if (targets is not null) windows = Math.Min(windows, targets.Length);
        int count = windows <= 0 ? 0 : (int)((windows - 1) / sequenceStride) + 1;
        var starts = new int[count];
        for (int i = 0; i < count; i++) starts[i] = startIndex + i * sequenceStride;
        if (targets is not null && count > 0 && starts[^1] >= Math.Min(targets.Length, end))
        {
            throw new ArgumentException(
                $"The window that begins at step {starts[^1]} has no target: there are {targets.Length} targets, which count from step 0 like the data.", nameof(targets));
        }

        if (shuffle) new Mt19937((uint)seed).Shuffle<int>(starts);
        var x = new float[count, sequenceLength, features];
        ReadOnlySpan<float> from = Rows.Flat(data);
        Span<float> to = Rows.Flat(x);
        for (int i = 0; i < count; i++)
        {
            for (int t = 0; t < sequenceLength; t++)
                from.Slice((starts[i] + t * samplingRate) * features, features).CopyTo(to[((i * sequenceLength + t) * features)..]);
        }

        return new TimeseriesDataset(x, targets is null ? null : Rows.Take(targets, starts), starts);
    }

    private static ArgumentOutOfRangeException Out(string name, int value, string right, int length) =>
        new(name, value, $"{name} must be {right}; the data have {length} steps.");
}
