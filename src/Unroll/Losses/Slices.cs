namespace Unroll.Losses;

/// <summary>The numbers of a batch <c>[samples, steps, units]</c> that belong together: those of a row, of a column, …</summary>
/// <param name="Kind">What belongs together.</param>
/// <param name="Count">Number of slices.</param>
/// <param name="Length">Numbers in each.</param>
/// <param name="Stride">From one number to the next.</param>
/// <param name="Units">Outputs of a sample at one time step.</param>
/// <param name="SampleSize">Outputs of a sample.</param>
internal readonly record struct Slices(SliceKind Kind, int Count, int Length, int Stride, int Units, int SampleSize)
{
    public static Slices Of(SliceKind kind, int samples, int steps, int units) => kind switch
    {
        SliceKind.Row => new(kind, samples * steps, units, 1, units, steps * units),
        SliceKind.Time => new(kind, samples * units, steps, units, units, steps * units),
        SliceKind.Column => new(kind, steps * units, samples, steps * units, units, steps * units),
        _ => new(kind, 1, samples * steps * units, 1, units, steps * units),
    };

    /// <summary>Which slices run along an axis.</summary>
    /// <param name="axis">0: samples; the last one: outputs; negative numbers count from the end; null: everything.</param>
    /// <param name="hasTime">Whether time is an axis of its own.</param>
    /// <param name="owner">For the message.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public static SliceKind KindOf(int? axis, bool hasTime, string owner)
    {
        if (axis is not { } given) return SliceKind.All;
        int rank = hasTime ? 3 : 2, place = given < 0 ? given + rank : given;
        if (place < 0 || place >= rank)
            throw new ArgumentException($"{owner}: axis is {given}, but the output has {rank} dimensions with that of the samples. Give a number from {-rank} to {rank - 1}.");
        return place == 0 ? SliceKind.Column : place == rank - 1 ? SliceKind.Row : SliceKind.Time;
    }

    /// <summary>Place of a slice's first number.</summary>
    public int Start(int slice) => Kind switch
    {
        SliceKind.Row => slice * Length,
        SliceKind.Time => slice / Units * SampleSize + slice % Units,
        _ => slice,
    };

    public void Take(ReadOnlySpan<float> source, int slice, Span<float> target)
    {
        int at = Start(slice);
        for (int k = 0; k < Length; k++, at += Stride) target[k] = source[at];
    }
}

/// <summary>What a value is told from.</summary>
internal enum SliceKind
{
    /// <summary>The outputs of a sample at one time step.</summary>
    Row,

    /// <summary>One output of a sample over all time steps.</summary>
    Time,

    /// <summary>One output over all samples of a batch.</summary>
    Column,

    /// <summary>Everything.</summary>
    All,

    /// <summary>The batch as a whole, but with one value for each sample: <see cref="BatchLoss"/>.</summary>
    Samples,
}
