namespace Unroll.Studies.Storage;

/// <summary>Brings the results of several stores into one, for machines that share no disk.</summary>
public static class StoreMerge
{
    /// <summary>
    /// Adds what one store has to another. Trials that both have must have given the same weights, bit for bit; what failed in
    /// one and ended well in the other ended well. The source is only read.
    /// </summary>
    /// <exception cref="InvalidDataException">Both have a trial with different results; nothing was added.</exception>
    /// <exception cref="ArgumentException">A place of a study has another trial in the target; see <see cref="IStudyStore.BeginRun"/>.</exception>
    /// <exception cref="IOException">A store can't be read or written.</exception>
    public static void Add(IStudyStore target, IStudyStore source)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        RunRecord[] latest = [.. source.Runs().GroupBy(run => run.Run.Study).Select(runs => runs.Last().Run)];
        foreach (RunRecord run in latest) Check(target, source, run.Study);
        foreach (RunRecord run in latest) Add(target, source, run);
    }

    private static Dictionary<string, StoredTrial> ByKey(IEnumerable<StoredTrial> trials) =>
        trials.DistinctBy(trial => trial.Planned.Key).ToDictionary(trial => trial.Planned.Key);

    private static void Check(IStudyStore target, IStudyStore source, string study)
    {
        Dictionary<string, StoredTrial> there = ByKey(target.Trials(study));
        foreach (StoredTrial trial in source.Trials(study))
        {
            if (trial.Outcome is not { } its || there.GetValueOrDefault(trial.Planned.Key)?.Outcome is not { } other || its.Fingerprint == other.Fingerprint) continue;
            TrialPlace place = trial.Planned.Place;
            throw new InvalidDataException(
                $"{place.Part} / {place.Cell}, repeat {place.Repeat} gave other weights in '{source.Location}' ({its.Fingerprint}) than in '{target.Location}' ({other.Fingerprint}), "
                + "though design, seed, data and version are the same: one of the machines computes wrongly. Nothing was added.");
        }
    }

    private static void Add(IStudyStore target, IStudyStore source, RunRecord last)
    {
        Dictionary<string, StoredTrial> there = ByKey(target.Trials(last.Study));
        // A failure that the target knows yields to a good end alone.
        IEnumerable<StoredTrial> trials = source.Trials(last.Study)
            .Where(trial => trial.Outcome is not null || there.GetValueOrDefault(trial.Planned.Key)?.State != TrialState.Failed);
        // A run in the target for all that were run alike, so that version and jobs stay with the trials.
        foreach (var alike in trials.GroupBy(trial => (trial.Version, trial.Jobs)))
        {
            RunRecord record = last with { Version = alike.Key.Version, Jobs = Math.Max(1, alike.Key.Jobs) };
            long run = target.BeginRun(record, [.. alike.Select(trial => trial.Planned)], retryFailed: true);
            Dictionary<string, StoredTrial> byKey = ByKey(alike);
            var waiting = new List<TrialClaim>();
            while (target.Claim(run, WorkerId.Current, last.Started, TimeSpan.FromDays(365)) is { } claim)
            {
                StoredTrial its = byKey[claim.Key];
                if (its.Outcome is { } outcome) target.Complete(claim, outcome);
                else if (its.State == TrialState.Failed) target.Fail(claim, its.Error!);
                else waiting.Add(claim);
            }

            foreach (TrialClaim claim in waiting) target.Release(claim);
            target.EndRun(run, last.Started);
        }
    }
}
