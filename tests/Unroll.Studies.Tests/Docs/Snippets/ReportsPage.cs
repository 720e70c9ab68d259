using Unroll.Preprocessing;
using Unroll.Reports;
using Unroll.Studies.Plots;
using Unroll.Studies.Tests.Docs;
using Xunit;

namespace ReaderCode;

public sealed class ReportsPage : IDisposable
{
    [Fact]
    public void Two_classes()
    {
        string printed = Printed.By(() =>
        {
            int[] truth = [0, 0, 0, 0, 1, 1, 1, 1];
            float[] scores = [0.1f, 0.2f, 0.3f, 0.7f, 0.4f, 0.6f, 0.8f, 0.9f];
            int[] predicted = [.. scores.Select(score => score > 0.5f ? 1 : 0)];
            ClassificationReport report = ClassificationReport.Of(truth, predicted, ["negative", "positive"]);
            Console.WriteLine(report);
            Console.WriteLine(report.Matrix);
            Console.WriteLine(RocCurve.Of(truth, scores).Auc);

            File.WriteAllText("confusion.svg", ReportFigures.Confusion(report.Matrix, title: "Test reviews"));
            File.WriteAllText("roc.svg", ReportFigures.Roc([("LSTM", RocCurve.Of(truth, scores))]));
            File.WriteAllText("lengths.svg", ReportFigures.Lengths(LengthHistogram.Of([12, 40, 25, 31, 18, 90, 22], bins: 5)));
        }).ReplaceLineEndings("\n");
        Shown(printed);
        Assert.All(new[] { "confusion.svg", "roc.svg", "lengths.svg" }, file => Assert.StartsWith("<svg", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Several_classes() => Assert.Contains("politics      0.667     1.000     0.800         2", Printed.By(() =>
    {
        int[] topics = [0, 1, 2, 0, 1, 2];
        float[,] softmax = { { .8f, .1f, .1f }, { .2f, .7f, .1f }, { .1f, .2f, .7f }, { .4f, .5f, .1f }, { .1f, .8f, .1f }, { .2f, .2f, .6f } };
        Console.WriteLine(ClassificationReport.Of(topics, Categorical.ArgMax(softmax), ["sport", "politics", "science"]).ToText(digits: 3));
        Console.WriteLine(RocCurve.OneVsRestAuc(topics, softmax));
    }), StringComparison.Ordinal);

    [Fact]
    public void Lengths()
    {
        string printed = Printed.By(() =>
        {
            var lengths = LengthHistogram.Of(new[] { "a short text", "a somewhat longer text", "one" }.Select(text => text.Split(' ').Length), bins: 3);
            Console.Write(lengths);
            int maxLen = (int)Math.Ceiling(lengths.Percentile(95));
            Assert.Equal(4, maxLen);
        }).ReplaceLineEndings("\n");
        Shown(printed);
    }

    public void Dispose()
    {
        foreach (string file in new[] { "confusion.svg", "roc.svg", "lengths.svg" }) File.Delete(file);
    }

    /// <summary>What the page says is printed is what is printed.</summary>
    private static void Shown(string printed)
    {
        if (MarkdownPages.Root is null) return;
        Assert.Contains(MarkdownPages.Blocks(""), block => block.Page.EndsWith("reports.md", StringComparison.Ordinal) && string.Join('\n', block.Lines).TrimEnd() == printed.TrimEnd());
    }
}
