using Unroll.Classification;
using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Serving.Tests;

/// <summary>Small classifiers in files.</summary>
internal static class Classifiers
{
    private static readonly string[] s_good = ["lovely", "great", "wonderful"], s_bad = ["dull", "awful", "boring"], s_common = ["a", "the", "film", "story", "and"];

    private static readonly Lazy<TextClassifier> s_trained = new(Train);

    /// <summary>One that was trained: good and bad films, told by their words.</summary>
    public static TextClassifier Trained => s_trained.Value;

    /// <summary>One with weights by chance, of its own for each seed.</summary>
    public static TextClassifier Untrained(int seed, params string[] labels)
    {
        var vectorize = new TextVectorization { OutputSequenceLength = 40 };
        vectorize.SetVocabulary([.. s_good, .. s_bad, .. s_common]);
        var model = new Sequential("untrained", seed) { vectorize, new Embedding(13, 8) { MaskZero = true }, new LSTM(8), new Dense(labels.Length, "softmax") };
        model.Build(1);
        return new TextClassifier(model, labels);
    }

    /// <summary>One that says of each label whether a text has it: of the words "great" and "dull" by sure weights.</summary>
    public static TextClassifier OfSeveralLabels()
    {
        var vectorize = new TextVectorization { OutputSequenceLength = 8 };
        vectorize.SetVocabulary(["great", "dull"]);
        var model = new Sequential("several") { vectorize, new Embedding(4, 2), new GlobalMaxPooling1D(), new Dense(2, "sigmoid") };
        model.Build(1);
        model.SetWeights([[0, 0, 0, 0, 1, 0, 0, 1], [8, 0, 0, 8], [-4, -4]]);
        model.LabelSeparator = '|';
        return new TextClassifier(model, ["good", "bad"]);
    }

    private static TextClassifier Train()
    {
        string[] texts = [.. Enumerable.Range(0, 120).Select(i => $"{s_common[i % 5]} {(i % 2 == 0 ? s_good : s_bad)[i / 2 % 3]} {s_common[i / 7 % 5]} {s_common[i / 3 % 5]} {i}")];
        string[] labels = [.. Enumerable.Range(0, 120).Select(i => i % 2 == 0 ? "good" : "bad")];
        return TextClassifier.Train(new LabeledTexts(texts, labels, [.. Enumerable.Range(1, texts.Length)]), new TextClassifierOptions
        {
            Layers = (words, _) => [new Embedding(words, 8) { MaskZero = true }, new LSTM(8), new Dense(1, "sigmoid")],
            Optimizer = () => "adam(learning_rate=0.02)",
            MaxLength = 40,
            Epochs = 12,
            Threads = 1,
        });
    }
}
