namespace Unroll.Studies;

/// <summary>What became of a trial.</summary>
public enum TrialState
{
    /// <summary>It has not been begun, or was stopped while it ran: the next run of the study begins it anew.</summary>
    Waiting,

    /// <summary>It runs, here or in another process.</summary>
    Running,

    /// <summary>It ran to its end.</summary>
    Complete,

    /// <summary>It ended with an error; see <see cref="TrialResult.Error"/>.</summary>
    Failed,
}

/// <summary>The data that trials were run on.</summary>
/// <param name="Name">For people, for example <c>IMDB reviews</c>.</param>
/// <param name="IsFallback">True if made-up data stood in for what was asked for: the numbers say nothing about it.</param>
/// <param name="Notice">What the user must be told; null if nothing.</param>
/// <param name="TrainCount">Training samples.</param>
/// <param name="TestCount">Test samples.</param>
public sealed record TrialDataset(string Name, bool IsFallback, string? Notice, int TrainCount, int TestCount)
{
    /// <summary>Share of the training samples that were cut to the length, 0 to 1.</summary>
    public double CutShare { get; init; }

    /// <summary>Share of the training tokens that are out of vocabulary, 0 to 1.</summary>
    public double OovShare { get; init; }

    /// <summary>Hash of the sequences and labels, so that results on other data are never taken for these; empty if not known.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The classes of texts of one's own, while they are loaded; else null.</summary>
    internal IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Share of the larger class among the test samples; NaN if not counted.</summary>
    public double MajorityShare { get; init; } = double.NaN;

    /// <summary>Test accuracy of a logistic regression on which words occur; NaN if not computed.</summary>
    public double BagOfWordsAccuracy { get; init; } = double.NaN;
}

/// <summary>The record of one trial. Numbers that it does not have are NaN.</summary>
public sealed record TrialResult
{
    /// <summary>What was run.</summary>
    public required Trial Trial { get; init; }

    /// <summary>What became of it.</summary>
    public required TrialState State { get; init; }

    /// <summary>Why it failed; null if it did not.</summary>
    public string? Error { get; init; }

    /// <summary>The data; null if the trial never got that far.</summary>
    public TrialDataset? Dataset { get; init; }

    /// <summary>Number of weights; null if the model was never built.</summary>
    public long? Parameters { get; init; }

    /// <summary>The epochs that were run.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];

    /// <summary>Loss on the test data after training.</summary>
    public double TestLoss { get; init; } = double.NaN;

    /// <summary>Accuracy on the test data after training, 0 to 1.</summary>
    public double TestAccuracy { get; init; } = double.NaN;

    /// <summary>Seconds that the test took.</summary>
    public double TestSeconds { get; init; } = double.NaN;

    /// <summary>Which test examples were answered rightly; null if that is not known.</summary>
    public CorrectAnswers? Correct { get; init; }

    /// <summary>Hash of the final weights; null if training did not end.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Threads inside the trial.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Trials that ran side by side, this one included; 0 if it never began. Above 1, times are longer than alone.</summary>
    public int Jobs { get; init; }

    /// <summary>Seconds in training, validation apart.</summary>
    public double FitSeconds => Epochs.Count == 0 ? double.NaN : Epochs.Sum(epoch => epoch.Seconds);

    /// <summary>Seconds in validation.</summary>
    public double ValidationSeconds => Epochs.Count == 0 ? double.NaN : Epochs.Sum(epoch => epoch.ValidationSeconds);

    /// <summary>A value of the last epoch, such as <c>loss</c> or <c>val_accuracy</c>; NaN if there is none.</summary>
    public double Last(string name) =>
        Epochs.Count > 0 && Epochs[^1].Logs.TryGetValue(name, out double value) ? value : double.NaN;
}

