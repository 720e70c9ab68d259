using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using Unroll.Studies.Plots;
using Xunit;

namespace Unroll.Studies.Tests.Plots;

/// <summary>Every number to be shown is found in the document, and what is drawn has the sizes that the numbers ask for.</summary>
public sealed class ReportFigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_confusion_matrix()
    {
        XElement root = XElement.Parse(ReportFigures.Confusion(ConfusionMatrix.Of([0, 0, 0, 1, 1], [0, 0, 1, 1, 1], ["<neg>", "positive & long name"]), "Test reviews"));
        string[] texts = [.. root.Elements(Svg + "text").Select(text => text.Value)];
        Assert.Equal(["2", "1", "0", "2"], texts.Where(text => text.All(char.IsAsciiDigit)));
        Assert.Equal(["67 %", "33 %", "0 %", "100 %"], texts.Where(text => text.EndsWith('%')));
        Assert.Equal(2, texts.Count(text => text == "<neg>"));
        Assert.Contains("Test reviews", texts);
        Assert.Equal(["0.46", "0.26", "0.06", "0.66"], root.Elements(Svg + "rect").Skip(1).Select(cell => cell.Attribute("fill-opacity")!.Value));
    }

    [Fact]
    public void Roc_curves()
    {
        string svg = ReportFigures.Roc([("base", RocCurve.Of([0, 0, 1, 1], [0.1f, 0.4f, 0.35f, 0.8f]))]);
        XElement root = XElement.Parse(svg);
        Assert.Contains("base (AUC 0.750)", svg, StringComparison.Ordinal); // scikit-learn's example has 0.75
        Assert.Contains("chance", svg, StringComparison.Ordinal);
        Assert.Equal(2, root.Descendants(Svg + "polyline").Count());
        Assert.Throws<ArgumentException>(() => ReportFigures.Roc([]));
    }

    [Fact]
    public void Lengths_of_texts()
    {
        XElement root = XElement.Parse(ReportFigures.Lengths(LengthHistogram.Of([1, 1, 2, 3, 3, 3, 3, 5], 4), "Lengths"));
        double[] heights = [.. root.Elements(Svg + "rect").Skip(1).Select(bar => double.Parse(bar.Attribute("height")!.Value, CultureInfo.InvariantCulture))];
        Assert.Equal([2, 1, 4, 1], heights.Select(height => (int)Math.Round(height / heights[1])));
    }
}
