#pragma warning disable IDE0005 // Readers need Unroll.Datasets for Dataset, which is replaced here.
using Unroll;
using Unroll.Callbacks;
using Unroll.Datasets;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class CallbacksPage : IDisposable
{
    [Fact]
    public void Runs_with_all_of_them()
    {
        string printed = Printed.By(Snippet);
        Assert.Contains("best epoch ", printed, StringComparison.Ordinal);
        Assert.Contains("Restoring model weights from the end of the best epoch: ", printed, StringComparison.Ordinal);
        Assert.Contains("step 1 of 3: loss 0.", printed, StringComparison.Ordinal);
        Assert.Contains("\n2: 0.001\n", printed.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.StartsWith("epoch,accuracy,learning_rate,loss,val_accuracy,val_loss", File.ReadAllText("reviews.csv"), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine("logs", "first", "validation")));
        Assert.NotEmpty(Directory.GetFiles(".", "reviews-*.keras"));
        Assert.False(Directory.Exists("backup"));
    }

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 2000, MaxLen = 80 });
        var model = new Sequential { new Embedding(2000, 16), new LSTM(16), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);

        var stopping = new EarlyStopping { Monitor = "val_loss", Patience = 2, RestoreBestWeights = true, Verbose = 1 };
        History history = model.Fit(data.XTrain, data.YTrain, epochs: 20, validationSplit: 0.2, callbacks:
        [
            new ReduceLROnPlateau { Factor = 0.5, Patience = 1, Verbose = 1 },
            new ModelCheckpoint("reviews-{epoch:02d}-{val_loss:.2f}.keras") { SaveBestOnly = true },
            new CSVLogger("reviews.csv"),
            new TensorBoard("logs/first"),
            stopping,
        ]);
        Console.WriteLine($"best epoch {stopping.BestEpoch + 1} of {history.Epochs.Count}, validation loss {stopping.Best:F3}");

        model.Fit(data.XTrain, data.YTrain, epochs: 5, callbacks: [new BackupAndRestore("backup")]);

        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(data.XTrain, data.YTrain, epochs: 3, verbose: 0, callbacks:
        [
            new WarmUp(2),
            new LambdaCallback { EpochEnd = (epoch, logs) => Console.WriteLine($"{epoch}: {logs["learning_rate"]:G3}") },
        ]);
    }

    public void Dispose()
    {
        foreach (string path in Directory.GetFiles(".", "reviews-*.keras").Append("reviews.csv")) File.Delete(path);
        if (Directory.Exists("logs")) Directory.Delete("logs", recursive: true);
    }
}

internal sealed class WarmUp(int epochs) : Callback
{
    private double _rate;

    public override void OnTrainBegin() => _rate = Model.LearningRate;

    public override void OnEpochBegin(int epoch)
    {
        if (epoch < epochs) Model.LearningRate = _rate * (epoch + 1) / epochs;
    }

    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (batch % 100 == 0) Print($"step {batch + 1} of {Parameters.Steps}: loss {logs["loss"]:F3}");
        if (logs["loss"] > 10) Model.StopTraining = true;
    }

    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => logs["learning_rate"] = Model.LearningRate;
}
