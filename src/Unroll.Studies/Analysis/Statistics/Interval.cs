namespace Unroll.Studies.Analysis;

/// <summary>A range in which a number lies with a stated confidence; 95 % where nothing else is said.</summary>
/// <param name="Low">Lower end; NaN if there is none.</param>
/// <param name="High">Upper end; NaN if there is none.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>No interval can be given.</summary>
    public static Interval None => new(double.NaN, double.NaN);

    /// <summary>True if both ends are numbers.</summary>
    public bool Exists => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>The part of it that a number can be in at all: a share, say, is from 0 to 1.</summary>
    public Interval ClippedTo(double least, double greatest) => Exists ? new Interval(Math.Max(Low, least), Math.Min(High, greatest)) : this;

    /// <summary>True if the interval lies within ± <paramref name="margin"/>.</summary>
    public bool IsWithin(double margin) => Exists && Low > -margin && High < margin;
}
