using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class LayersPage
{
    [Fact]
    public void Trains_in_both_directions()
    {
        string text = Printed.By(Snippet);
        Assert.Contains("bidirectional (Bidirectional)", text, StringComparison.Ordinal);
        Assert.Contains("(None, 40, 16)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_words_and_sentences() => Assert.Equal([1], Hierarchy().Outputs[0].Shape);

    private static Model Hierarchy()
    {
        Symbol words = Input.Ids(12), text = Input.Ids([4, 12]);
        var sentence = new Model(words, new GRU(8).Call(new Embedding(50, 6) { MaskZero = true }.Call(words)), "sentence");
        var model = new Model(text, new Dense(1, "sigmoid").Call(new GRU(8).Call(new TimeDistributed(sentence).Call(text))));
        return model;
    }

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 2000, MaxLen = 40 });
        var model = new Sequential
        {
            new Embedding(2000, 8) { MaskZero = true },
            new SpatialDropout1D(0.2),
            new Bidirectional(new LSTM(8) { ReturnSequences = true }),
            new GlobalAveragePooling1D(),
            new Dropout(0.3),
            new Dense(1, "sigmoid"),
        };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(data.XTrain, data.YTrain, epochs: 2, verbose: 2);
        Console.Write(model.Summary());
    }
}
