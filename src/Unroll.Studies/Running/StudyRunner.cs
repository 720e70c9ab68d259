using Unroll.Studies.Reports;
using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>Runs studies: one single-threaded trial per job, the longest first.</summary>
public static class StudyRunner
{
    /// <summary>
    /// Runs what the store of the study does not have yet and, with <see cref="RunOptions.OutputFolder"/>, writes the reports
    /// of all that it has. Results depend neither on the number of jobs nor on the order of the trials nor on how often the
    /// run was broken off. Designs that must give the same, in whatever parts and spellings, are trained once. A trial that
    /// fails keeps its error and holds up no other. Several processes may run one study into one folder; they share the work.
    /// </summary>
    /// <param name="study">What to run.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="observer">Is told about the progress; may be null.</param>
    /// <param name="cancellationToken">Stops the run; the trials that have ended are kept and reported.</param>
    /// <exception cref="ArgumentException">
    /// An option names something that does not exist or is out of range, or the folder has other results in a place of this study.
    /// </exception>
    /// <exception cref="InvalidDataException">A data file or the store is damaged.</exception>
    /// <exception cref="IOException">Data can't be read, or the store or reports can't be written.</exception>
    public static StudyResult Run(
        Study study, RunOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(study);
        return Run(study, options ?? new RunOptions(), observer, new SequentialExecutor(options?.DataDirectory), TimeProvider.System, cancellationToken);
    }

    /// <summary>
    /// Records a run in <see cref="RunOptions.Store"/> and leaves its trials to workers (<see cref="StudyWorker"/>). The data are
    /// loaded to name them: workers take part only with the very same.
    /// </summary>
    /// <param name="study">What to run.</param>
    /// <param name="options">Which trials, into which store.</param>
    /// <param name="observer">Is told what is loaded; may be null.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>; nothing is recorded then.</param>
    /// <returns>The run as recorded.</returns>
    /// <exception cref="ArgumentException">An option is wrong, or the store has other results in a place of this study.</exception>
    /// <exception cref="InvalidDataException">A data file is damaged.</exception>
    /// <exception cref="IOException">Data can't be read, or the store can't be written.</exception>
    public static StoredRun Submit(Study study, RunOptions options, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(options);
        return Submit(study, options, observer, new SequentialExecutor(options.DataDirectory), TimeProvider.System, cancellationToken);
    }

