using System.Collections.Concurrent;
using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>A trial that gave other weights on another machine.</summary>
/// <param name="Study">Name of the study.</param>
/// <param name="Place">Where the trial stands in it.</param>
/// <param name="Stored">Fingerprint in the store.</param>
/// <param name="StoredBy">Who computed it.</param>
/// <param name="Repeated">Fingerprint of the audit.</param>
/// <param name="RepeatedBy">Who computed that.</param>
public sealed record AuditDifference(string Study, TrialPlace Place, string Stored, WorkerId? StoredBy, string Repeated, WorkerId RepeatedBy)
{
    /// <summary>The difference as a sentence that names both machines.</summary>
    public override string ToString() =>
        $"{Study}: {Place.Part} / {Place.Cell}, repeat {Place.Repeat}: {StoredBy?.ToString() ?? "another process"} computed the weights {Stored}, {RepeatedBy} computed {Repeated}, "
        + "though design, seed, data and version are the same: one of the machines computes wrongly.";
}

/// <summary>What an audit found.</summary>
/// <param name="Repeated">Trials that were run again.</param>
/// <param name="Differences">Those that came out otherwise.</param>
public sealed record AuditResult(int Repeated, IReadOnlyList<AuditDifference> Differences);

/// <summary>Runs trials that other workers completed once more and compares the weights. The store is only read.</summary>
public static class StudyAudit
{
    /// <summary>
    /// Takes a share of the complete trials, chosen by their keys and so at random: those of other machines, or if there are
    /// none, of other processes.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="share">Share of the trials, above 0 to 1; at least one trial is taken.</param>
    /// <param name="options">Which study, how many trials side by side, where the data are; null for the defaults.</param>
    /// <param name="observer">Is told what is loaded; may be null.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="share"/> is out of range.</exception>
    /// <exception cref="InvalidDataException">A study can't be run here to the same results: other data or another version of Unroll.</exception>
    /// <exception cref="IOException">Data or the store can't be read.</exception>
    public static AuditResult Run(
        IStudyStore store, double share, WorkOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Run(store, share, options ?? new WorkOptions(), WorkerId.Current, observer, new SequentialExecutor(options?.DataDirectory), cancellationToken);
    }

    internal static AuditResult Run(
        IStudyStore store, double share, WorkOptions options, WorkerId auditor, IStudyObserver? observer, ITrialExecutor executor, CancellationToken cancellationToken)
    {
        if (!(share > 0 && share <= 1)) throw new ArgumentException($"The share to audit is {share}; it must be above 0 and at most 1.", nameof(share));
        var differences = new ConcurrentQueue<AuditDifference>();
        int repeated = 0;
        foreach (IGrouping<string, StoredRun> runs in store.Runs().Where(run => options.Study is null || run.Run.Study == options.Study).GroupBy(run => run.Run.Study))
        {
            Dictionary<string, StoredTrial> chosen = Choose(store.Trials(runs.Key), share, auditor);
            foreach (StoredRun run in runs.Reverse())
            {
                HashSet<string> keys = [.. store.Keys(run.Id).Where(chosen.ContainsKey)];
                if (keys.Count == 0) continue;
                if (StoredTrials.Load(store, run, trial => keys.Contains(trial.Planned.Key), observer, executor, cancellationToken) is not { } its)
                    throw new OperationCanceledException(cancellationToken);
                var settings = new ParallelOptions { MaxDegreeOfParallelism = options.Jobs ?? Environment.ProcessorCount, CancellationToken = cancellationToken };
                Parallel.ForEach(keys, settings, key =>
                {
                    StoredTrial stored = chosen[key];
                    TrialOutcome outcome = executor.Run(its.ByKey[key].Trial, _ => { }, _ => { }, cancellationToken);
                    if (outcome.Fingerprint != stored.Outcome!.Fingerprint)
                        differences.Enqueue(new AuditDifference(runs.Key, stored.Planned.Place, stored.Outcome.Fingerprint, stored.Worker, outcome.Fingerprint, auditor));
                });
                repeated += keys.Count;
                foreach (string key in keys) chosen.Remove(key);
            }
        }

        return new AuditResult(repeated, [.. differences]);
    }

    private static Dictionary<string, StoredTrial> Choose(IEnumerable<StoredTrial> trials, double share, WorkerId auditor)
    {
        StoredTrial[] others = [.. trials.Where(trial => trial.Outcome is not null && trial.Worker != auditor).DistinctBy(trial => trial.Planned.Key)];
        if (others.Any(trial => trial.Worker?.Host != auditor.Host)) others = [.. others.Where(trial => trial.Worker?.Host != auditor.Host)];
        // Keys are hashes: their order is as good as drawn by lot, and the same for all.
        return others.OrderBy(trial => trial.Planned.Key, StringComparer.Ordinal).Take((int)Math.Ceiling(share * others.Length)).ToDictionary(trial => trial.Planned.Key);
    }
}
