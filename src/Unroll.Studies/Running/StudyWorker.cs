using Unroll.Configuration;
using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>How a worker takes part.</summary>
public sealed record WorkOptions
{
    /// <summary>Name of the only study whose runs it takes; null for all.</summary>
    public string? Study { get; init; }

    /// <summary>Trials that run side by side, each on one thread; null for one per processor.</summary>
    public int? Jobs { get; init; }

    /// <summary>Folder of data files; null for the library's default.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Whether to wait for further runs when all have ended.</summary>
    public bool Wait { get; init; }
}

/// <summary>What a worker did.</summary>
/// <param name="Ended">Trials that ended in this process.</param>
/// <param name="Refused">Runs that it had to leave to others, with the reason.</param>
public sealed record WorkResult(int Ended, IReadOnlyList<(StoredRun Run, string Reason)> Refused);

/// <summary>Takes trials of unfinished runs from a store that several machines share, until none is left.</summary>
public static class StudyWorker
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Works on every run in the store that has trials left, the oldest first. The document of the study and what varies come
    /// from the store; the data are this machine's, and a run that was planned on other data or by another version of Unroll is
    /// left to others. Results are those of a run on one machine, bit for bit.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="observer">Is told about the progress; may be null.</param>
    /// <param name="cancellationToken">Stops the work; trials that run are given back.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the store has no study of that name.</exception>
    /// <exception cref="IOException">The store can't be read or written.</exception>
    public static WorkResult Run(IStudyStore store, WorkOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Run(store, options ?? new WorkOptions(), observer, new SequentialExecutor(options?.DataDirectory), TimeProvider.System, cancellationToken);
    }

    internal static WorkResult Run(
        IStudyStore store, WorkOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Jobs is < 1) throw new ArgumentException($"Jobs is {options.Jobs}; it must be at least 1.", nameof(options));
        var refused = new Dictionary<long, (StoredRun Run, string Reason)>();
        int ended = 0;
        if (!options.Wait) CheckName(store, options.Study);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Open(store, options, refused).FirstOrDefault() is not { } run)
            {
                if (!options.Wait) break;
                cancellationToken.WaitHandle.WaitOne(LookEvery);
                continue;
            }

            try
            {
                ended += Work(run);
            }
            catch (RefusedException error)
            {
                refused[run.Id] = (run, error.Message);
                observer?.RunRefused(run, error.Message);
            }
        }

        return new WorkResult(ended, [.. refused.Values]);

        int Work(StoredRun run)
        {
            if (Load(store, run, observer, executor, cancellationToken) is not { } its) return 0;
            int jobs = Math.Min(options.Jobs ?? Environment.ProcessorCount, its.ByKey.Count);
            observer?.RunStarted(its.Study, [.. its.ByKey.Values.Select(trial => trial.Trial)], jobs);
            var work = new StudyRun(store, run.Id, its.ByKey, jobs, observer, executor, time, cancellationToken)
            {
                Study = run.Run.Study,
                MayLeave = () => Open(store, options, refused).Any(other => other.Id != run.Id && other.Counts.Waiting > 0),
            };
            work.Execute();
            RunCounts counts = store.Counts(run.Id);
            if (counts.Ended == counts.Total) store.EndRun(run.Id, time.GetUtcNow());
            return work.Ended;
        }
    }

    // Those with trials that nobody runs first; the others may yet lose their workers.
    private static IEnumerable<StoredRun> Open(IStudyStore store, WorkOptions options, Dictionary<long, (StoredRun, string)> refused) => store.Runs()
        .Where(run => run.Counts.Ended < run.Counts.Total && !refused.ContainsKey(run.Id) && (options.Study is null || run.Run.Study == options.Study))
        .OrderBy(run => run.Counts.Waiting == 0);

    private static StoredTrials? Load(IStudyStore store, StoredRun run, IStudyObserver? observer, ITrialExecutor executor, CancellationToken cancellationToken)
    {
        try
        {
            return StoredTrials.Load(store, run, trial => trial.State is TrialState.Waiting or TrialState.Running, observer, executor, cancellationToken);
        }
        // Of data that are not here as of documents that this version can't read.
        catch (Exception error) when (error is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(error.Message);
        }
    }

    private static void CheckName(IStudyStore store, string? study)
    {
        if (study is null) return;
        string[] names = [.. store.Runs().Select(run => run.Run.Study).Distinct()];
        if (names.Contains(study)) return;
        throw new ArgumentException(names.Length == 0
            ? $"'{store.Location}' has no run yet."
            : $"'{store.Location}' has no study '{study}'{NameMatching.Suggestion(study, names)}");
    }

    private sealed class RefusedException(string message) : Exception(message);
}
