#pragma warning disable IDE0005 // Readers need Unroll.Datasets for Imdb, which is replaced here.
using Unroll;
using Unroll.Datasets;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

public sealed class ComingFromKerasPage
{
    [Fact]
    public void Trains_and_tests() => Assert.Contains("Optimizer params", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var ((xTrain, yTrain), (xTest, yTest)) = Imdb.Load(numWords: 2000);
        int[,] x = Sequences.Pad(xTrain, "post", "post", maxLen: 30);
        int[,] test = Sequences.Pad(xTest, "post", "post", maxLen: 30);

        var model = new Sequential(seed: 1);
        model.Add(new Embedding(2000, 50));
        model.Add(new SimpleRNN(5) { KernelInitializer = new RandomNormal { Stddev = 0.001 } });
        model.Add(new Dense(1, "sigmoid"));
        model.Compile(new RMSprop(1e-4), "binary_crossentropy", ["accuracy"]);
        History history = model.Fit(x, yTrain, batchSize: 64, epochs: 10, verbose: 2, validationSplit: 0.2);
        Console.Write(model.Summary());
        (double loss, double accuracy) = model.Evaluate(test, yTest, verbose: 0);
        Assert.Equal(10, history["val_loss"].Count);
        Assert.True(loss > 0 && accuracy is >= 0 and <= 1);
    }
}
