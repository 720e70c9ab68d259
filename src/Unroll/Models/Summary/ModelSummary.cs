using System.Globalization;
using System.Text;
using Unroll.Configuration;

namespace Unroll.Models;

/// <summary>Writes a <see cref="SummaryTable"/> as Keras writes <c>model.summary()</c>.</summary>
internal static class ModelSummary
{
    private const int FallbackLineLength = 76; // what Keras takes for a terminal of 80 columns

    /// <summary>The text, each line ended by a line feed.</summary>
    /// <param name="table">What to tell.</param>
    /// <param name="style">Whose text to imitate.</param>
    /// <param name="lineLength">Width; null: 65 for Keras 2, what fits the terminal (at most 88) for Keras 3.</param>
    /// <param name="showTrainable">Keras 3 only: a column that says which layers training changes.</param>
    /// <param name="positions">Keras 3 only: where columns end, as shares of the line; null: Keras' choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The line is too short for the columns.</exception>
    /// <exception cref="ArgumentException">Positions don't ascend, or there are not as many as columns.</exception>
    public static string Format(
        SummaryTable table, SummaryStyle style, int? lineLength = null, bool showTrainable = false, IReadOnlyList<double>? positions = null)
    {
        const int Shortest = 40;
        if (lineLength < Shortest)
            throw new ArgumentOutOfRangeException(nameof(lineLength), lineLength, $"A summary needs at least {Shortest} characters per line.");
        return style == SummaryStyle.Keras2
            ? Keras2(table, lineLength ?? 65)
            : Keras3(table, lineLength ?? TerminalLineLength((table.IsConnected ? 108 : 88) + (showTrainable ? 12 : 0)), showTrainable, positions);
    }

    private static int TerminalLineLength(int longest)
    {
        if (Console.IsOutputRedirected) return FallbackLineLength;
        try
        {
            return Console.WindowWidth is > 0 and int columns ? Math.Clamp(columns - 4, 40, longest) : FallbackLineLength;
        }
        catch (IOException)
        {
            return FallbackLineLength; // no console attached
        }
    }

    private static string Keras3(SummaryTable table, int lineLength, bool showTrainable, IReadOnlyList<double>? positions)
    {
        double[] shares = Shares(table.IsConnected, showTrainable);
        if (positions is not null) shares = Checked(positions, shares.Length, lineLength);
        List<BoxColumn> columns = BoxColumn.Cut(lineLength, shares, Borders(table.IsConnected, showTrainable), Alignments(table.IsConnected, showTrainable));
        List<string> header = ["Layer (type)", "Output Shape", "Param #"];
        if (table.IsConnected) header.Add("Connected to");
        if (showTrainable) header.Add("Trainable");
        var box = new BoxTable(columns, [.. header]);
        foreach (SummaryRow row in table.Rows)
        {
            string count = row.IsBuilt ? PythonFormat.Thousands(row.ParameterCount) : "0 (unbuilt)";
            string trainable = row.IsTrainable switch { true => "Y", false => "N", null => "-" };
            List<string> cells = [$"{row.Name} ({row.ClassName})", table.ShapeOf(row) ?? "?", count];
            if (table.IsConnected) cells.Add(row.Connected ?? "-");
            if (showTrainable) cells.Add(trainable);
            box.Add([.. cells]);
        }

        var text = new StringBuilder($"Model: \"{Printable.Line(table.ModelName, BoxTable.MostLetters)}\"\n").Append(box.ToString());
        long weights = table.TrainableCount + table.NonTrainableCount;
        long optimizerBytes = table.OptimizerCount is > 0 and long variables ? 4 * (variables - 1) + sizeof(long) : 0;
        AppendTotal(text, "Total", weights + (table.OptimizerCount ?? 0), 4 * weights + optimizerBytes);
        AppendTotal(text, "Trainable", table.TrainableCount, 4 * table.TrainableCount);
        AppendTotal(text, "Non-trainable", table.NonTrainableCount, 4 * table.NonTrainableCount);
        if (table.OptimizerCount is { } count64) AppendTotal(text, "Optimizer", count64, optimizerBytes);
        return text.ToString();
    }

