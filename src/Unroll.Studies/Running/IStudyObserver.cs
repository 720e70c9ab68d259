using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>
/// Is told what happens in a run. Calls come from the threads of the trials, but never two at a time.
/// </summary>
public interface IStudyObserver
{
    /// <summary>Before anything is loaded. Trials that must give the same are told once.</summary>
    void RunStarted(Study study, IReadOnlyList<Trial> trials, int jobs)
    {
    }

    /// <summary>A data set is being loaded and cut to length.</summary>
    void DatasetLoading(DatasetDesign design)
    {
    }

    /// <summary>A data set is there.</summary>
    void DatasetLoaded(DatasetDesign design, TrialDataset info)
    {
    }

    /// <summary>A worker leaves a run to others, since it can't come to the same results here; the reason says why and what to do.</summary>
    void RunRefused(StoredRun run, string reason)
    {
    }

    /// <summary>The data are there and the store is open; what it has already is not run again.</summary>
    void StoreOpened(RunProgress run)
    {
    }

    /// <summary>A trial begins.</summary>
    void TrialStarted(TrialProgress trial)
    {
    }

    /// <summary>Training goes on within an epoch; told a few times a second at most.</summary>
    void TrialAdvanced(TrialProgress trial, RunProgress run)
    {
    }

    /// <summary>An epoch of a trial has ended, its validation included.</summary>
    void EpochCompleted(TrialProgress trial, EpochResult epoch, RunProgress run)
    {
    }

    /// <summary>A trial has ended, well or not, or was stopped.</summary>
    void TrialCompleted(TrialResult result, RunProgress run)
    {
    }
}

/// <summary>How far a trial is.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="EpochsDone">Epochs that have ended.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Elapsed">Time since the trial began.</param>
/// <param name="Remaining">Estimated time left; null while it can't be said.</param>
public sealed record TrialProgress(Trial Trial, int EpochsDone, int Epochs, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Share of the running epoch's training that is done, 0 to 1.</summary>
    public double EpochShare { get; init; }
}

/// <summary>How far a run is.</summary>
/// <param name="Done">Trials that have ended, those of earlier runs and of other processes among them.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="Total">Trials in all.</param>
/// <param name="Fraction">Share of the estimated work that is done, 0 to 1.</param>
/// <param name="Elapsed">Time since this run began.</param>
/// <param name="Remaining">Estimated time left; null while it can't be said.</param>
public sealed record RunProgress(int Done, int Failed, int Total, double Fraction, TimeSpan Elapsed, TimeSpan? Remaining);
