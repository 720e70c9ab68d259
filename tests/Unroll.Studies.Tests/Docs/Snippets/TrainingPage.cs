#pragma warning disable IDE0005 // Readers need Unroll.Datasets for Dataset, which is replaced here.
using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Schedules;
using Xunit;

namespace ReaderCode;

public sealed class TrainingPage
{
    [Fact]
    public void Trains_with_everything() => Assert.Contains("learning rate 0.002, area 0.", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 2000, MaxLen = 80 });
        var model = new Sequential { new Embedding(2000, 16), new GRU(16), new Dense(1, activation: "sigmoid") };

        var optimizer = new AdamW(new CosineDecay(2e-3, 5000), weightDecay: 0.01) { Clipnorm = 1 };
        model.Compile(optimizer, new BinaryCrossentropy(labelSmoothing: 0.1), metrics: ["accuracy", new AUC()]);
        model.Fit(data.XTrain, data.YTrain, epochs: 3, classWeight: new Dictionary<int, double> { [0] = 1, [1] = 2 });
        Console.WriteLine($"learning rate {model.LearningRate:G3}, area {model.Evaluate(data.XTest, data.YTest).Logs["auc"]:F3}");
    }
}
