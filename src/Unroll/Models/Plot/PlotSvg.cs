using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Unroll.Configuration;
using Unroll.Layers;

namespace Unroll.Models;

/// <summary>
/// Draws a model: a box for each layer, arrows from what a layer takes to what it gives. Colours are plain attributes, so
/// that every viewer shows them; a style sheet inside changes them in dark mode where it is understood.
/// </summary>
internal static class PlotSvg
{
    private const double RowGap = 44, LineHeight = 18, Padding = 12, Bar = 6, Margin = 16, PassWidth = 12;
    private const double BoldWidth = 9.3, PlainWidth = 7.4; // of a letter, at the sizes below
    private const string Ink = "#222222", Soft = "#5f6368", Line = "#7f8790", Paper = "#ffffff", Frame = "#c4c9cf";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The drawing as a document of its own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="showShapes">Whether shapes and numbers of weights are told.</param>
    public static string Of(Model model, bool showShapes)
    {
        IReadOnlyList<List<PlotBox>> rows = PlotGraph.RowsOf(model);
        int? batch = (model as Sequential)?.InputLayer?.BatchSize;
        foreach (PlotBox box in rows.SelectMany(row => row))
        {
            if (box.Layer is { } layer) box.Lines = Lines(layer, box, showShapes, batch);
            box.Width = box.Layer is null ? PassWidth
                : Math.Max(120, Bar + 2 * Padding + box.Lines.Select((text, i) => text.Length * (i == 0 ? BoldWidth : PlainWidth)).Max());
        }

        double width = PlotLayout.Arrange(rows) + 2 * Margin, y = Margin;
        var tops = new double[rows.Count];
        var heights = new double[rows.Count];
        for (int r = 0; r < rows.Count; r++)
        {
            (tops[r], heights[r]) = (y, rows[r].Max(box => Height(box)));
            y += heights[r] + RowGap;
        }

        double height = y - RowGap + Margin;
        var root = new XElement(
            Svg + "svg", new XAttribute("width", Text(width)), new XAttribute("height", Text(height)), new XAttribute("viewBox", $"0 0 {Text(width)} {Text(height)}"),
            new XAttribute("font-family", "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"), new XAttribute("role", "img"),
            new XElement(Svg + "title", $"Model {model.Name}"),
            new XElement(
                Svg + "style",
                $"@media (prefers-color-scheme: dark) {{ .paper {{ fill: #1f2329; stroke: #4a515a }} .ink {{ fill: #e8eaed }} .soft {{ fill: #b0b6bd }} .line {{ stroke: #9aa2ab }} .head {{ fill: #9aa2ab }} .sheet {{ fill: #14171b }} }}"),
            new XElement(
                Svg + "defs",
                new XElement(
                    Svg + "marker", new XAttribute("id", "arrow"), new XAttribute("viewBox", "0 0 10 10"), new XAttribute("refX", "9"), new XAttribute("refY", "5"),
                    new XAttribute("markerWidth", "6"), new XAttribute("markerHeight", "6"), new XAttribute("orient", "auto"),
                    new XElement(Svg + "path", new XAttribute("class", "head"), new XAttribute("d", "M0 1 L9 5 L0 9 z"), new XAttribute("fill", Line)))),
            new XElement(Svg + "rect", new XAttribute("class", "sheet"), new XAttribute("width", Text(width)), new XAttribute("height", Text(height)), new XAttribute("fill", Paper)));
        foreach (PlotBox box in rows.SelectMany(row => row).Where(box => box.Layer is not null))
        {
            foreach (PlotBox below in box.Below) root.Add(Arrow(box, below, tops, heights));
        }

        foreach (PlotBox box in rows.SelectMany(row => row).Where(box => box.Layer is not null)) root.Add(Box(box, tops[box.Row], heights[box.Row]));
        return Printable.Xml(root).ToString(SaveOptions.DisableFormatting).Replace("><", ">\n<", StringComparison.Ordinal) + "\n";
    }

