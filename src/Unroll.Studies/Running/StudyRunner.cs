using System.Runtime.InteropServices;
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
        options ??= new RunOptions();
        using SqliteStore store = SqliteStore.Open(Path.Combine(folder, RunOptions.StoreFile));
        RunRecord last = StoredStudy.Latest(store, null)[^1].Run;
        Study study = Study.Parse(last.Source, $"{last.Study}.json");
        HashSet<TrialPlace> places = [.. store.Trials(study.Name).Select(trial => trial.Planned.Place)];
        IEnumerable<Trial> trials = study.Trials(null, 1 + places.Max(place => place.Repeat))
            .Where(trial => places.Contains(new TrialPlace(trial.Cell.Part, trial.Cell.Label, trial.Repeat)));
        options = options with { OutputFolder = folder, DatasetOverride = last.Dataset, DataDirectory = options.DataDirectory ?? last.DataDirectory };
        return Run(store, study, [.. trials], options, observer, new SequentialExecutor(options.DataDirectory), TimeProvider.System, cancellationToken);
    }

    internal static StudyResult Run(
        Study study, RunOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellationToken)
    {
        IReadOnlyList<Trial> trials = study.Trials(options.Part, options.Repeats);
        if (options.Jobs is < 1) throw new ArgumentException($"Jobs is {options.Jobs}; it must be at least 1.", nameof(options));
        if (options.DatasetOverride is not (null or "imdb" or "synthetic" or "auto"))
            throw new ArgumentException($"The data set '{options.DatasetOverride}' is unknown; use imdb, synthetic or auto.", nameof(options));
        if (options.DatasetOverride is not null && StudyTexts.IsOn(study))
            throw new ArgumentException($"The study '{study.Name}' has texts of its own, which {options.DatasetOverride} can't stand in for; leave the data set out (--dataset).", nameof(options));
        using IStudyStore store = OpenStore(study, options.OutputFolder);
        return Run(store, study, trials, options, observer, executor, time, cancellationToken);
    }

    private static StudyResult Run(
        IStudyStore store, Study study, IReadOnlyList<Trial> asked, RunOptions options, IStudyObserver? observer, ITrialExecutor executor,
        TimeProvider time, CancellationToken cancellationToken)
    {
        Dictionary<StudyCell, StudyCell> cells = asked.Select(trial => trial.Cell).Distinct().ToDictionary(cell => cell, cell => Override(cell, options.DatasetOverride));
        var plan = new StudyPlan([.. asked.Select(trial => trial with { Cell = cells[trial.Cell] })]);
        int jobs = Math.Min(options.Jobs ?? Environment.ProcessorCount, plan.Distinct.Count);
        var record = new RunRecord(
            study.Name, study.StoredSource, options.DatasetOverride, options.DataDirectory, jobs, StudyPlan.Version, RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}", Environment.ProcessorCount, Environment.MachineName, time.GetUtcNow());
        observer?.RunStarted(study, plan.Distinct, jobs);
        if (Load(plan, observer, executor, cancellationToken) is not { } datasets)
            return StoredStudy.Read(store, study, [.. store.Runs(), new StoredRun(0, record, time.GetUtcNow(), new RunCounts(0, 0, 0, 0, 0))], asked) with { Cancelled = true };

        foreach (StudyCell cell in cells.Values)
            if (datasets[cell.Design.Dataset].Labels is { } labels) StudyTexts.RequireOutputs(cell, labels);
        IReadOnlyList<PlannedTrial> planned = plan.For(trial => MarkMadeUpData(study, options, trial, datasets[trial.Cell.Design.Dataset]));
        var byKey = new Dictionary<string, (Trial, TrialDataset)>();
        foreach ((Trial trial, PlannedTrial its) in plan.Trials.Zip(planned)) byKey.TryAdd(its.Key, (trial, its.Dataset));
        long id = store.BeginRun(record, planned, options.RetryFailed);
        var run = new StudyRun(store, id, byKey, jobs, observer, executor, time, cancellationToken);
        run.Execute();

        RunCounts counts = store.Counts(id);
        bool isCancelled = cancellationToken.IsCancellationRequested && counts.Ended < counts.Total;
        StudyResult Read() => StoredStudy.Read(store, study, [.. store.Runs().Where(its => its.Run.Study == study.Name)], []) with { Cancelled = isCancelled };
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

    /// <summary>Null if the run was stopped meanwhile.</summary>
    private static Dictionary<DatasetDesign, TrialDataset>? Load(StudyPlan plan, IStudyObserver? observer, ITrialExecutor executor, CancellationToken cancellationToken)
    {
        var datasets = new Dictionary<DatasetDesign, TrialDataset>();
        foreach (DatasetDesign dataset in plan.Datasets)
        {
            if (cancellationToken.IsCancellationRequested) return null;
            observer?.DatasetLoading(dataset);
            try
            {
                TrialDataset info = datasets[dataset] = executor.Load(dataset, cancellationToken);
                observer?.DatasetLoaded(dataset, info);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        return datasets;
    }

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

    private static StudyCell Override(StudyCell cell, string? dataset) => dataset is null ? cell : new StudyCell
    {
        Part = cell.Part,
        Label = cell.Label,
        Note = cell.Note,
        Design = cell.Design with { Dataset = cell.Design.Dataset with { Name = dataset } },
        Values = cell.Values,
        Published = cell.Published,
    };

    // Synthetic reviews by the user's own wish: still, a report must not put them beside numbers for real ones unmarked.
    private static TrialDataset MarkMadeUpData(Study study, RunOptions options, Trial trial, TrialDataset data)
    {
        if (options.DatasetOverride != "synthetic") return data;
        StudyCell asked = study.Part(trial.Cell.Part).Cells.First(cell => cell.Label == trial.Cell.Label);
        return asked.Design.Dataset.Name == "synthetic"
            ? data
            : data with { IsFallback = true, Notice = "The study asks for IMDB reviews; this run was told to use synthetic ones." };
    }
}
