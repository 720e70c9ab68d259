using Unroll;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

public sealed class ReadmePage
{
    [Fact]
    public void Trains_and_tests() => Assert.Contains("Total params: 9,617", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var ((xTrain, yTrain), (xTest, yTest)) = Imdb.Load(numWords: 1000);
        int[,] x = Sequences.Pad(xTrain, maxLen: 80);
        int[,] test = Sequences.Pad(xTest, maxLen: 80);

        var model = new Sequential
        {
            new Embedding(1000, 8),
            new LSTM(16),
            new Dense(1, "sigmoid"),
        };
        model.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
        Console.Write(model.Summary());
        model.Fit(x, yTrain, epochs: 5, validationSplit: 0.2);
        (double loss, double accuracy) = model.Evaluate(test, yTest);
        Assert.True(loss > 0 && accuracy is >= 0 and <= 1);
    }
}