    private static double[] Checked(IReadOnlyList<double> positions, int columns, int lineLength)
    {
        const int Narrowest = 5;
        double before = 0;
        foreach (double position in positions)
        {
            if (!((position - before) * lineLength >= Narrowest) || position > 1)
                throw new ArgumentException($"The positions are {string.Join(", ", positions)}; each must be larger than the one before by {Narrowest} of the {lineLength} characters, the last at most 1.", nameof(positions));
            before = position;
        }

        return positions.Count == columns ? [.. positions]
            : throw new ArgumentException($"There are {positions.Count} positions for {columns} columns; give one for each.", nameof(positions));
    }

    /// <summary>Where columns end, as shares of the line.</summary>
    private static double[] Shares(bool isConnected, bool showTrainable)
    {
        double[] shares = isConnected ? [0.3, 0.56, 0.74, 1.0] : [0.45, 0.80, 1.0];
        return showTrainable ? [.. shares.Select(share => share * 0.9), 1.0] : shares;
    }

    /// <summary>What each column gives to the lines between: two where Keras draws the wider one.</summary>
    private static int[] Borders(bool isConnected, bool showTrainable) => (isConnected, showTrainable) switch
    {
        (false, false) => [1, 2, 1],
        (false, true) => [1, 1, 2, 1],
        (true, false) => [1, 1, 2, 1],
        (true, true) => [1, 1, 1, 2, 1],
    };

    private static Align[] Alignments(bool isConnected, bool showTrainable) =>
        [Align.Left, Align.Left, Align.Right, .. isConnected ? [Align.Left] : Array.Empty<Align>(), .. showTrainable ? [Align.Center] : Array.Empty<Align>()];

    private static void AppendTotal(StringBuilder text, string name, long count, long bytes) =>
        text.Append(CultureInfo.InvariantCulture, $" {name} params: {PythonFormat.Thousands(count)} ({Size(bytes)})\n");

    /// <summary>Bytes in the largest unit that leaves at least one, for example <c>391.74 KB</c>.</summary>
    internal static string Size(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return $"{PythonFormat.Fixed(value, 2)} {units[unit]}";
    }

    /// <summary>A field is appended, the line cut at the field's end and filled with blanks to it; blanks at line ends stay.</summary>
    private static string Keras2(SummaryTable table, int lineLength)
    {
        int[] ends = [(int)(0.45 * lineLength), (int)(0.85 * lineLength), lineLength];
        var text = new StringBuilder($"Model: \"{Printable.Line(table.ModelName, BoxTable.MostLetters)}\"\n");
        string thin = new string('_', lineLength) + '\n', thick = new string('=', lineLength) + '\n';
        text.Append(thin).Append(Line("Layer (type)", "Output Shape", "Param #")).Append(thick);
        for (int i = 0; i < table.Rows.Count; i++)
        {
            SummaryRow row = table.Rows[i];
            text.Append(Line($"{row.Name} ({row.ClassName})", table.ShapeOf(row) ?? "multiple", row.ParameterCount.ToString(CultureInfo.InvariantCulture)));
            text.Append(i == table.Rows.Count - 1 ? thick : thin);
        }

        text.Append($"Total params: {PythonFormat.Thousands(table.TrainableCount + table.NonTrainableCount)}\n");
        text.Append($"Trainable params: {PythonFormat.Thousands(table.TrainableCount)}\n");
        text.Append($"Non-trainable params: {PythonFormat.Thousands(table.NonTrainableCount)}\n");
        return text.Append(thin).ToString();

        string Line(params ReadOnlySpan<string> fields)
        {
            string line = "";
            for (int i = 0; i < fields.Length; i++)
            {
                if (i > 0) line = line[..^1] + ' ';
                line += fields[i];
                line = (line.Length > ends[i] ? line[..ends[i]] : line).PadRight(ends[i]);
            }

            return line + '\n';
        }
    }
}
