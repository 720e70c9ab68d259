using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class ReproducibilityPage
{
    [Fact]
    public void Threads_do_not_change_weights() => Assert.StartsWith("the same weights: ", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 1000, MaxLen = 80 });

        Sequential Train(int threads)
        {
            var model = new Sequential(seed: 7) { new Embedding(1000, 8), new GRU(8) { Dropout = 0.2 }, new Dense(1, "sigmoid") };
            model.Threads = threads;
            model.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
            model.Fit(data.XTrain, data.YTrain, epochs: 2, verbose: 0);
            return model;
        }

        string one = Train(threads: 1).Fingerprint();
        string four = Train(threads: 4).Fingerprint();
        Console.WriteLine(one == four ? $"the same weights: {one}" : "this should never happen: please report it");
    }
}
