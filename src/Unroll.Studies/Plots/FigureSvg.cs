using System.Globalization;
using System.Xml.Linq;
using Unroll.Configuration;

namespace Unroll.Studies.Plots;

/// <summary>
/// Draws figures. Colours are plain attributes, so that every viewer shows them; a style sheet inside changes them in
/// dark mode where it is understood.
/// </summary>
internal static class FigureSvg
{
    public const double PanelWidth = 440;
    public const double PanelHeight = 300;

    internal static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Okabe and Ito's colours, which colour-blind people tell apart; the pale yellow last.
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#B8A800"];

    internal const string Ink = "#222222";
    internal const string Muted = "#666666";
    private const string Grid = "#dddddd";
    private const string Paper = "#ffffff";

    public const string DarkStyle =
        "@media screen and (prefers-color-scheme: dark){.u-paper{fill:#16181c}.u-ink{fill:#e8e8e8}.u-muted{fill:#a8adb5}" +
        ".u-axis{stroke:#a8adb5}.u-grid{stroke:#343941}.u-c0{stroke:#4aa3df}.u-c0f{fill:#4aa3df}.u-c1{stroke:#f08030}.u-c1f{fill:#f08030}}";

    /// <summary>The whole figure as an SVG document.</summary>
    public static string Document(Figure figure)
    {
        double width = PanelWidth * Math.Max(1, figure.Panels.Count);
        double top = figure.Title.Length > 0 ? 34 : 8;
        List<(XElement Element, double Height)> legend = Legend(figure, width - 40);
        double legendHeight = legend.Count == 0 ? 0 : legend[0].Height;
        double height = top + legendHeight + PanelHeight;
        XElement root = Root(width, height, figure.Title.Length > 0 ? figure.Title : string.Join(" and ", figure.Panels.Select(panel => panel.Title)));
        if (figure.Title.Length > 0) root.Add(Caption(figure.Title, width / 2, 23, 16, Ink, "middle", bold: true));
        foreach ((XElement element, double _) in legend)
        {
            element.SetAttributeValue("transform", $"translate(20 {N(top)})");
            root.Add(element);
        }

        IReadOnlyDictionary<string, int> colours = ColoursOf(figure);
        for (int i = 0; i < figure.Panels.Count; i++)
        {
            XElement group = PanelGroup(figure.Panels[i], colours);
            group.SetAttributeValue("transform", $"translate({N(i * PanelWidth)} {N(top + legendHeight)})");
            root.Add(group);
        }

        return Printable.Xml(root).ToString(SaveOptions.None) + "\n";
    }

    /// <summary>An empty document on paper.</summary>
    internal static XElement Root(double width, double height, string title) => new(Svg + "svg",
        new XAttribute("viewBox", $"0 0 {N(width)} {N(height)}"),
        new XAttribute("width", N(width)),
        new XAttribute("height", N(height)),
        new XAttribute("role", "img"),
        new XAttribute("font-family", "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"),
        new XElement(Svg + "title", title),
        new XElement(Svg + "style", DarkStyle),
        new XElement(Svg + "rect", new XAttribute("class", "u-paper"), new XAttribute("width", N(width)), new XAttribute("height", N(height)), new XAttribute("fill", Paper)));

    /// <summary>One panel as an SVG element of its own, for pages that put the panels below each other on small screens.</summary>
    public static XElement PanelElement(Figure figure, Panel panel) => new(Svg + "svg",
        new XAttribute("viewBox", $"0 0 {N(PanelWidth)} {N(PanelHeight)}"),
        new XAttribute("role", "img"),
        new XAttribute("font-family", "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"),
        new XElement(Svg + "title", figure.Title.Length > 0 ? $"{figure.Title}: {panel.Title}" : panel.Title),
        PanelGroup(panel, ColoursOf(figure)));