/// <summary>One cell with its trials.</summary>
/// <param name="Cell">The design.</param>
/// <param name="Trials">One result per repeat, in order of the repeats.</param>
public sealed record CellResult(StudyCell Cell, IReadOnlyList<TrialResult> Trials)
{
    /// <summary>The trials that ran to their end; only these enter means.</summary>
    public IEnumerable<TrialResult> Complete => Trials.Where(trial => trial.State == TrialState.Complete);

    /// <summary>Number of trials that failed.</summary>
    public int Failed => Trials.Count(trial => trial.State == TrialState.Failed);

    /// <summary>Number of weights; null if no model was built.</summary>
    public long? Parameters => Trials.Select(trial => trial.Parameters).FirstOrDefault(count => count is not null);

    /// <summary>Test accuracy over the repeats.</summary>
    public Summary TestAccuracy => Summary.Of(Complete.Select(trial => trial.TestAccuracy));

    /// <summary>Test loss over the repeats.</summary>
    public Summary TestLoss => Summary.Of(Complete.Select(trial => trial.TestLoss));

    /// <summary>Seconds in training over the repeats.</summary>
    public Summary FitSeconds => Summary.Of(Complete.Select(trial => trial.FitSeconds));

    /// <summary>A value of the last epoch over the repeats.</summary>
    public Summary Last(string name) => Summary.Of(Complete.Select(trial => trial.Last(name)));
}

/// <summary>One part with its cells.</summary>
/// <param name="Part">The part.</param>
/// <param name="Cells">Its cells in order.</param>
public sealed record PartResult(StudyPart Part, IReadOnlyList<CellResult> Cells)
{
    /// <summary>Rank of each cell by mean test accuracy, best first and from 1; equal means share the better rank; 0 without a mean.</summary>
    public IReadOnlyList<int> Ranks
    {
        get
        {
            double[] means = [.. Cells.Select(cell => cell.TestAccuracy.Mean)];
            return [.. means.Select(mean => double.IsNaN(mean) ? 0 : 1 + means.Count(other => other > mean))];
        }
    }
}

/// <summary>Where and with what a study was run.</summary>
/// <param name="Version">Version of Unroll.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="System">Operating system and processor architecture.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="Jobs">Trials that ran side by side; above 1, times are not comparable with times of trials run alone.</param>
/// <param name="Repeats">Seeds per cell.</param>
/// <param name="Seed">Seed of the first repeat.</param>
/// <param name="Started">When the run began.</param>
/// <param name="Seconds">How long the whole run took.</param>
public sealed record RunEnvironment(
    string Version, string Runtime, string System, int Processors, int Jobs, int Repeats, int Seed, DateTimeOffset Started, double Seconds);

/// <summary>All results of a run.</summary>
public sealed record StudyResult
{
    /// <summary>The study.</summary>
    public required Study Study { get; init; }

    /// <summary>The parts that were run, by this run or an earlier one into the same store.</summary>
    public required IReadOnlyList<PartResult> Parts { get; init; }

    /// <summary>Where and with what.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>True if the run was stopped before its end.</summary>
    public bool Cancelled { get; init; }

    /// <summary>True if every trial that any run of the study asked for has ended.</summary>
    public bool IsFinished => Trials.All(trial => trial.State is TrialState.Complete or TrialState.Failed);

    /// <summary>The report, if reports were written.</summary>
    public string? ReportPath { get; init; }

    /// <summary>All trials, part by part and cell by cell.</summary>
    public IEnumerable<TrialResult> Trials => Parts.SelectMany(part => part.Cells).SelectMany(cell => cell.Trials);

    /// <summary>The data sets that were used, each once.</summary>
    public IReadOnlyList<TrialDataset> Datasets => [.. Trials.Select(trial => trial.Dataset).OfType<TrialDataset>().DistinctBy(info => (info.Name, info.IsFallback))];

    /// <summary>True if made-up data stood in for what the study asked for.</summary>
    public bool UsedFallback => Datasets.Any(info => info.IsFallback);
}
