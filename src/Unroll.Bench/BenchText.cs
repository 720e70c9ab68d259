using System.Globalization;
using System.Text;

namespace Unroll.Bench;

/// <summary>Results as an aligned table for a terminal, or as Markdown.</summary>
internal static class BenchText
{
    /// <summary>What the columns mean.</summary>
    public const string Notes =
        "ms/step: median. s/epoch: median step × steps of an epoch, warm, of one model. A step of predict-… is one call of Predict.\n"
        + "GFLOP/s: matrix products of the dense formula, 2·T·gates·U·(I+U) per row and recurrent layer plus 2·U for the Dense, ×3 in\n"
        + "training (forward, input gradients, weight gradients); activations, embedding and update count nothing.\n"
        + "of peak: of the fused multiply-adds that the cores in use reach, measured beside each workload.";

    private static readonly string[] Headings = ["workload", "ms/step", "s/epoch", "GFLOP/s", "of peak", "reviews/s", "against"];

    /// <summary>The machine, the version and the measured peak, in one line.</summary>
    public static string Machine(BenchRun run) =>
        $"{run.Machine.Cpu}, {Count(run.Machine.Cores, "core")}, {run.Machine.VectorBits}-bit vectors, {run.Machine.Runtime}, Unroll {run.Machine.Version}; "
        + $"{Count(run.Options.Rounds, "round")}; FMA peak of a core {Number(run.PeakGflops)} GFLOP/s";

    /// <summary>As <see cref="Machine"/>, with what all workloads have in common.</summary>
    public static string Heading(BenchRun run)
    {
        BenchCase first = run.Results[0].Case;
        string tokens = run.Options.Source == DataSource.Imdb ? "IMDB reviews" : "random tokens";
        return $"{Machine(run)}; {Count(first.Threads, "thread")}, {Count(first.Jobs, "model")} at a time, {tokens}";
    }

    /// <summary>Columns aligned by blanks; every line ends with a line feed.</summary>
    public static string Table(BenchRun run)
    {
        string[][] rows = [Headings, .. run.Results.Select(Row)];
        int[] widths = [.. Headings.Select((_, column) => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            var line = new StringBuilder();
            for (int column = 0; column < row.Length; column++)
            {
                if (column > 0) line.Append("  ");
                line.Append(column is 0 or 6 ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]));
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A Markdown table.</summary>
    public static string Markdown(BenchRun run) => Markdown(Headings, run.Results.Select(Row));

    /// <summary>A Markdown table whose columns after the first are numbers.</summary>
    public static string Markdown(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", headings).Append(" |\n|---|").Insert(text.Length, "---:|", headings.Count - 1).Append('\n');
        foreach (IReadOnlyList<string> row in rows) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.ToString();
    }

    /// <summary>Four significant digits, no exponent.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) return "–";
        int decimals = value <= 0 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(value)), 0, 6);
        return value.ToString("N" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary>Whole, thousands set apart.</summary>
    public static string Integer(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static string[] Row(BenchResult result) =>
    [
        result.Case.Workload.Name, Number(result.Milliseconds), Number(result.SecondsPerEpoch), Number(result.Gflops), Percent(result.ShareOfPeak),
        Integer(result.RowsPerSecond),
        result.Ratio is { } ratio ? $"{ratio.ToString("F2", CultureInfo.InvariantCulture)} × {result.Case.Workload.Baseline}" : "",
    ];

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