    /// <summary>The colour number of every label, in order of first appearance.</summary>
    public static IReadOnlyDictionary<string, int> ColoursOf(Figure figure)
    {
        var colours = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Line line in figure.Panels.SelectMany(panel => panel.Lines)) colours.TryAdd(line.Label, colours.Count);
        return colours;
    }

    /// <summary>A short piece of a line for a legend.</summary>
    public static XElement Swatch(int colour, bool dashed, bool muted = false)
    {
        var line = new XElement(Svg + "line",
            new XAttribute("x1", "1"), new XAttribute("y1", "6"), new XAttribute("x2", "27"), new XAttribute("y2", "6"),
            new XAttribute("class", muted ? "u-axis" : ColourClass(colour)),
            new XAttribute("stroke", muted ? Muted : Colour(colour)),
            new XAttribute("stroke-width", "2.5"));
        if (dashed) line.Add(new XAttribute("stroke-dasharray", "6 4"));
        return line;
    }

    /// <summary>True if the figure has both solid and dashed lines, so that the legend must tell them apart.</summary>
    public static bool HasDashed(Figure figure) => figure.Panels.SelectMany(panel => panel.Lines).Any(line => line.Dashed);

    private static List<(XElement Element, double Height)> Legend(Figure figure, double width)
    {
        const double RowHeight = 20;
        var entries = new List<(XElement Swatch, string Text)>();
        foreach ((string label, int colour) in ColoursOf(figure))
            if (label.Length > 0) entries.Add((Swatch(colour, dashed: false), label));
        if (HasDashed(figure))
        {
            entries.Add((Swatch(0, dashed: false, muted: true), "training"));
            entries.Add((Swatch(0, dashed: true, muted: true), "validation"));
        }

        if (entries.Count == 0) return [];
        var group = new XElement(Svg + "g");
        double x = 0;
        double y = 0;
        foreach ((XElement swatch, string text) in entries)
        {
            double entryWidth = EntryWidth(text);
            double needed = text == "training" && HasDashed(figure) ? entryWidth + EntryWidth("validation") : entryWidth; // these two stay together
            if (x > 0 && x + needed > width) (x, y) = (0, y + RowHeight);
            group.Add(new XElement(Svg + "g", new XAttribute("transform", $"translate({N(x)} {N(y)})"), swatch, Caption(text, 34, 10, 12, Ink, "start")));
            x += entryWidth;
        }

        return [(group, y + RowHeight + 6)];
    }

    private static double EntryWidth(string text) => 34 + TextWidth(text, 12) + 18;

    private static XElement PanelGroup(Panel panel, IReadOnlyDictionary<string, int> colours)
    {
        const double Left = 66; // room for tick labels such as 0.814 beside the axis label
        const double Right = 14;
        const double Top = 30;
        const double Bottom = 46;
        double plotWidth = PanelWidth - Left - Right;
        double plotHeight = PanelHeight - Top - Bottom;

        double[] xs = [.. panel.Lines.SelectMany(line => line.X)];
        double[] ys = [.. panel.Lines.SelectMany(line => line.Y.Concat(line.Lower ?? []).Concat(line.Upper ?? [])).Where(double.IsFinite)];
        Ticks y = ys.Length == 0 ? Ticks.Nice(0, 1) : Ticks.Nice(panel.FromZero ? Math.Min(0, ys.Min()) : ys.Min(), ys.Max());
        Ticks x = xs.Length == 0 ? Ticks.Nice(0, 1)
            : panel.IntegerX ? Ticks.Integers((int)xs.Min(), (int)xs.Max())
            : Ticks.Nice(xs.Min(), xs.Max());
        double xPad = panel.IntegerX ? 12 : 0; // the first and last points stand clear of the frame
        double X(double value) => x.Maximum > x.Minimum
            ? Left + xPad + (value - x.Minimum) / (x.Maximum - x.Minimum) * (plotWidth - 2 * xPad)
            : Left + plotWidth / 2;
        double Y(double value) => Top + plotHeight - (value - y.Minimum) / (y.Maximum - y.Minimum) * plotHeight;

        var group = new XElement(Svg + "g", Caption(panel.Title, Left + plotWidth / 2, 18, 14, Ink, "middle", bold: true));
        foreach (double tick in y.Values)
        {
            group.Add(Rule(Left, Y(tick), Left + plotWidth, Y(tick), "u-grid", Grid));
            group.Add(Caption(y.Text(tick), Left - 7, Y(tick) + 4, 12, Muted, "end"));
        }

        foreach (double tick in x.Values)
        {
            group.Add(Rule(X(tick), Top + plotHeight, X(tick), Top + plotHeight + 4, "u-axis", Muted));
            group.Add(Caption(x.Text(tick), X(tick), Top + plotHeight + 18, 12, Muted, "middle"));
        }

        group.Add(Rule(Left, Top + plotHeight, Left + plotWidth, Top + plotHeight, "u-axis", Muted));
        group.Add(Caption(panel.XLabel, Left + plotWidth / 2, PanelHeight - 8, 12, Muted, "middle"));
        group.Add(Upright(panel.YLabel, 14, Top + plotHeight / 2));

        foreach (Line line in panel.Lines) // bands first: no line is hidden by another line's band
            if (Band(line, colours[line.Label], X, Y) is { } band) group.Add(band);
        foreach (Line line in panel.Lines) group.Add(Curve(line, colours[line.Label], X, Y));
        return group;
    }

    private static XElement? Band(Line line, int colour, Func<double, double> x, Func<double, double> y)
    {
        if (line.Lower is not { } lower || line.Upper is not { } upper) return null;
        IEnumerable<string> forth = Enumerable.Range(0, line.X.Count).Select(i => $"{N(x(line.X[i]))},{N(y(upper[i]))}");
        IEnumerable<string> back = Enumerable.Range(0, line.X.Count).Reverse().Select(i => $"{N(x(line.X[i]))},{N(y(lower[i]))}");
        return new XElement(Svg + "polygon",
            new XAttribute("points", string.Join(" ", forth.Concat(back))),
            new XAttribute("class", ColourClass(colour) + "f"),
            new XAttribute("fill", Colour(colour)),
            new XAttribute("fill-opacity", line.Dashed ? "0.08" : "0.14"));
    }

    private static XElement Curve(Line line, int colour, Func<double, double> x, Func<double, double> y)
    {
        (double X, double Y)[] points = [.. Enumerable.Range(0, line.X.Count).Where(i => double.IsFinite(line.Y[i])).Select(i => (x(line.X[i]), y(line.Y[i])))];
        var group = new XElement(Svg + "g");
        var curve = new XElement(Svg + "polyline",
            new XAttribute("points", string.Join(" ", points.Select(point => $"{N(point.X)},{N(point.Y)}"))),
            new XAttribute("class", ColourClass(colour)),
            new XAttribute("fill", "none"),
            new XAttribute("stroke", Colour(colour)),
            new XAttribute("stroke-width", "2"),
            new XAttribute("stroke-linejoin", "round"));
        if (line.Dashed) curve.Add(new XAttribute("stroke-dasharray", "6 4"));
        group.Add(curve);
        if (points.Length > 30) return group;
        foreach ((double px, double py) in points)
        {
            group.Add(new XElement(Svg + "circle",
                new XAttribute("cx", N(px)), new XAttribute("cy", N(py)), new XAttribute("r", "2.6"),
                new XAttribute("class", (line.Dashed ? "u-paper " + ColourClass(colour) : ColourClass(colour) + "f").Trim()),
                new XAttribute("fill", line.Dashed ? Paper : Colour(colour)),
                line.Dashed ? [new XAttribute("stroke", Colour(colour)), new XAttribute("stroke-width", "1.4")] : Array.Empty<object>()));
        }

        return group;
    }

    internal static XElement Rule(double x1, double y1, double x2, double y2, string style, string colour) => new(Svg + "line",
        new XAttribute("x1", N(x1)), new XAttribute("y1", N(y1)), new XAttribute("x2", N(x2)), new XAttribute("y2", N(y2)),
        new XAttribute("class", style), new XAttribute("stroke", colour), new XAttribute("stroke-width", "1"));

    internal static XElement Caption(string text, double x, double y, double size, string colour, string anchor, bool bold = false)
    {
        var element = new XElement(Svg + "text",
            new XAttribute("x", N(x)), new XAttribute("y", N(y)), new XAttribute("font-size", N(size)),
            new XAttribute("class", colour == Ink ? "u-ink" : "u-muted"), new XAttribute("fill", colour), new XAttribute("text-anchor", anchor), text);
        if (bold) element.Add(new XAttribute("font-weight", "600"));
        return element;
    }

    /// <summary>A label that reads upwards.</summary>
    internal static XElement Upright(string text, double x, double y)
    {
        XElement label = Caption(text, 0, 0, 12, Muted, "middle");
        label.SetAttributeValue("x", null);
        label.SetAttributeValue("y", null);
        label.Add(new XAttribute("transform", $"translate({N(x)} {N(y)}) rotate(-90)"));
        return label;
    }

    internal static string Colour(int index) => Colours[index % Colours.Length];

    internal static string ColourClass(int index) => $"u-c{index % Colours.Length}";

    // No font is at hand to measure with; common sans-serif fonts are narrower than this.
    internal static double TextWidth(string text, double size) => text.Length * size * 0.58;

    internal static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);
}
