using System.Globalization;
using Unroll.Studies;
using Unroll.Studies.Reports;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>Progress as lines, for files and pipes.</summary>
internal sealed class PlainProgress(TextWriter text) : IStudyObserver
{
    private int _total;

    public void RunStarted(Studies.Study study, IReadOnlyList<Trial> trials, int jobs)
    {
        _total = trials.Count;
        string sideBySide = jobs == 1 ? "one at a time" : $"{jobs} side by side";
        text.WriteLine($"{study.Title}: {(_total == 1 ? "1 trial" : $"{_total} trials")}, {sideBySide}");
    }

    public void DatasetLoading(DatasetDesign design) => text.WriteLine($"loading {StudyText.Dataset(design)}");

    public void DatasetLoaded(DatasetDesign design, TrialDataset info)
    {
        if (info.IsFallback) text.WriteLine($"WARNING: MADE-UP DATA, not real reviews. {info.Notice}");
    }

    public void RunRefused(StoredRun run, string reason) => text.WriteLine($"Run {run.Id} of '{run.Run.Study}' is left to others: {reason}");

    public void StoreOpened(RunProgress run)
    {
        if (run.Done > 0) text.WriteLine($"{run.Done} of {run.Total} trials are stored already");
    }

    public void EpochCompleted(TrialProgress trial, EpochResult epoch, RunProgress run) =>
        text.WriteLine($"{StudyText.Name(trial.Trial)}: epoch {trial.EpochsDone}/{trial.Epochs}{StudyText.Logs(epoch)}; all trials: {Percent(run.Fraction)}{StudyText.Left(run.Remaining)}");

    public void TrialCompleted(TrialResult result, RunProgress run)
    {
        string counter = $"[{run.Done.ToString(CultureInfo.InvariantCulture).PadLeft(_total.ToString(CultureInfo.InvariantCulture).Length)}/{_total}]";
        text.WriteLine(result.State switch
        {
            TrialState.Complete => $"{counter} {StudyText.Name(result.Trial)}: test accuracy {NumberText.Percent(new Summary(1, result.TestAccuracy, double.NaN))}, test loss {NumberText.Loss(new Summary(1, result.TestLoss, double.NaN))}, trained for {NumberText.Duration(TimeSpan.FromSeconds(result.FitSeconds))}",
            TrialState.Failed => $"{counter} {StudyText.Name(result.Trial)}: FAILED: {result.Error}",
            TrialState.Running => $"{counter} {StudyText.Name(result.Trial)}: taken over by another process",
            _ => $"{counter} {StudyText.Name(result.Trial)}: stopped",
        });
    }

    private static string Percent(double fraction) => (fraction * 100).ToString("F0", CultureInfo.InvariantCulture) + " %";
}
