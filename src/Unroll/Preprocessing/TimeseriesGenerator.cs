using System.Collections;
using Unroll.Random;

namespace Unroll.Preprocessing;

/// <summary>
/// Keras' <c>TimeseriesGenerator</c>: batches of windows over a series, each with the target at the step behind it.
/// <code>
/// var windows = new TimeseriesGenerator(data, targets, length: 24) { BatchSize = 64 };
/// var (x, y) = windows.ToArrays();
/// </code>
/// </summary>
public sealed class TimeseriesGenerator : IReadOnlyList<(float[,,] X, float[] Y)>
{
    private readonly float[,] _data;
    private readonly float[] _targets;

    /// <summary>Creates a generator.</summary>
    /// <param name="data">The series, <c>[time, features]</c>.</param>
    /// <param name="targets">A target for each step.</param>
    /// <param name="length">How many steps before its target a window begins.</param>
    /// <exception cref="ArgumentException">There are not as many targets as steps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    public TimeseriesGenerator(float[,] data, float[] targets, int length)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (data.GetLength(0) != targets.Length)
            throw new ArgumentException($"Data and targets have to be of the same length: there are {data.GetLength(0)} steps and {targets.Length} targets.", nameof(targets));
        (_data, _targets, Length) = (data, targets, length);
    }

    /// <summary>How many steps before its target a window begins.</summary>
    public int Length { get; }

    /// <summary>Every how many steps a window takes one.</summary>
    public int SamplingRate { get; init; } = 1;

    /// <summary>Steps from one window to the next.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Steps before this one are not used.</summary>
    public int StartIndex { get; init; }

    /// <summary>Steps behind this one are not used; null for the last.</summary>
    public int? EndIndex { get; init; }

    /// <summary>True to draw the windows of each batch by lot, with repeats, as Keras does.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Seed of the lots; a batch follows from it and its number. (Keras takes NumPy's global generator.)</summary>
    public int Seed { get; init; }

    /// <summary>True if the last step of a window comes first.</summary>
    public bool Reverse { get; init; }

    /// <summary>Windows per batch; the last batch may be smaller.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Number of batches.</summary>
    /// <exception cref="InvalidOperationException">No window fits, or an option is not positive.</exception>
    public int Count
    {
        get
        {
            var (first, last) = Range();
            return (int)((last - first + (long)BatchSize * Stride) / ((long)BatchSize * Stride));
        }
    }

    /// <summary>A batch: windows <c>[batch, steps, features]</c> and their targets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    /// <exception cref="InvalidOperationException">No window fits, or an option is not positive.</exception>
    public (float[,,] X, float[] Y) this[int batch]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(batch);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, Count);
            var (first, last) = Range();
            if (Shuffle)
            {
                var random = new Philox(Seed, RandomPurpose.TimeseriesWindows, batch);
                return Windows([.. Enumerable.Range(0, BatchSize).Select(_ => first + random.NextInt32(last - first + 1))]);
            }

            long begin = first + (long)BatchSize * Stride * batch;
            int count = (int)Math.Min(BatchSize, (last - begin) / Stride + 1);
            return Windows([.. Enumerable.Range(0, count).Select(i => (int)(begin + (long)i * Stride))]);
        }
    }

    /// <summary>All windows in order and their targets, for <c>Fit</c>, which cuts batches and shuffles by itself.</summary>
    /// <exception cref="InvalidOperationException">No window fits, or an option is not positive.</exception>
    public (float[,,] X, float[] Y) ToArrays()
    {
        var (first, last) = Range();
        return Windows([.. Enumerable.Range(0, (last - first) / Stride + 1).Select(i => first + i * Stride)]);
    }

    /// <inheritdoc/>
    public IEnumerator<(float[,,] X, float[] Y)> GetEnumerator()
    {
        int count = Count;
        for (int i = 0; i < count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The first and last step that is a target.</summary>
    private (int First, int Last) Range()
    {
        if (SamplingRate < 1 || Stride < 1 || BatchSize < 1 || StartIndex < 0)
        {
            throw new InvalidOperationException(
                $"SamplingRate ({SamplingRate}), Stride ({Stride}) and BatchSize ({BatchSize}) must be positive, StartIndex ({StartIndex}) must not be negative.");
        }

        int last = EndIndex ?? _targets.Length - 1;
        if (last >= _targets.Length) throw new InvalidOperationException($"EndIndex is {last}; the last step is {_targets.Length - 1}.");
        if ((long)StartIndex + Length > last)
        {
            throw new InvalidOperationException(
                $"`start_index+length={(long)StartIndex + Length} > end_index={last}` is disallowed, as no part of the sequence would be left to be used as current step.");
        }

        return (StartIndex + Length, last);
    }

    private (float[,,] X, float[] Y) Windows(int[] rows)
    {
        int features = _data.GetLength(1), steps = (Length + SamplingRate - 1) / SamplingRate;
        var x = new float[rows.Length, steps, features];
        ReadOnlySpan<float> from = Rows.Flat(_data);
        Span<float> to = Rows.Flat(x);
        for (int i = 0; i < rows.Length; i++)
        {
            for (int t = 0; t < steps; t++)
            {
                int step = rows[i] - Length + t * SamplingRate;
                from.Slice(step * features, features).CopyTo(to[((i * steps + (Reverse ? steps - 1 - t : t)) * features)..]);
            }
        }

        return (x, Rows.Take(_targets, rows));
    }
}
