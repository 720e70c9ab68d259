using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class PerformancePage
{
    [Fact]
    public void A_review_by_itself_gets_the_prediction_it_gets_among_others() =>
        Assert.StartsWith("the same: ", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 1000, MaxLen = 80 });
        var model = new Sequential(seed: 1) { new Embedding(1000, 8), new LSTM(32), new Dense(1, "sigmoid") };
        model.Threads = Environment.ProcessorCount; // at most: a fit times some steps and takes fewer if they are faster
        model.Compile(optimizer: "adam", loss: "binary_crossentropy");
        model.Fit(data.XTrain, data.YTrain, verbose: 0);

        var review = new int[1, 80];
        for (int t = 0; t < 80; t++) review[0, t] = data.XTest[7, t];
        float alone = model.Predict(review)[0, 0], among = model.Predict(data.XTest)[7, 0];
        Console.WriteLine(alone == among ? $"the same: {alone}" : "this should never happen: please report it");
    }
}