    internal static StoredRun Submit(
        Study study, RunOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Store is not { } store) throw new ArgumentException("A run that workers are to take needs a store.", nameof(options));
        CheckOptions(study, options);
        var prepared = PreparedRun.Of(study, study.Trials(options.Part, options.Repeats), options, observer, executor, time, cancellationToken);
        if (!prepared.IsReady) throw new OperationCanceledException(cancellationToken);
        long id = store.BeginRun(prepared.Record, prepared.Planned, options.RetryFailed);
        return store.Runs().Single(run => run.Id == id);
    }

    /// <summary>Goes on with everything that was asked for of the study in a folder and has not ended.</summary>
    /// <param name="folder">The output folder of its runs.</param>
    /// <param name="options">How; <see cref="RunOptions.Part"/>, <see cref="RunOptions.Repeats"/> and the data set are those of the runs before.</param>
    /// <param name="observer">Is told about the progress; may be null.</param>
    /// <param name="cancellationToken">Stops the run; the trials that have ended are kept and reported.</param>
    /// <exception cref="FileNotFoundException">The folder has no store.</exception>
    /// <exception cref="InvalidDataException">A data file or the store is damaged.</exception>
    /// <exception cref="IOException">Data can't be read, or the store or reports can't be written.</exception>
    public static StudyResult Resume(string folder, RunOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using SqliteStore store = SqliteStore.Open(Path.Combine(folder, RunOptions.StoreFile));
        return Resume(store, null, (options ?? new RunOptions()) with { OutputFolder = folder }, observer, cancellationToken);
    }

    /// <summary>Goes on with everything that was asked for of a study in a store and has not ended.</summary>
    /// <param name="store">The store.</param>
    /// <param name="study">Name of the study; null if the store has only one.</param>
    /// <param name="options">How; <see cref="RunOptions.Part"/>, <see cref="RunOptions.Repeats"/> and the data set are those of the runs before.</param>
    /// <param name="observer">Is told about the progress; may be null.</param>
    /// <param name="cancellationToken">Stops the run; the trials that have ended are kept and reported.</param>
    /// <exception cref="ArgumentException">There is no such study, or several to choose from.</exception>
    /// <exception cref="InvalidDataException">A data file or the store is damaged.</exception>
    /// <exception cref="IOException">Data can't be read, or the store or reports can't be written.</exception>
    public static StudyResult Resume(
        IStudyStore store, string? study = null, RunOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new RunOptions();
        RunRecord last = StoredStudy.Latest(store, study)[^1].Run;
        Study its = Study.Parse(last.Source, $"{last.Study}.json");
        HashSet<TrialPlace> places = [.. store.Trials(its.Name).Select(trial => trial.Planned.Place)];
        IEnumerable<Trial> trials = its.Trials(null, 1 + places.Max(place => place.Repeat))
            .Where(trial => places.Contains(new TrialPlace(trial.Cell.Part, trial.Cell.Label, trial.Repeat)));
        options = options with { DatasetOverride = last.Dataset, DataDirectory = options.DataDirectory ?? last.DataDirectory };
        return Run(store, its, [.. trials], options, observer, new SequentialExecutor(options.DataDirectory), TimeProvider.System, cancellationToken);
    }

    internal static StudyResult Run(
        Study study, RunOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellationToken)
    {
        IReadOnlyList<Trial> trials = study.Trials(options.Part, options.Repeats);
        CheckOptions(study, options);
        if (options.Store is { } shared) return Run(shared, study, trials, options, observer, executor, time, cancellationToken);
        using IStudyStore store = OpenStore(study, options.OutputFolder);
        return Run(store, study, trials, options, observer, executor, time, cancellationToken);
    }

    private static void CheckOptions(Study study, RunOptions options)
    {
        if (options.Jobs is < 1) throw new ArgumentException($"Jobs is {options.Jobs}; it must be at least 1.", nameof(options));
        if (options.DatasetOverride is not (null or "imdb" or "synthetic" or "auto"))
            throw new ArgumentException($"The data set '{options.DatasetOverride}' is unknown; use imdb, synthetic or auto.", nameof(options));
        if (options is { Store: not null, OutputFolder: { } folder } && File.Exists(Path.Combine(folder, RunOptions.StoreFile)))
            throw new ArgumentException($"'{folder}' has the report of its own store ({RunOptions.StoreFile}). Reports are never replaced: give another folder (--out).");
        if (options.DatasetOverride is not null && StudyTexts.IsOn(study))
            throw new ArgumentException($"The study '{study.Name}' has texts of its own, which {options.DatasetOverride} can't stand in for; leave the data set out (--dataset).", nameof(options));
    }

    private static StudyResult Run(
        IStudyStore store, Study study, IReadOnlyList<Trial> asked, RunOptions options, IStudyObserver? observer, ITrialExecutor executor,
        TimeProvider time, CancellationToken cancellationToken)
    {
        StoredRun[] Runs() => [.. store.Runs().Where(its => its.Run.Study == study.Name)];
        var prepared = PreparedRun.Of(study, asked, options, observer, executor, time, cancellationToken);
        if (!prepared.IsReady)
            return StoredStudy.Read(store, study, [.. Runs(), new StoredRun(0, prepared.Record, time.GetUtcNow(), new RunCounts(0, 0, 0, 0, 0))], asked) with { Cancelled = true };

        long id = store.BeginRun(prepared.Record, prepared.Planned, options.RetryFailed);
        var run = new StudyRun(store, id, prepared.ByKey, prepared.Record.Jobs, observer, executor, time, cancellationToken) { Study = study.Name };
        run.Execute();
        store.EndRun(id, time.GetUtcNow());

        RunCounts counts = store.Counts(id);
        bool isCancelled = cancellationToken.IsCancellationRequested && counts.Ended < counts.Total;
        StudyResult Read() => StoredStudy.Read(store, study, Runs(), []) with { Cancelled = isCancelled };
        StudyResult result = Read();
        // A run that was stopped before anything had ended leaves the report of an earlier one alone.
        if (options.OutputFolder is null || (isCancelled && run.Ended == 0)) return result;
        while (true)
        {
            result = result with { ReportPath = ReportWriter.Write(result, options.OutputFolder) };
            // Another process may have written a newer report meanwhile, which this one has just replaced.
            StudyResult now = Read();
            if (EndedOf(now) == EndedOf(result)) return result;
            result = now;
        }
    }

    private static int EndedOf(StudyResult result) => result.Trials.Count(trial => trial.State is TrialState.Complete or TrialState.Failed);

    // Opened before anything is loaded, so that a wrong path is known before anything is spent.
    private static IStudyStore OpenStore(Study study, string? folder)
    {
        if (folder is null) return new MemoryStore();
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, RunOptions.StoreFile);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, "results.json")))
        {
            throw new ArgumentException(
                $"'{folder}' has a report, but not the store that it was made from ({RunOptions.StoreFile}). Reports are never replaced: give another folder (--out).");
        }

        SqliteStore store = SqliteStore.Open(path, create: true);
        if (store.Runs().FirstOrDefault(run => run.Run.Study != study.Name) is not { } other) return store;
        store.Dispose();
        throw new ArgumentException($"'{folder}' holds the study '{other.Run.Study}', not '{study.Name}'. Results are never replaced: give another folder (--out).");
    }
}
