using Unroll;
using Unroll.Layers;
using Unroll.Saving;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

[Collection("files of the pages about texts")]
public sealed class SavingPage : IDisposable
{
    [Fact]
    public void Models_and_weights_come_back()
    {
        int[,] x = { { 1, 2, 3 }, { 4, 5, 0 }, { 7, 8, 9 } };
        int[] y = [1, 0, 1];
        var model = new Sequential { new Embedding(1000, 8) { MaskZero = true }, new LSTM(16), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(x, y, verbose: 0);
        string printed = Printed.By(() =>
        {
            model.Save("reviews.keras");
            Model loaded = Model.Load("reviews.keras");

            Assert.Equal(model.Fingerprint(), loaded.Fingerprint());
            loaded.Fit(x, y, epochs: 2, verbose: 0);
            Console.WriteLine(loaded.Fingerprint());

            model.SaveWeights("reviews.weights.h5");
            var other = new Sequential { new Embedding(1000, 8) { MaskZero = true }, new LSTM(16), new Dense(1, "sigmoid") };
            other.LoadWeights("reviews.weights.h5");

            Assert.Equal(model.Fingerprint(), other.Fingerprint());
            ModelFileInfo info = ModelFileInfo.Read("reviews.keras");
            Console.WriteLine($"{info.Format}, {info}");

            foreach (string notice in Model.Load("reviews.keras").LoadNotices) Console.WriteLine(notice);

            Model reader = Model.Load("reviews.keras", compile: false);
            reader.Compile("adam", "binary_crossentropy", ["accuracy"]);

            Assert.Equal(model.Fingerprint(), reader.Fingerprint());
            model.Text = TextPipeline.ForReviews(Imdb.GetWordIndex(), numWords: 1000, maxLen: 80);
            model.Save("reviews.keras");
            TextPipeline text = Model.Load("reviews.keras").Text!;
            Console.WriteLine(string.Join(' ', text.Encode("A great film").Cast<int>().TakeLast(4)));
        });
        model.Fit(x, y, epochs: 2, verbose: 0);
        Assert.Equal($"{model.Fingerprint()}\nKerasArchive, written by Unroll 0.1.0\n{Ids()}\n", printed.ReplaceLineEndings("\n"));
    }

    private static string Ids() => string.Join(' ', new[] { "a", "great", "film" }
        .Select(word => Imdb.GetWordIndex().TryGetValue(word, out int rank) && rank < 997 ? rank + 3 : 2).Prepend(1));

    public void Dispose()
    {
        File.Delete("reviews.keras");
        File.Delete("reviews.weights.h5");
    }
}
