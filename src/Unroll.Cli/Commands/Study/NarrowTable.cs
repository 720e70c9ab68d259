using Spectre.Console;
using ConsoleText = Spectre.Console.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>
/// A table whose labels stay readable however narrow the terminal is: columns that do not fit go into a further table below,
/// which has the labels again.
/// </summary>
internal static class NarrowTable
{
    private const int Gap = 3; // between columns
    private const int Margin = 4; // left and right together

    /// <summary>A column of numbers.</summary>
    public sealed record Column(string Heading, IReadOnlyList<string> Cells)
    {
        public int Width => Cells.Select(text => text.Length).Append(Heading.Length).Max();
    }

    public static void Write(IAnsiConsole console, string heading, IReadOnlyList<string> labels, IReadOnlyList<Column> columns)
    {
        int longest = labels.Select(label => label.Length).Append(heading.Length).Max();
        int widest = columns.Count == 0 ? 0 : columns.Max(column => column.Width);
        // Long labels wrap at blanks, once there is no room for them beside even the widest column alone.
        int label = Math.Max(heading.Length, Math.Min(longest, console.Profile.Width - Margin - Gap - widest));
        int next = 0;
        do
        {
            int used = Margin + label;
            var taken = new List<Column>();
            while (next < columns.Count && (taken.Count == 0 || used + Gap + columns[next].Width <= console.Profile.Width))
            {
                used += Gap + columns[next].Width;
                taken.Add(columns[next++]);
            }

            console.Write(Table(heading, label, labels, taken));
        }
        while (next < columns.Count);
    }

    private static Table Table(string heading, int width, IReadOnlyList<string> labels, List<Column> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn(heading).Width(width));
        foreach (Column column in columns) table.AddColumn(new TableColumn(column.Heading).RightAligned().NoWrap());
        for (int row = 0; row < labels.Count; row++)
            table.AddRow([new ConsoleText(labels[row]), .. columns.Select(column => new ConsoleText(column.Cells[row]))]);
        return table;
    }
}
