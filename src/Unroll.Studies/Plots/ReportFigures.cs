using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using static Unroll.Studies.Plots.FigureSvg;

namespace Unroll.Studies.Plots;

/// <summary>
/// Confusion matrix, ROC curves and lengths of texts as figures.
/// <code>File.WriteAllText("confusion.svg", ReportFigures.Confusion(ConfusionMatrix.Of(yTest, predicted)));</code>
/// </summary>
public static class ReportFigures
{
    /// <summary>A confusion matrix as an SVG document: the darker a cell, the larger its share of the true class.</summary>
    public static string Confusion(ConfusionMatrix matrix, string title = "")
    {
        ArgumentNullException.ThrowIfNull(matrix);
        const double Cell = 64;
        int classes = matrix.Labels.Count;
        double names = Math.Max(24, matrix.Names.Max(name => TextWidth(name, 12)) + 10);
        double left = 30 + names, top = title.Length > 0 ? 44 : 16;
        double width = Math.Max(left + Cell * classes + 20, TextWidth(title, 16) + 40), height = top + Cell * classes + names + 34;
        bool slanted = matrix.Names.Any(name => TextWidth(name, 12) > Cell - 6); // long names would run into each other
        XElement root = Root(width, height, title.Length > 0 ? title : "Confusion matrix");
        if (title.Length > 0) root.Add(Caption(title, width / 2, 26, 16, Ink, "middle", bold: true));

        double[,] shares = matrix.Normalized();
        for (int i = 0; i < classes; i++)
        {
            double y = top + i * Cell;
            root.Add(Caption(matrix.Names[i], left - 8, y + Cell / 2 + 4, 12, Muted, "end"));
            for (int j = 0; j < classes; j++)
            {
                double x = left + j * Cell;
                root.Add(new XElement(Svg + "rect",
                    new XAttribute("x", N(x)), new XAttribute("y", N(y)), new XAttribute("width", N(Cell - 2)), new XAttribute("height", N(Cell - 2)),
                    new XAttribute("class", ColourClass(0) + "f"), new XAttribute("fill", Colour(0)),
                    new XAttribute("fill-opacity", N(0.06 + 0.6 * shares[i, j])))); // pale enough for dark figures, dark enough for pale ones
                root.Add(Caption(matrix.Counts[i, j].ToString(CultureInfo.InvariantCulture), x + Cell / 2 - 1, y + Cell / 2, 15, Ink, "middle", bold: i == j));
                root.Add(Caption((shares[i, j] * 100).ToString("F0", CultureInfo.InvariantCulture) + " %", x + Cell / 2 - 1, y + Cell / 2 + 16, 11, Ink, "middle"));
            }
        }

        double below = top + Cell * classes;
        for (int j = 0; j < classes; j++)
        {
            double x = left + j * Cell + Cell / 2 - 1;
            XElement name = Caption(matrix.Names[j], x, below + 16, 12, Muted, slanted ? "end" : "middle");
            if (slanted) name.Add(new XAttribute("transform", $"rotate(-45 {N(x)} {N(below + 16)})"));
            root.Add(name);
        }

        root.Add(Caption("predicted", left + Cell * classes / 2, height - 8, 12, Muted, "middle"));
        root.Add(Upright("true", 16, top + Cell * classes / 2));
        return root.ToString(SaveOptions.None) + "\n";
    }

    /// <summary>ROC curves as an SVG document, with the area under each in the legend and the line of pure chance.</summary>
    /// <param name="curves">Curves and what the legend calls them, such as the classes.</param>
    /// <param name="title">Above the figure; empty for none.</param>
    /// <exception cref="ArgumentException">There are no curves.</exception>
    public static string Roc(IReadOnlyList<(string Label, RocCurve Curve)> curves, string title = "")
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count == 0) throw new ArgumentException("There are no curves to draw.", nameof(curves));
        Line[] lines =
        [
            .. curves.Select(entry => new Line(
                string.Create(CultureInfo.InvariantCulture, $"{entry.Label} (AUC {entry.Curve.Auc:F3})").TrimStart(), entry.Curve.FalsePositiveRate, entry.Curve.TruePositiveRate)),
            new Line("chance", [0, 1], [0, 1]),
        ];
        return new Figure(title, [new Panel("ROC", "false positive rate", "true positive rate", lines) { IntegerX = false, FromZero = true }]).ToSvg();
    }

    /// <summary>Lengths of texts as an SVG document of bars.</summary>
    /// <param name="histogram">The lengths.</param>
    /// <param name="title">Above the figure; empty for none.</param>
    /// <param name="xLabel">Label of the horizontal axis.</param>
    public static string Lengths(LengthHistogram histogram, string title = "", string xLabel = "words per text")
    {
        ArgumentNullException.ThrowIfNull(histogram);
        const double Left = 66, Right = 20, Bottom = 46;
        double top = title.Length > 0 ? 40 : 14;
        double plotWidth = PanelWidth - Left - Right, plotHeight = PanelHeight - top - Bottom;
        XElement root = Root(PanelWidth, PanelHeight, title.Length > 0 ? title : "Lengths of texts");
        if (title.Length > 0) root.Add(Caption(title, PanelWidth / 2, 24, 16, Ink, "middle", bold: true));
        Ticks y = Ticks.Nice(0, histogram.Counts.Max());
        double low = histogram.Edges[0], high = histogram.Edges[^1];
        double X(double value) => Left + (value - low) / (high - low) * plotWidth;
        double Y(double value) => top + plotHeight - value / y.Maximum * plotHeight;
        foreach (double tick in y.Values)
        {
            root.Add(Rule(Left, Y(tick), Left + plotWidth, Y(tick), "u-grid", "#dddddd"));
            root.Add(Caption(y.Text(tick), Left - 7, Y(tick) + 4, 12, Muted, "end"));
        }

        for (int k = 0; k < histogram.Counts.Count; k++)
        {
            root.Add(new XElement(Svg + "rect",
                new XAttribute("x", N(X(histogram.Edges[k]))), new XAttribute("y", N(Y(histogram.Counts[k]))),
                new XAttribute("width", N(Math.Max(0.5, X(histogram.Edges[k + 1]) - X(histogram.Edges[k]) - 1))),
                new XAttribute("height", N(top + plotHeight - Y(histogram.Counts[k]))),
                new XAttribute("class", ColourClass(0) + "f"), new XAttribute("fill", Colour(0))));
        }

        Ticks x = Ticks.Nice(low, high);
        foreach (double tick in x.Values.Where(tick => tick >= low && tick <= high))
        {
            root.Add(Rule(X(tick), top + plotHeight, X(tick), top + plotHeight + 4, "u-axis", Muted));
            root.Add(Caption(x.Text(tick), X(tick), top + plotHeight + 18, 12, Muted, "middle"));
        }

        root.Add(Rule(Left, top + plotHeight, Left + plotWidth, top + plotHeight, "u-axis", Muted));
        root.Add(Caption(xLabel, Left + plotWidth / 2, PanelHeight - 8, 12, Muted, "middle"));
        root.Add(Upright("texts", 14, top + plotHeight / 2));
        return root.ToString(SaveOptions.None) + "\n";
    }
}
