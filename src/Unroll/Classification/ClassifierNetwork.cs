using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Classification;

/// <summary>Layers behind a vocabulary, and how they are trained.</summary>
/// <param name="Name">What reports call them.</param>
/// <param name="Longest">Words of a text that they read at most, if nobody says otherwise.</param>
/// <param name="Covered">Percentage of the texts that is read whole, if they are not longer than that.</param>
/// <param name="Layers">For a number of words and of classes.</param>
/// <param name="LearningRate">Of Adam.</param>
internal sealed record ClassifierNetwork(string Name, int Longest, double Covered, Func<int, int, IReadOnlyList<Layer>> Layers, double LearningRate = 0.001)
{
    /// <summary>True if they are the user's.</summary>
    private bool IsOwn { get; init; }

    // With many classes there is more to tell apart.
    private const int FewClasses = 8;

    /// <summary>The mean over the steps learns from every place of a text; the last state alone learns slowly from long ones.</summary>
    private static readonly ClassifierNetwork s_lstm = new("LSTM", 400, 95, (words, classes) =>
    [
        Embed(words, classes),
        new Dropout(0.5),
        new Bidirectional(new LSTM(classes <= FewClasses ? 32 : 64) { ReturnSequences = true }),
        new GlobalAveragePooling1D(),
        new Dropout(0.5),
        Answer(classes),
    ]);

    /// <summary>Dropout before the mean keeps pairs of words that occur once from being learned by heart.</summary>
    private static readonly ClassifierNetwork s_convolution = new("convolution", 1000, 99.5, (words, classes) =>
    [
        Embed(words, classes),
        new Dropout(0.5),
        new Conv1D(classes <= FewClasses ? 32 : 128, 2, activation: "relu"),
        new Dropout(0.5),
        new GlobalAveragePooling1D(),
        new Dropout(0.5),
        Answer(classes),
    ]);

    private static readonly ClassifierNetwork s_mean = new("mean of words", 1000, 99.5, (words, classes) =>
    [
        Embed(words, classes),
        new GlobalAveragePooling1D(),
        new Dropout(0.5),
        Answer(classes),
    ], LearningRate: 0.005);

    /// <summary>What the options ask for, in the order of training.</summary>
    public static IReadOnlyList<ClassifierNetwork> Of(TextClassifierOptions options) => options switch
    {
        { Layers: { } layers } => [s_lstm with { Name = "own layers", Layers = layers, IsOwn = true }],
        { Recipe: TextRecipe.Lstm } => [s_lstm],
        { Recipe: TextRecipe.Convolution } => [s_convolution],
        { Recipe: TextRecipe.MeanOfWords } => [s_mean],
        _ => [s_mean, s_convolution, s_lstm],
    };

    /// <summary>The layers; if a text can have several labels, each has a sigmoid of its own.</summary>
    public IReadOnlyList<Layer> Stack(int words, int classes, bool hasSeveralLabels)
    {
        IReadOnlyList<Layer> layers = Layers(words, classes);
        return hasSeveralLabels && !IsOwn ? [.. layers.SkipLast(1), new Dense(classes, "sigmoid")] : layers;
    }

    public Optimizer Optimizer() => new Adam(LearningRate);

    private static Embedding Embed(int words, int classes) => new(words, classes <= FewClasses ? 32 : 64) { MaskZero = true };

    private static Dense Answer(int classes) => classes == 2 ? new Dense(1, "sigmoid") : new Dense(classes, "softmax");
}
