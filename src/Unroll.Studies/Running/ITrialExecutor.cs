namespace Unroll.Studies;

/// <summary>Carries out single trials. The runner knows nothing else of models and data; tests put made-up results here.</summary>
internal interface ITrialExecutor
{
    /// <summary>Loads a data set once; later trials share it.</summary>
    TrialDataset Load(DatasetDesign design, CancellationToken cancellationToken);

    /// <summary>Trains and tests a model on the calling thread.</summary>
    /// <param name="trial">What to run.</param>
    /// <param name="onEpoch">To be called after every epoch; throws to end the trial.</param>
    /// <param name="onStep">To be called after every training step with the share of the epoch that is done.</param>
    /// <param name="cancellationToken">Ends the trial with <see cref="OperationCanceledException"/>.</param>
    TrialOutcome Run(Trial trial, Action<EpochResult> onEpoch, Action<double> onStep, CancellationToken cancellationToken);
}

/// <summary>What a trial that ran to its end gave.</summary>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Epochs">All epochs; those already reported, now with their seconds.</param>
/// <param name="TestLoss">Loss on the test data after training.</param>
/// <param name="TestAccuracy">Accuracy on the test data after training, 0 to 1; NaN if it was not measured.</param>
/// <param name="TestSeconds">Seconds that the test took.</param>
/// <param name="Fingerprint">Hash of the final weights.</param>
public sealed record TrialOutcome(
    long Parameters, IReadOnlyList<EpochResult> Epochs, double TestLoss, double TestAccuracy, double TestSeconds, string Fingerprint)
{
    /// <summary>Which test examples were answered rightly; null if that was not found out.</summary>
    public CorrectAnswers? Correct { get; init; }
}
