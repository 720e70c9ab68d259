using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>Several labels per sample. The numbers are scikit-learn's 1.2.1, with zero_division=0.</summary>
public sealed class MultiLabelReportTests
{
    private static readonly int[,] s_true =
    {
        { 0, 0, 0, 1 }, { 0, 0, 1, 1 }, { 1, 0, 1, 1 }, { 0, 1, 0, 1 }, { 0, 0, 0, 0 }, { 1, 0, 0, 1 },
        { 0, 0, 0, 1 }, { 1, 0, 0, 0 }, { 0, 0, 0, 1 }, { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 1, 0, 0, 1 },
    };

    private static readonly int[,] s_predicted =
    {
        { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 1, 0, 0, 1 }, { 0, 1, 0, 1 }, { 0, 0, 0, 0 }, { 1, 1, 0, 1 },
        { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 1, 0, 0, 1 }, { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 1, 0, 0, 1 },
    };

    [Fact]
    public void Numbers_are_those_of_scikit_learn()
    {
        var report = MultiLabelReport.Of(s_true, s_predicted, ["billing", "login", "urgent", "x"]);
        Near(report.Micro, 0.7222222222222222, 0.7222222222222222, 0.7222222222222222);
        Near(report.Macro, 0.4847222222222222, 0.65, 0.5105263157894737);
        Near(report.Weighted, 0.7299382716049383, 0.7222222222222222, 0.7122807017543862);
        Near(report.Samples, 0.5555555555555555, 0.5972222222222222, 0.5638888888888888);
        Near(report.Labels[3], 0.88888889, 0.8, 0.84210526);
        Assert.Equal([5, 1, 2, 10], report.Labels.Select(row => row.Support));
        Assert.Equal(0.4166666666666667, report.SubsetAccuracy.Share, 1e-15);
        Assert.Equal(0.20833333333333334, report.HammingLoss, 1e-15);

        static void Near(ClassScores scores, double precision, double recall, double f1)
        {
            Assert.Equal(precision, scores.Precision, 1e-8);
            Assert.Equal(recall, scores.Recall, 1e-8);
            Assert.Equal(f1, scores.F1, 1e-8);
        }
    }

    [Fact]
    public void Text_is_that_of_scikit_learn() => Assert.Equal(
        """
                      precision    recall  f1-score   support

             billing       0.80      0.80      0.80         5
               login       0.25      1.00      0.40         1
              urgent       0.00      0.00      0.00         2
                   x       0.89      0.80      0.84        10

           micro avg       0.72      0.72      0.72        18
           macro avg       0.48      0.65      0.51        18
        weighted avg       0.73      0.72      0.71        18
         samples avg       0.56      0.60      0.56        18

        """.ReplaceLineEndings("\n"),
        MultiLabelReport.Of(s_true, s_predicted, ["billing", "login", "urgent", "x"]).ToString());

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Refused("has the value 2", new int[,] { { 2 } }, new int[,] { { 1 } });
        Refused("the shape (1, 1), yPredicted (1, 2)", new int[,] { { 1 } }, new int[,] { { 1, 0 } });
        Refused("There are no samples", new int[0, 2], new int[0, 2]);
        Assert.Contains("4 labels, but 1 names", Assert.Throws<ArgumentException>(() => MultiLabelReport.Of(s_true, s_predicted, ["a"])).Message, StringComparison.Ordinal);

        static void Refused(string message, int[,] yTrue, int[,] yPredicted) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => MultiLabelReport.Of(yTrue, yPredicted)).Message, StringComparison.Ordinal);
    }
}
