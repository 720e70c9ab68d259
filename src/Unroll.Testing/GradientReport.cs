using System.Globalization;
using System.Text;

namespace Unroll.Testing;

/// <summary>
/// Gradients beside differences of the values. <see cref="ToString"/> is a table with the worst element of every weight.
/// </summary>
public sealed class GradientReport
{
    private const double WorthALook = 1e-3;

    private readonly string _what;

    internal GradientReport(string what, IReadOnlyList<GradientElement> elements)
    {
        _what = what;
        double largest = elements.Select(element => Math.Max(Math.Abs(element.Gradient), Math.Abs(element.Numeric))).DefaultIfEmpty().Max();
        Differences = [.. elements.Select(element => element.Relative(largest))];
        Worst =
        [
            .. Differences.GroupBy(difference => difference.Weight, StringComparer.Ordinal)
                .Select(weight => weight.MaxBy(difference => Rank(difference.Relative))!),
        ];
        LargestGradient = largest;
        Largest = Worst.MaxBy(difference => Rank(difference.Relative))
            ?? throw new ArgumentException($"{what} has nothing that a gradient could be taken of.", nameof(elements));
    }

    /// <summary>All elements that were compared.</summary>
    public IReadOnlyList<GradientDifference> Differences { get; }

    /// <summary>The element that is farthest off.</summary>
    public GradientDifference Largest { get; }

    /// <summary>How far it is off, relative to the largest gradient; NaN if a gradient is.</summary>
    public double LargestDifference => Largest.Relative;

    /// <summary>The largest gradient that was found, or difference; 0: nothing depends on anything.</summary>
    public double LargestGradient { get; }

    /// <summary>The worst element of every weight, in the weights' order.</summary>
    private IReadOnlyList<GradientDifference> Worst { get; }

    /// <summary>Demands that all gradients are right.</summary>
    /// <param name="tolerance">What is allowed, relative to the largest gradient; float32 and steps of finite size allow for some 1e-3.</param>
    /// <exception cref="ContractException">One is farther off, or is not a number; the message has the table.</exception>
    public void Require(double tolerance = 0.01)
    {
        if (!(LargestDifference <= tolerance))
            throw new ContractException(FormattableString.Invariant($"{_what}: {Largest}; {tolerance:G3} is allowed.\n{this}"));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string[][] rows =
        [
            ["weight", "worst at", "gradient", "by differences", "relative"],
            .. Worst.Select(worst => new[]
            {
                worst.Weight, $"[{string.Join(", ", worst.Index)}]", Number(worst.Gradient, "G6"), Number(worst.Numeric, "G6"), Number(worst.Relative, "E1"),
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
            text.Append(string.Join("  ", row.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd()).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>What is not a number is worse than anything.</summary>
    private static double Rank(double relative) => double.IsNaN(relative) ? double.PositiveInfinity : relative;

    /// <summary>True if a difference of this size is looked at again with other steps.</summary>
    internal static bool IsSuspicious(double difference, double largest) => !(difference <= WorthALook * largest);
}
