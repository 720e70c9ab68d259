using System.Text.Json;
using Unroll.Reports;
using Unroll.Tests.Preprocessing;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>Against scikit-learn 1.2 and NumPy 1.24.</summary>
public sealed class ReportTests
{
    public static TheoryData<int> ReportCases => [.. Enumerable.Range(0, Recorded.Cases("reports").Count())];

    public static TheoryData<int> RocCases => [.. Enumerable.Range(0, Recorded.Part("roc").GetProperty("two_classes").GetArrayLength())];

    [Theory]
    [MemberData(nameof(ReportCases))]
    public void Classification_reports(int number)
    {
        JsonElement test = Recorded.Part("reports")[number];
        int[] y = test.Ints("y"), p = test.Ints("p");
        string[]? names = test.GetProperty("names").Deserialize<string[]?>();
        ClassificationReport report = ClassificationReport.Of(y, p, names);
        Assert.Equal(test.GetProperty("text").GetString(), report.ToText(test.GetProperty("digits").GetInt32()));
        Close(test.Doubles("precision"), report.Classes.Select(row => row.Precision));
        Close(test.Doubles("recall"), report.Classes.Select(row => row.Recall));
        Close(test.Doubles("f1"), report.Classes.Select(row => row.F1));
        Assert.Equal(test.Ints("support"), report.Classes.Select(row => row.Support));
        Assert.Equal(test.GetProperty("accuracy").GetDouble(), report.Accuracy, 14);
        JsonElement averages = test.GetProperty("averages");
        Close(averages.Doubles("macro"), [report.Macro.Precision, report.Macro.Recall, report.Macro.F1]);
        Close(averages.Doubles("weighted"), [report.Weighted.Precision, report.Weighted.Recall, report.Weighted.F1]);
        Assert.Equal(test.GetProperty("confusion").Deserialize<int[][]>()!.SelectMany(row => row), report.Matrix.Counts.Cast<int>());
        Assert.Equal(report.ToText(), ClassificationReport.Of(report.Matrix).ToString());
    }

    /// <summary>Written out by hand.</summary>
    [Fact]
    public void A_confusion_matrix_as_text()
    {
        ConfusionMatrix matrix = ConfusionMatrix.Of([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], ["negative", "positive"]);
        Assert.Equal(
            """
            true \ predicted  negative  positive
            negative                 1         1
            positive                 1         2

            """.ReplaceLineEndings("\n"),
            matrix.ToString());
        Assert.Equal(0.6, matrix.Accuracy);
        Assert.Equal(new[,] { { 0.5, 0.5 }, { 1 / 3.0, 2 / 3.0 } }, matrix.Normalized());
        Assert.Equal([3, 7], ConfusionMatrix.Of([7, 3], [3, 3]).Labels);
    }

    /// <summary>Python's f"{x:.2f}": ties of binary fractions go to the even digit.</summary>
    [Theory]
    [InlineData(0.125, 2, "0.12")]
    [InlineData(0.375, 2, "0.38")]
    [InlineData(0.625, 2, "0.62")]
    [InlineData(0.145, 2, "0.14")]
    [InlineData(0.165, 2, "0.17")]
    [InlineData(2.5, 0, "2")]
    [InlineData(3.5, 0, "4")]
    [InlineData(1.0, 2, "1.00")]
    public void Numbers(double value, int digits, string text) => Assert.Equal(text, ReportNumber.Fixed(value, digits));

    [Theory]
    [MemberData(nameof(RocCases))]
    public void Roc_curves(int number)
    {
        JsonElement test = Recorded.Part("roc").GetProperty("two_classes")[number];
        RocCurve curve = RocCurve.Of(test.Ints("y"), [.. test.Doubles("scores").Select(score => (float)score)]);
        Close(test.Doubles("fpr"), curve.FalsePositiveRate);
        Close(test.Doubles("tpr"), curve.TruePositiveRate);
        Assert.Equal(double.PositiveInfinity, curve.Thresholds[0]); // as from scikit-learn 1.3 on
        Assert.Equal(test.Doubles("thresholds"), curve.Thresholds.Skip(1));
        Assert.Equal(test.GetProperty("auc").GetDouble(), curve.Auc, 14);
    }

    [Fact]
    public void Several_classes_one_against_the_rest()
    {
        JsonElement test = Recorded.Part("roc").GetProperty("several");
        int[] y = test.Ints("y");
        float[,] scores = test.Matrix("scores");
        Close(test.Doubles("classes"), RocCurve.OneVsRest(y, scores).Select(curve => curve.Auc));
        Assert.Equal(test.GetProperty("macro").GetDouble(), RocCurve.OneVsRestAuc(y, scores), 14);
        Assert.Equal(test.GetProperty("weighted").GetDouble(), RocCurve.OneVsRestAuc(y, scores, weighted: true), 14);
    }

    [Fact]
    public void Histograms()
    {
        JsonElement test = Recorded.Part("histogram");
        LengthHistogram histogram = LengthHistogram.Of(test.Ints("lengths"), 8);
        Assert.Equal(test.Ints("counts"), histogram.Counts);
        Close(test.Doubles("edges"), histogram.Edges);
        foreach (JsonElement pair in test.GetProperty("percentiles").EnumerateArray()) Assert.Equal(pair[1].GetDouble(), histogram.Percentile(pair[0].GetDouble()), 10);
        Assert.Equal(test.Ints("lengths").Count(length => length <= 30) / 100.0, histogram.ShareUpTo(30));
        Assert.Equal(9, histogram.ToString().Count(c => c == '\n'));
        Assert.Contains("100 samples", histogram.ToString());
        Assert.Equal([0, 0, 2], LengthHistogram.Of([5, 5], 3).Counts.Order());
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Contains("2 true classes, but 1", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([0, 1], [0])).Message);
        Assert.Contains("no samples", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([], [])).Message);
        Assert.Contains("Sample 1 has class 2", Assert.Throws<ArgumentException>(() => ClassificationReport.Of([0, 2], [0, 1], ["a", "b"])).Message);
        Assert.Contains("OneVsRest", Assert.Throws<ArgumentException>(() => RocCurve.Of([0, 2], [0, 1])).Message);
        Assert.Contains("0 positive", Assert.Throws<ArgumentException>(() => RocCurve.Of([0, 0], [0, 1])).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => RocCurve.Of([0, 1], [0, float.NaN])).Message);
        Assert.Contains("columns for the classes 0 to 1", Assert.Throws<ArgumentException>(() => RocCurve.OneVsRest([0, 2], new float[2, 2])).Message);
        Assert.Throws<ArgumentException>(() => LengthHistogram.Of([]));
    }

    private static void Close(IEnumerable<double> expected, IEnumerable<double> actual)
    {
        double[] want = [.. expected], have = [.. actual];
        Assert.Equal(want.Length, have.Length);
        for (int i = 0; i < want.Length; i++) Assert.Equal(want[i], have[i], 1e-14 * Math.Max(1, Math.Abs(want[i])));
    }
}