    private static List<string> Lines(Layer layer, PlotBox box, bool showShapes, int? batch)
    {
        string wrapped = layer.Wrapped is { } inner ? $" ({inner.ClassName})" : "";
        string calls = box.Calls.Count > 1 ? $", called {box.Calls.Count} times" : "";
        var lines = new List<string> { layer.ClassName + wrapped, layer.Name + calls };
        if (!showShapes) return lines;
        IReadOnlyList<IReadOnlyList<int?>> outputs = box.Calls.Count > 0 ? [.. box.Calls[^1].Outputs.Select(output => output.Shape)] : layer.OutputShapes;
        string shapes = outputs.Count == 0 ? "?" : string.Join(", ", outputs.Select(shape => ShapeText.Of(shape, batch)));
        lines.Add(shapes);
        if (layer.ParameterCount > 0)
        {
            string frozen = layer.TrainableParameters.Count == 0 ? ", frozen" : "";
            lines.Add($"{PythonFormat.Thousands(layer.ParameterCount)} weights{frozen}");
        }

        return lines;
    }

    private static double Height(PlotBox box) => box.Layer is null ? 0 : 2 * Padding + box.Lines.Count * LineHeight - 4;

    private static XElement Box(PlotBox box, double top, double rowHeight)
    {
        double height = Height(box), left = Margin + box.X - box.Width / 2, y = top + (rowHeight - height) / 2;
        var group = new XElement(
            Svg + "g",
            new XElement(
                Svg + "rect", new XAttribute("class", "paper"), new XAttribute("x", Text(left)), new XAttribute("y", Text(y)), new XAttribute("width", Text(box.Width)),
                new XAttribute("height", Text(height)), new XAttribute("rx", "6"), new XAttribute("fill", Paper), new XAttribute("stroke", Frame), new XAttribute("stroke-width", "1.2")),
            new XElement(
                Svg + "path", new XAttribute("fill", Colour(box.Layer!)),
                new XAttribute("d", $"M{Text(left + Bar)} {Text(y)} h{Text(-Bar + 6)} a6 6 0 0 0 -6 6 v{Text(height - 12)} a6 6 0 0 0 6 6 h{Text(Bar - 6)} z")));
        for (int i = 0; i < box.Lines.Count; i++)
        {
            var text = new XElement(
                Svg + "text", new XAttribute("class", i == 0 ? "ink" : "soft"), new XAttribute("x", Text(left + Bar + Padding)), new XAttribute("y", Text(y + Padding + 11 + i * LineHeight)),
                new XAttribute("font-size", i == 0 ? "14" : "12"), new XAttribute("fill", i == 0 ? Ink : Soft), box.Lines[i]);
            if (i == 0) text.Add(new XAttribute("font-weight", "600"));
            group.Add(text);
        }

        return group;
    }

    /// <summary>A line from a box through all the rows that it passes.</summary>
    private static XElement Arrow(PlotBox from, PlotBox to, double[] tops, double[] heights)
    {
        double x = Margin + from.X, y = tops[from.Row] + (heights[from.Row] + Height(from)) / 2;
        var path = new StringBuilder($"M{Text(x)} {Text(y)}");
        for (PlotBox at = to; ; at = at.Below[0])
        {
            bool isEnd = at.Layer is not null;
            double nextX = Margin + at.X, entry = isEnd ? tops[at.Row] + (heights[at.Row] - Height(at)) / 2 : tops[at.Row], bend = (entry - y) / 2;
            path.Append($" C{Text(x)} {Text(y + bend)} {Text(nextX)} {Text(entry - bend)} {Text(nextX)} {Text(entry)}");
            if (isEnd) break;
            (x, y) = (nextX, entry + heights[at.Row]);
            path.Append($" L{Text(x)} {Text(y)}");
        }

        return new XElement(
            Svg + "path", new XAttribute("class", "line"), new XAttribute("d", path.ToString()), new XAttribute("fill", "none"), new XAttribute("stroke", Line),
            new XAttribute("stroke-width", "1.5"), new XAttribute("marker-end", "url(#arrow)"));
    }

    /// <summary>Okabe and Ito's colours, which colour-blind people tell apart; what a layer is stands beside it in words.</summary>
    private static string Colour(Layer layer) => (layer.Wrapped ?? layer) switch
    {
        InputLayer => "#7f7f7f",
        Model => "#222222",
        { IdLimit: not null } => "#56b4e9",
        { GoesThroughTime: true } => "#d55e00",
        _ when layer.ClassName.Contains("Conv", StringComparison.Ordinal) => "#0072b2",
        _ when layer.ClassName.Contains("Attention", StringComparison.Ordinal) => "#cc79a7",
        _ when layer.ParameterCount > 0 => "#009e73",
        _ => "#e69f00",
    };

    private static string Text(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
