using System.Text.Json;
using Unroll.Preprocessing;
using Xunit;

namespace Unroll.Tests.Preprocessing;

public sealed class TrainTestSplitTests
{
    /// <summary>The sizes of scikit-learn 1.2, those of each class wherever they are not drawn by lot.</summary>
    [Fact]
    public void Sizes()
    {
        int stratified = 0;
        foreach (JsonElement test in Recorded.Cases("splits"))
        {
            int[] y = test.Ints("y");
            double share = test.GetProperty("test_size").GetDouble();
            if (share >= 1) share = (share - 0.5) / y.Length; // a number of samples there
            var (train, testRows) = TrainTestSplit.Indices(y.Length, share);
            Assert.Equal(test.GetProperty("train_rows").GetInt32(), train.Length);
            Assert.Equal(test.GetProperty("test_rows").GetInt32(), testRows.Length);
            Assert.Equal(Enumerable.Range(0, y.Length), train.Concat(testRows).Order());

            (train, testRows) = TrainTestSplit.Indices(y.Length, share, 3, y);
            Assert.Equal(Enumerable.Range(0, y.Length), train.Concat(testRows).Order());
            if (test.GetProperty("test_counts").ValueKind == JsonValueKind.Null) continue;
            stratified++;
            Assert.Equal(test.Ints("test_counts"), Enumerable.Range(0, y.Max() + 1).Select(label => testRows.Count(i => y[i] == label)));
        }

        Assert.InRange(stratified, 3, 6);
    }

    [Fact]
    public void Arrays_stay_together()
    {
        int[] y = [.. Enumerable.Range(0, 20).Select(i => i % 2)];
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"text {i}")];
        var rows = new int[20, 3];
        var series = new float[20, 2, 2];
        for (int i = 0; i < 20; i++) (rows[i, 2], series[i, 1, 1]) = (i, i);

        var (xTrain, xTest, yTrain, yTest) = TrainTestSplit.Split(texts, y, testSize: 0.2, seed: 42, stratify: y);
        Assert.Equal([16, 4, 16, 4], [xTrain.Length, xTest.Length, yTrain.Length, yTest.Length]);
        Assert.Equal(2, yTest.Sum());
        Assert.All(xTrain.Zip(yTrain), pair => Assert.Equal(pair.Second, int.Parse(pair.First[5..]) % 2));

        var (train, test) = TrainTestSplit.Indices(20, 0.2, 42, y);
        Assert.Equal(xTest, test.Select(i => texts[i]));
        var split2 = TrainTestSplit.Split(rows, y, 0.2, 42, y);
        Assert.Equal(test, Enumerable.Range(0, 4).Select(k => split2.XTest[k, 2]));
        var split3 = TrainTestSplit.Split(series, y, 0.2, 42, y);
        Assert.Equal(train, Enumerable.Range(0, 16).Select(k => (int)split3.XTrain[k, 1, 1]));
        Assert.NotEqual(test, TrainTestSplit.Indices(20, 0.2, 43, y).Test);
        Assert.Equal([15, 16, 17, 18, 19], TrainTestSplit.Indices(20, shuffle: false).Test);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainTestSplit.Indices(10, 1));
        Assert.Contains("leaves 0 for training", Assert.Throws<ArgumentException>(() => TrainTestSplit.Indices(1, 0.5)).Message);
        Assert.Contains("'b' has one sample", Assert.Throws<ArgumentException>(() => TrainTestSplit.Indices(4, 0.5, 0, (string[])["a", "a", "a", "b"])).Message);
        Assert.Contains("2 classes", Assert.Throws<ArgumentException>(() => TrainTestSplit.Indices(4, 0.2, 0, (int[])[0, 0, 1, 1])).Message);
        Assert.Contains("3 samples, but 2 labels", Assert.Throws<ArgumentException>(() => TrainTestSplit.Split(new int[3], new int[2])).Message);
        Assert.Contains("keep their order", Assert.Throws<ArgumentException>(() => TrainTestSplit.Indices(4, 0.5, 0, (int[])[0, 0, 1, 1], shuffle: false)).Message);
    }
}
