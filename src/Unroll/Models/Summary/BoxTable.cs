using System.Text;
using Unroll.Configuration;

namespace Unroll.Models;

internal enum Align
{
    Left,
    Center,
    Right,
}

/// <summary>A column of a <see cref="BoxTable"/>; its border run is two characters wider than its text.</summary>
internal sealed record BoxColumn(int Width, Align Align)
{
    public int Run => Width + 2;

    /// <summary>Columns that end at shares of the line; <paramref name="borders"/> is what each gives to the lines between.</summary>
    public static List<BoxColumn> Cut(int lineLength, ReadOnlySpan<double> shares, ReadOnlySpan<int> borders, ReadOnlySpan<Align> align)
    {
        var columns = new List<BoxColumn>();
        int start = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            int end = (int)(shares[i] * lineLength);
            columns.Add(new BoxColumn(end - start - borders[i] - 2, align[i]));
            start = end;
        }

        return columns;
    }
}

/// <summary>A table drawn with box characters, heavy around the header; long cells wrap at blanks, long words are cut.</summary>
internal sealed class BoxTable
{
    public const int MostLetters = 400; // of a cell: names come from files

    private readonly IReadOnlyList<BoxColumn> _columns;
    private readonly StringBuilder _text = new();
    private bool _hasRows;

    public BoxTable(IReadOnlyList<BoxColumn> columns, ReadOnlySpan<string> header)
    {
        _columns = columns;
        Rule('┏', '━', '┳', '┓');
        Row('┃', header);
        Rule('┡', '━', '╇', '┩');
    }

    public void Add(ReadOnlySpan<string> cells)
    {
        if (_hasRows) Rule('├', '─', '┼', '┤');
        Row('│', cells);
        _hasRows = true;
    }

    /// <summary>The table as far as it was filled, with its lower edge.</summary>
    public override string ToString()
    {
        int length = _text.Length;
        Rule('└', '─', '┴', '┘');
        string text = _text.ToString();
        _text.Length = length;
        return text;
    }

    private void Rule(char left, char run, char cross, char right)
    {
        for (int i = 0; i < _columns.Count; i++) _text.Append(i == 0 ? left : cross).Append(run, _columns[i].Run);
        _text.Append(right).Append('\n');
    }

    private void Row(char border, ReadOnlySpan<string> cells)
    {
        var wrapped = new List<string>[_columns.Count];
        int height = 1;
        for (int i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] = Wrap(Printable.Line(cells[i], MostLetters), _columns[i].Width);
            height = Math.Max(height, wrapped[i].Count);
        }

        for (int line = 0; line < height; line++)
        {
            for (int i = 0; i < wrapped.Length; i++)
            {
                string content = line < wrapped[i].Count ? wrapped[i][line] : "";
                _text.Append(border).Append(' ').Append(Fill(content, _columns[i])).Append(' ');
            }

            _text.Append(border).Append('\n');
        }
    }

    private static string Fill(string content, BoxColumn column) => column.Align switch
    {
        Align.Left => content.PadRight(column.Width),
        Align.Right => content.PadLeft(column.Width),
        _ => content.PadLeft(content.Length + (column.Width - content.Length) / 2).PadRight(column.Width),
    };

    private static List<string> Wrap(string cell, int width)
    {
        var lines = new List<string>();
        string text = cell.TrimStart(' '), line = "", indent = cell[..^text.Length];
        foreach (string word in text.Split(' '))
        {
            string piece = word.Length > width ? word[..(width - 1)] + '…' : word;
            if (line.Length > 0 && line.Length + 1 + piece.Length > width)
            {
                lines.Add(line);
                line = "";
            }

            line = line.Length == 0 ? (lines.Count == 0 ? indent : "") + piece : line + ' ' + piece;
        }

        lines.Add(line);
        return lines;
    }
}
