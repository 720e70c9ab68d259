using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Classification;

/// <summary>Whether rare classes count for more in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>By the root of how rare a class is, if the largest has more than three times the texts of the smallest; else alike.</summary>
    Auto,

    /// <summary>Every text counts the same.</summary>
    None,

    /// <summary>Every class counts the same: samples ÷ (classes · samples of the class).</summary>
    Balanced,
}

/// <summary>How <see cref="TextClassifier"/> reads, splits and trains. Every option has a default that suits most data.</summary>
public sealed record TextClassifierOptions
{
    /// <summary>A file or directory with the texts to test on, with the columns of the training file. Null: a share of the texts is kept back.</summary>
    public string? Test { get; init; }

    /// <summary>Share of the texts kept back for testing, of every class alike, above 0 and below 1; not used with <see cref="Test"/>.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Share of the training texts that say when to stop, of every class alike, above 0 and below 1.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Between two fields of a table; null: a tabulator in <c>.tsv</c>, else a comma.</summary>
    public char? Separator { get; init; }

    /// <summary>
    /// The sign between two labels of a text, <c>billing|urgent</c>: each text has any number of labels, and the classifier says of each
    /// label whether it fits. In JSON Lines a list of labels does as well. Null: a text has one label.
    /// </summary>
    public char? LabelSeparator { get; init; }

    /// <summary>How letters are written in the files; null: UTF-8.</summary>
    public System.Text.Encoding? Encoding { get; init; }

    /// <summary>False to keep the second of two texts that are the same and have the same label.</summary>
    public bool DropDuplicates { get; init; } = true;

    /// <summary>Most entries of the vocabulary, padding and the unknown word included.</summary>
    public int MaxWords { get; init; } = 20_000;

    /// <summary>How often a word must occur to get into the vocabulary. Rarer ones teach the model what an unknown word is.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>Words of a text that the model reads, the first ones; null: what the recipe reads: the LSTM as many as 95 % of the training texts have, at most 400, the others as many as 99.5 % have, at most 1,000.</summary>
    public int? MaxLength { get; init; }

    /// <summary>How texts are made alike before they are split.</summary>
    public TextStandardization Standardize { get; init; } = TextStandardization.LowerAndStripPunctuation;

    /// <summary>What texts are split into; for languages without blanks between words <see cref="TextSplitting.Character"/>.</summary>
    public TextSplitting Split { get; init; } = TextSplitting.Whitespace;

    /// <summary>The network, if <see cref="Layers"/> is null.</summary>
    public TextRecipe Recipe { get; init; }

    /// <summary>
    /// The layers behind the vocabulary, for a number of words and of classes: the first takes ids, the last puts out a
    /// probability for each class (or, for two classes, one for the second). Null: those of
    /// <see cref="Recipe"/>.
    /// </summary>
    public Func<int, int, IReadOnlyList<Layer>>? Layers { get; init; }

    /// <summary>The optimizer; null: Adam with a learning rate of 0.001, for the mean of words 0.005.</summary>
    public Func<Optimizer>? Optimizer { get; init; }

    /// <summary>Texts per step; null: 32, of 10,000 training texts or more 64.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Most passes over the training texts.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Passes without a better loss on the validation texts after which training stops. The best weights are kept.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>Whether rare classes count for more; with <see cref="LabelSeparator"/> all count alike.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>False to leave out the bag of words that the network is compared with.</summary>
    public bool Baseline { get; init; } = true;

    /// <summary>Further callbacks of the training; with <see cref="TextRecipe.Auto"/> of each.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>Seed of everything random: split, weights, order, dropout.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; results do not depend on it.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>What training prints: 0 nothing, 1 a progress bar, 2 a line per epoch.</summary>
    public int Verbose { get; init; }

    /// <summary>Ends training with an exception after the current step.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Ends training after the current step as if it had come to its end: the weights of the best epoch so far are kept and tested,
    /// the bag of words is left out. Before training has begun there is nothing to keep: an exception.
    /// </summary>
    public CancellationToken StopTraining { get; init; }

    /// <summary>
    /// A file that keeps what each epoch reached, until the classifier is saved: a training that is broken off, however it was, goes on
    /// from it with <see cref="Resume"/>. One that exists is refused without. Null: nothing is kept.
    /// </summary>
    public string? Backup { get; init; }

    /// <summary>
    /// Goes on from <see cref="Backup"/> to the same bits as a training that was not broken off. The texts and all options that the
    /// result depends on must be those of then; what callbacks of one's own keep to themselves begins anew.
    /// </summary>
    public bool Resume { get; init; }

    /// <exception cref="ArgumentException">There is no backup to go on from, or one that would be lost.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Check()
    {
        if (Resume && Backup is null) throw new ArgumentException("Resume is set, but not Backup, the file to go on from.", nameof(Resume));
        if (Backup is not null) TrainingBackup.Require(Backup, Resume);
        if (LabelSeparator is not null && ClassWeights == ClassWeighting.Balanced)
            throw new ArgumentException("ClassWeights are for texts of one label; with LabelSeparator leave them out.", nameof(ClassWeights));
        Share(TestShare, nameof(TestShare));
        Share(ValidationShare, nameof(ValidationShare));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWords, 3, nameof(MaxWords));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinCount, nameof(MinCount));
        if (MaxLength is { } length) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(MaxLength));
        if (BatchSize is { } batch) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epochs, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfNegative(Patience, nameof(Patience));

        static void Share(double share, string name)
        {
            if (share is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(name, share, $"{name} is {share}; it must be above 0 and below 1.");
        }
    }
}
