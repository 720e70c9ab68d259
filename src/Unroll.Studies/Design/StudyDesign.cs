using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>Which data a model is trained on, and how the sequences are cut to one length.</summary>
/// <param name="Name"><c>imdb</c>, <c>synthetic</c>, or <c>auto</c> (IMDB if it can be had, else synthetic); of texts of one's own the name of the file.</param>
/// <param name="NumWords">Size of the vocabulary: ids at or above it become the out-of-vocabulary id.</param>
/// <param name="MaxLen">Length of every sequence in tokens.</param>
/// <param name="Padding">Where zeros are added to short sequences: <c>pre</c> or <c>post</c>.</param>
/// <param name="Truncating">Where long sequences are cut: <c>pre</c> or <c>post</c>.</param>
public sealed record DatasetDesign(string Name, int NumWords, int MaxLen, string Padding, string Truncating)
{
    /// <summary>The file of texts of one's own; null: one of Unroll's data sets.</summary>
    public TextsDesign? Texts { get; init; }
}

/// <summary>What the epochs are validated on.</summary>
public enum ValidationKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The last part of the training data, which is then not trained on.</summary>
    Split,

    /// <summary>The test data. A choice made by such numbers is a choice made on the test data.</summary>
    Test,
}

/// <summary>How a model is trained.</summary>
/// <param name="Optimizer">The optimizer and its arguments.</param>
/// <param name="Loss">Name of the loss.</param>
/// <param name="Metrics">Names of the metrics.</param>
/// <param name="BatchSize">Samples per training step.</param>
/// <param name="Epochs">Passes over the training data.</param>
/// <param name="Validation">What the epochs are validated on.</param>
/// <param name="ValidationSplit">Share of the training data that validates, with <see cref="ValidationKind.Split"/>.</param>
public sealed record TrainingDesign(
    ObjectConfig Optimizer,
    string Loss,
    IReadOnlyList<string> Metrics,
    int BatchSize,
    int Epochs,
    ValidationKind Validation,
    double ValidationSplit)
{
    /// <summary>What watches and steers each trial, for example early stopping.</summary>
    public IReadOnlyList<ObjectConfig> Callbacks { get; init; } = [];
}

/// <summary>Everything that decides a trial, the seed apart.</summary>
/// <param name="Dataset">The data.</param>
/// <param name="Training">The training.</param>
/// <param name="Model">The layers in order.</param>
public sealed record StudyDesign(DatasetDesign Dataset, TrainingDesign Training, IReadOnlyList<ObjectConfig> Model)
{
    /// <summary>The layers in one line, for example <c>Embedding(output_dim=8) → LSTM(8) → Dense(1, sigmoid)</c>.</summary>
    public string ModelText => string.Join(" → ", Model);
}

/// <summary>Numbers that somebody else reported for a design, to stand beside ours. Absent ones are null.</summary>
public sealed record PublishedNumbers
{
    /// <summary>Loss on the training data after the last epoch.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Accuracy on the training data after the last epoch, 0 to 1.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Loss on the validation data after the last epoch.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Accuracy on the validation data after the last epoch, 0 to 1.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Loss on the test data.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Accuracy on the test data, 0 to 1.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Number of weights.</summary>
    public long? Parameters { get; init; }

    /// <summary>Training time in seconds.</summary>
    public double? Seconds { get; init; }
}
