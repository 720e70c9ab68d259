using System.Runtime.InteropServices;
using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>A run with its data, ready to be recorded in a store.</summary>
/// <param name="Record">What begins.</param>
/// <param name="Planned">What it asks for; empty if it was stopped while data were loaded.</param>
/// <param name="ByKey">The trials, each once.</param>
internal sealed record PreparedRun(
    RunRecord Record, IReadOnlyList<PlannedTrial> Planned, IReadOnlyDictionary<string, (Trial Trial, TrialDataset Data)> ByKey)
{
    /// <summary>False if it was stopped meanwhile.</summary>
    public bool IsReady => Planned.Count > 0;

    public static PreparedRun Of(
        Study study, IReadOnlyList<Trial> asked, RunOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time,
        CancellationToken cancellationToken)
    {
        Dictionary<StudyCell, StudyCell> cells = asked.Select(trial => trial.Cell).Distinct().ToDictionary(cell => cell, cell => Override(cell, options.DatasetOverride));
        var plan = new StudyPlan([.. asked.Select(trial => trial with { Cell = cells[trial.Cell] })]);
        if (options.Shard is { } shard) plan = plan.Take(shard);
        int jobs = Math.Min(options.Jobs ?? Environment.ProcessorCount, plan.Distinct.Count);
        var record = new RunRecord(
            study.Name, study.StoredSource, options.DatasetOverride, options.DataDirectory, jobs, StudyPlan.Version, RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}", Environment.ProcessorCount, Environment.MachineName, time.GetUtcNow());
        observer?.RunStarted(study, plan.Distinct, jobs);
        var byKey = new Dictionary<string, (Trial, TrialDataset)>();
        if (Load(plan.Datasets, observer, executor, cancellationToken) is not { } datasets) return new PreparedRun(record, [], byKey);
        foreach (StudyCell cell in plan.Trials.Select(trial => trial.Cell).Distinct())
            if (datasets[cell.Design.Dataset].Labels is { } labels) StudyTexts.RequireOutputs(cell, labels);
        IReadOnlyList<PlannedTrial> planned = plan.For(trial => MarkMadeUpData(study, options, trial, datasets[trial.Cell.Design.Dataset]));
        foreach ((Trial trial, PlannedTrial its) in plan.Trials.Zip(planned)) byKey.TryAdd(its.Key, (trial, its.Dataset));
        return new PreparedRun(record, planned, byKey);
    }

    /// <summary>Null if the run was stopped meanwhile.</summary>
    public static Dictionary<DatasetDesign, TrialDataset>? Load(
        IEnumerable<DatasetDesign> designs, IStudyObserver? observer, ITrialExecutor executor, CancellationToken cancellationToken)
    {
        var datasets = new Dictionary<DatasetDesign, TrialDataset>();
        foreach (DatasetDesign dataset in designs)
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

    /// <summary>The cell on the data set that stands in for its own; null for its own.</summary>
    public static StudyCell Override(StudyCell cell, string? dataset) => dataset is null ? cell : new StudyCell
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
