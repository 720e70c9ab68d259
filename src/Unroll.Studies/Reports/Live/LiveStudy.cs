using Unroll.Studies.Analysis;
using Unroll.Studies.Storage;

namespace Unroll.Studies.Reports;

/// <summary>
/// A study as its store has it at one moment, for a page that follows it. Only reads. What has ended is analysed once;
/// a moment in which nothing more has ended costs no more than reading.
/// </summary>
public sealed class LiveStudy
{
    private readonly IStudyStore _store;
    private readonly string? _name;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private (string Ended, StudyAnalysis Analysis)? _known;

    /// <summary>Follows a study.</summary>
    /// <param name="store">The store, which must stay open.</param>
    /// <param name="name">Name of the study; null if the store has only one.</param>
    /// <param name="time">The clock; null for the machine's.</param>
    public LiveStudy(IStudyStore store, string? name = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _name, _time) = (store, name, time ?? TimeProvider.System);
    }

    /// <summary>Changes whenever the page would: when a trial begins, ends an epoch, ends, or its worker falls silent.</summary>
    /// <exception cref="ArgumentException">The store has no such study, or several to choose from.</exception>
    /// <exception cref="IOException">The store can't be read.</exception>
    public string Stamp()
    {
        LiveMoment moment = Look(analyse: false);
        return $"{moment.Count(TrialState.Waiting)}-{moment.Count(TrialState.Running)}-{moment.Count(TrialState.Complete)}-{moment.Count(TrialState.Failed)}-{moment.Running.Sum(trial => trial.Epochs.Count)}-{moment.Silent}";
    }

    /// <summary>The page as a whole document.</summary>
    /// <inheritdoc cref="Stamp" path="/exception"/>
    public string Page(LiveFilter filter) => LivePage.Document(Look(analyse: true), filter);

    /// <summary>What changes of the page: the contents of its element <c>main</c>.</summary>
    /// <inheritdoc cref="Stamp" path="/exception"/>
    public string Main(LiveFilter filter) => LivePage.Main(Look(analyse: true), filter);

    private LiveMoment Look(bool analyse)
    {
        lock (_lock)
        {
            StudyResult result = StoredStudy.Read(_store, _name);
            IReadOnlyList<StoredTrial> trials = [.. _store.Trials(result.Study.Name).DistinctBy(trial => trial.Planned.Key)];
            string ended = string.Join(' ', trials.Where(trial => trial.State is TrialState.Complete or TrialState.Failed).Select(trial => trial.Planned.Key + trial.State));
            if (analyse && _known?.Ended != ended) _known = (ended, StudyAnalysis.Of(result));
            return new LiveMoment(_store.Location, result, trials, _known?.Analysis, _time.GetUtcNow());
        }
    }
}

/// <summary>What a store has at one moment.</summary>
/// <param name="Location">Where the store is.</param>
/// <param name="Result">The results.</param>
/// <param name="Trials">All trials, each once.</param>
/// <param name="Analysis">What those that have ended say; null where nobody asked.</param>
/// <param name="Now">The time.</param>
internal sealed record LiveMoment(string Location, StudyResult Result, IReadOnlyList<StoredTrial> Trials, StudyAnalysis? Analysis, DateTimeOffset Now)
{
    /// <summary>Trials that somebody holds.</summary>
    public IEnumerable<StoredTrial> Running => Trials.Where(trial => trial.State == TrialState.Running);

    /// <summary>Trials whose worker has ended or was not heard of in time.</summary>
    public int Silent => Running.Count(IsSilent);

    public int Count(TrialState state) => Trials.Count(trial => trial.State == state);

    /// <summary>Whether the worker of a running trial has ended or was not heard of in time.</summary>
    public bool IsSilent(StoredTrial trial) => trial.HeldUntil < Now || trial.Worker is { IsGone: true };

    /// <summary>How long ago the worker of a running trial was heard of.</summary>
    public TimeSpan SilentFor(StoredTrial trial)
    {
        TimeSpan age = Now - (trial.HeldUntil!.Value - StoredTrial.Lease);
        return age < TimeSpan.Zero ? TimeSpan.Zero : age; // clocks of several machines
    }

    /// <summary>Estimated time to the end, from what those that have ended took; null if that can't be said.</summary>
    public TimeSpan? Left
    {
        get
        {
            int workers = Running.Count(trial => !IsSilent(trial));
            double cost = 0, seconds = 0, left = 0;
            foreach (StoredTrial trial in Trials)
            {
                if (trial.Outcome is { } outcome)
                {
                    double took = outcome.Epochs.Sum(epoch => epoch.Seconds + (double.IsNaN(epoch.ValidationSeconds) ? 0 : epoch.ValidationSeconds)) + outcome.TestSeconds;
                    if (double.IsFinite(took)) (cost, seconds) = (cost + trial.Planned.Cost, seconds + took);
                }
                else if (trial.State is TrialState.Waiting or TrialState.Running)
                {
                    left += trial.Planned.Cost;
                }
            }

            return workers == 0 || cost == 0 || left == 0 ? null : TimeSpan.FromSeconds(seconds / cost * left / workers);
        }
    }
}
