using Unroll.Classification;
using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Classification;

public sealed class LogisticRegressionTests
{
    /// <summary>The problem is convex: where the slope, taken from differences of values alone, is 0, there is the one minimum.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void It_ends_where_the_loss_is_least(int classes)
    {
        (SparseRow[] rows, int[] y) = Data(classes, 60, 7);
        LogisticRegression fitted = LogisticRegression.Fit(rows, y, 7, classes);
        int columns = classes == 2 ? 1 : classes;
        double[] gradient = new double[fitted.Weights.Length];
        for (int i = 0; i < fitted.Weights.Length; i++)
        {
            double[] above = [.. fitted.Weights], below = [.. fitted.Weights];
            above[i] += 1e-4;
            below[i] -= 1e-4;
            double slope = (Loss(rows, y, columns, above) - Loss(rows, y, columns, below)) / 2e-4;
            Assert.Equal(0, slope, 2e-4);
        }

        Assert.Equal(Loss(rows, y, columns, fitted.Weights), LogisticRegression.Objective(rows, y, columns, fitted.Weights, gradient), 1e-12);
        Assert.True(rows.Zip(y).Count(pair => fitted.Predict(pair.First) == pair.Second) > rows.Length * 0.9);
    }

    /// <summary>scikit-learn's objective with C = 1 over the number of rows, in the platform's own functions.</summary>
    private static double Loss(SparseRow[] rows, int[] y, int columns, double[] weights)
    {
        double loss = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            double[] scores = [.. Enumerable.Range(0, columns).Select(k =>
                weights[weights.Length - columns + k] + rows[i].Features.Zip(rows[i].Values, (feature, x) => x * weights[feature * columns + k]).Sum())];
            if (columns == 1) scores = [0, scores[0]];
            loss += double.Log(scores.Sum(double.Exp)) - scores[y[i]];
        }

        return (loss + weights[..^columns].Sum(w => w * w) / 2) / rows.Length;
    }

    private static (SparseRow[] Rows, int[] Y) Data(int classes, int count, int features)
    {
        var random = new Philox(3, RandomPurpose.BenchmarkData);
        int[] y = [.. Enumerable.Range(0, count).Select(i => i % classes)];
        return ([.. y.Select(k => new SparseRow([k, classes + random.NextInt32(features - classes)], [2, (float)random.NextDouble()]))], y);
    }
}
