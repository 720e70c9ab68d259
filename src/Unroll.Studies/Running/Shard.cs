using System.Globalization;

namespace Unroll.Studies;

/// <summary>
/// One of several shares of a run, for machines that share no store: each runs its own into a store of its own, and
/// <see cref="Storage.StoreMerge"/> brings them together. Trials are dealt out by their estimated work, the longest first, one
/// to each share in turn: every machine comes to the same shares, and they take about the same time.
/// </summary>
public sealed record Shard
{
    /// <summary>Share <paramref name="index"/> of <paramref name="count"/>, counted from 1.</summary>
    /// <exception cref="ArgumentException">There is no such share.</exception>
    public Shard(int index, int count)
    {
        if (count < 1 || index < 1 || index > count) throw new ArgumentException($"There is no share {index} of {count}; shares are counted from 1/N to N/N.");
        (Index, Count) = (index, count);
    }

    /// <summary>Which one, from 1.</summary>
    public int Index { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Reads <c>3/40</c>.</summary>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static Shard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] fields = text.Split('/');
        return fields.Length == 2
            && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? new Shard(index, count)
            : throw new ArgumentException($"'{text}' is not a share of a run; use I/N, as in 3/40 for the third of forty.");
    }

    /// <summary>How many shares a run can have: its trials, those that must give the same counted once.</summary>
    /// <param name="study">The study.</param>
    /// <param name="part">Name of the only part; null for all.</param>
    /// <param name="repeats">Seeds per cell; null for what the study says.</param>
    /// <exception cref="ArgumentException">There is no such part, or too many trials.</exception>
    public static int Limit(Study study, string? part = null, int? repeats = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        return new StudyPlan(study.Trials(part, repeats)).Distinct.Count;
    }

    /// <summary><c>3/40</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
