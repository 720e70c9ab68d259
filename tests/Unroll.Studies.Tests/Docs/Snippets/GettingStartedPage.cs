using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Studies.Plots;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

public sealed class GettingStartedPage
{
    [Fact]
    public void Trains_predicts_and_draws()
    {
        string text = Printed.By(Snippet);
        Assert.Contains("test loss 0.", text, StringComparison.Ordinal);
        Assert.Contains("good with probability", text, StringComparison.Ordinal);
        Assert.Contains("lstm (LSTM)", text, StringComparison.Ordinal);
        Assert.Equal("curves.svg", File.Name);
        Assert.Contains("<svg", File.Text, StringComparison.Ordinal);
    }

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 2000, MaxLen = 80 });
        if (data.Notice is not null) Console.WriteLine(data.Notice);

        var model = new Sequential { new Embedding(2000, 16), new LSTM(16), new Dense(1, "sigmoid") };
        model.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
        model.Fit(data.XTrain, data.YTrain, epochs: 3, validationSplit: 0.2);

        (double loss, double accuracy) = model.Evaluate(data.XTest, data.YTest);
        Console.WriteLine($"test loss {loss:F4}, test accuracy {accuracy:F4}");

        // Ask about a text of your own
        var wordIndex = Dataset.GetWordIndex(data.Name);
        int Id(string word) => wordIndex.TryGetValue(word, out int rank) && rank + 3 < 2000 ? rank + 3 : 2;

        int[] review = [1, .. "the film was not very good".Split(' ').Select(Id)];
        float probability = model.Predict(Sequences.Pad([review], maxLen: 80))[0, 0];
        Console.WriteLine($"good with probability {probability:P0}");

        // See what happened
        Console.Write(model.Summary());
        History history = model.Fit(data.XTrain, data.YTrain, epochs: 2, verbose: 2, validationSplit: 0.2);
        File.WriteAllText("curves.svg", LearningCurves.Svg(history, "Training goes on"));
    }
    /// <summary>Stands in for the class of that name.</summary>
    private static class File
    {
        public static string Name { get; private set; } = "";

        public static string Text { get; private set; } = "";

        public static void WriteAllText(string path, string text) => (Name, Text) = (path, text);
    }
}
