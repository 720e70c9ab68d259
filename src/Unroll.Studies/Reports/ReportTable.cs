using System.Xml.Linq;

namespace Unroll.Studies.Reports;

/// <summary>The table of a part: our numbers, and below each what others reported.</summary>
internal static class ReportTable
{
    private sealed record Column(string Heading, Func<CellResult, string> Ours, Func<PublishedNumbers, string?> Reported, bool IsExact = false);

    public static XElement Of(PartResult part)
    {
        Column[] columns = Columns(part);
        var head = new XElement("tr", ReportHtml.Classed("th", "name", "Cell"), columns.Select(column => new XElement("th", column.Heading)));
        var rows = part.Cells.Select(cell => new XElement("tr", NameCell(part, cell), columns.Select(column => ValueCell(cell, column))));
        return new XElement("table", new XElement("thead", head), new XElement("tbody", rows));
    }

    public static string Caption(StudyResult result, PartResult part)
    {
        var sentences = new List<string>();
        int repeats = result.Environment.Repeats;
        sentences.Add(repeats == 1
            ? "One repeat per cell: how much another seed would change these numbers is not known."
            : $"Mean ± standard deviation over {repeats} repeats with different seeds.");
        if (part.Cells.Any(cell => cell.Cell.Published is not null)) sentences.Add("“Reported”: what the original printed for one run.");
        if (part.Cells.All(cell => cell.Cell.Design.Training.Validation == ValidationKind.Test)) sentences.Add("Validation runs on the test data.");
        sentences.Add("Training time is without validation and test" + (result.Environment.Jobs > 1
            ? $", on one thread, while {result.Environment.Jobs} trials ran side by side: times of trials run alone are shorter."
            : ", on one thread."));
        return string.Join(" ", sentences);
    }

    private static Column[] Columns(PartResult part)
    {
        var columns = new List<Column>
        {
            new("Parameters", cell => NumberText.Count(cell.Parameters), numbers => numbers.Parameters is { } count ? NumberText.Count(count) : null, IsExact: true),
            new("Test accuracy", cell => NumberText.Percent(cell.TestAccuracy), numbers => Percent(numbers.TestAccuracy)),
            new("Test loss", cell => NumberText.Loss(cell.TestLoss), numbers => Loss(numbers.TestLoss)),
            new("Training time", cell => NumberText.Seconds(cell.FitSeconds), numbers => Seconds(numbers.Seconds)),
        };
        bool separate = part.Cells.Any(cell => cell.Cell.Design.Training.Validation == ValidationKind.Split);
        if (separate)
        {
            columns.Add(new("Validation accuracy", cell => NumberText.Percent(cell.Last("val_accuracy")), numbers => Percent(numbers.ValidationAccuracy)));
            columns.Add(new("Validation loss", cell => NumberText.Loss(cell.Last("val_loss")), numbers => Loss(numbers.ValidationLoss)));
        }

        columns.Add(new("Training accuracy", cell => NumberText.Percent(cell.Last("accuracy")), numbers => Percent(numbers.TrainAccuracy)));
        columns.Add(new("Training loss", cell => NumberText.Loss(cell.Last("loss")), numbers => Loss(numbers.TrainLoss)));
        return [.. columns];
    }

    private static XElement NameCell(PartResult part, CellResult cell)
    {
        XElement element = ReportHtml.Classed("td", "name", cell.Cell.Label);
        if (cell.Cell.Label == part.Part.Reference) element.Add(ReportHtml.Classed("span", "note", "reference"));
        if (cell.Cell.Note.Length > 0) element.Add(ReportHtml.Classed("span", "note", cell.Cell.Note));
        if (cell.Failed > 0) element.Add(ReportHtml.Classed("span", "note", $"{cell.Failed} of {cell.Trials.Count} failed"));
        return element;
    }

    private static XElement ValueCell(CellResult cell, Column column)
    {
        // A wide table breaks its lines in front of the deviation, and nowhere else.
        XElement element = ReportHtml.Classed("td", "spread", column.Ours(cell).Replace("± ", "±\u00A0", StringComparison.Ordinal).Replace(" %", "\u00A0%", StringComparison.Ordinal).Replace(" s", "\u00A0s", StringComparison.Ordinal));
        // The number of parameters is exact: it is worth a line only where it differs.
        if (cell.Cell.Published is { } published && column.Reported(published) is { } reported && !(column.IsExact && reported == column.Ours(cell)))
            element.Add(ReportHtml.Classed("span", "reported", $"reported {reported.Replace(" %", "\u00A0%", StringComparison.Ordinal).Replace(" s", "\u00A0s", StringComparison.Ordinal)}"));
        return element;
    }

    private static string? Percent(double? share) => share is { } value ? NumberText.Percent(new Summary(1, value, double.NaN)) : null;

    private static string? Seconds(double? seconds) => seconds is { } value ? NumberText.Seconds(new Summary(1, value, double.NaN)) : null;

    private static string? Loss(double? loss) => loss is { } value ? NumberText.Loss(new Summary(1, value, double.NaN)) : null;
}
