using System.Xml.Linq;
using Unroll.Studies.Analysis;

namespace Unroll.Studies.Reports;

/// <summary>The page of the report that puts a built-in study beside runs in Keras.</summary>
internal static class ReportBesideKeras
{
    /// <summary>Null if there is nothing to compare with.</summary>
    public static XElement? Of(BesideKeras? keras)
    {
        if (keras is null) return null;
        string[] headings = ["Design", "Keras", "n", "Test accuracy", "n, Keras", "Test accuracy, Keras", "Difference, points", "95 %", "Test loss", "Test loss, Keras", "p", "p (Holm)"];
        IEnumerable<XElement> rows = keras.Designs.Select(design => new XElement("tr",
            ReportHtml.Classed("td", "name", $"{design.Part} / {design.Cell}"),
            ReportHtml.Classed("td", "text", design.Keras),
            new XElement("td", design.Ours.Count), new XElement("td", NumberText.Percent(design.Ours)),
            new XElement("td", design.Theirs.Count), new XElement("td", NumberText.Percent(design.Theirs)),
            new XElement("td", Words.Points(design.Difference)), new XElement("td", Words.Range(design.Interval)),
            new XElement("td", NumberText.Loss(design.OurLoss)), new XElement("td", NumberText.Loss(design.TheirLoss)),
            new XElement("td", ReportFindings.Probability(design.P)), new XElement("td", ReportFindings.Probability(design.AdjustedP))));
        return new XElement("section", new XElement("h2", new XAttribute("id", "beside-keras"), "Beside Keras"),
            new XElement("p", keras.Sentence),
            ReportHtml.Classed("p", "note", "The same designs on the same data, run again and again in Keras itself. Seeds mean different things in the two, so distributions are compared, not pairs: the difference of the mean accuracies with its interval (Welch's t), and the exact test of the rank sums of the test losses, which sees any shift of the distribution."),
            new XElement("details", new XElement("summary", "Design by design"), ReportHtml.Classed("div", "scroll", new XElement("table",
                new XElement("thead", new XElement("tr", headings.Select((heading, i) => i == 0 ? ReportHtml.Classed("th", "name", heading) : new XElement("th", heading)))),
                new XElement("tbody", rows)))));
    }
}
