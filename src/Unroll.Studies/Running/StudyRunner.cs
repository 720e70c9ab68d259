using System.Reflection;
using System.Runtime.InteropServices;
using Unroll.Studies.Reports;

namespace Unroll.Studies;

/// <summary>Runs studies: one single-threaded trial per job, the longest first.</summary>
public static class StudyRunner
{
    /// <summary>
    /// Runs a study and, with <see cref="RunOptions.OutputFolder"/>, writes its reports. Results depend neither on
    /// the number of jobs nor on the order of the trials. A trial that fails keeps its error and holds up no other.
    /// </summary>
    /// <param name="study">What to run.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="observer">Is told about the progress; may be null.</param>
    /// <param name="cancellationToken">Stops the run; the trials that have ended are kept and reported.</param>
    /// <exception cref="ArgumentException">An option names something that does not exist or is out of range.</exception>
    /// <exception cref="InvalidDataException">A data file is damaged.</exception>
    /// <exception cref="IOException">Data can't be read or reports can't be written.</exception>
    public static StudyResult Run(
        Study study, RunOptions? options = null, IStudyObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(study);
        return Run(study, options ?? new RunOptions(), observer, new SequentialExecutor(options?.DataDirectory), TimeProvider.System, cancellationToken);
    }

    internal static StudyResult Run(
        Study study, RunOptions options, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellationToken)
    {
        IReadOnlyList<Trial> trials = [.. study.Trials(options.Part, options.Repeats).Select(trial => Override(trial, options.DatasetOverride))];
        int jobs = options.Jobs ?? Environment.ProcessorCount;
        if (jobs < 1) throw new ArgumentException($"Jobs is {jobs}; it must be at least 1.", nameof(options));
        jobs = Math.Min(jobs, trials.Count);
        if (options.OutputFolder is { } folder) Directory.CreateDirectory(folder); // so that a wrong path is known before anything is spent

        DateTimeOffset started = time.GetUtcNow();
        long startStamp = time.GetTimestamp();
        observer?.RunStarted(study, trials, jobs);
        var run = new StudyRun(trials, jobs, observer, executor, time, cancellationToken);
        IReadOnlyList<TrialResult> results = [.. run.Execute().Select(result => MarkMadeUpData(study, options, result))];

        var result = new StudyResult
        {
            Study = study,
            Parts = Group(study, options.Part, results),
            Cancelled = cancellationToken.IsCancellationRequested && results.Any(trial => trial.State == TrialState.Cancelled),
            Environment = new RunEnvironment(
                typeof(StudyRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?",
                RuntimeInformation.FrameworkDescription,
                $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
                Environment.ProcessorCount,
                jobs,
                options.Repeats ?? study.Repeats,
                study.Seed,
                started,
                time.GetElapsedTime(startStamp).TotalSeconds),
        };
        // A run that was stopped before anything had ended must not replace the report of an earlier one.
        bool empty = results.All(trial => trial.State == TrialState.Cancelled);
        return options.OutputFolder is null || empty ? result : result with { ReportPath = ReportWriter.Write(result, options.OutputFolder) };
    }

    private static Trial Override(Trial trial, string? dataset)
    {
        if (dataset is null) return trial;
        if (dataset is not ("imdb" or "synthetic" or "auto"))
            throw new ArgumentException($"The data set '{dataset}' is unknown; use imdb, synthetic or auto.", nameof(dataset));
        StudyCell cell = trial.Cell;
        return trial with
        {
            Cell = new StudyCell
            {
                Part = cell.Part,
                Label = cell.Label,
                Note = cell.Note,
                Design = cell.Design with { Dataset = cell.Design.Dataset with { Name = dataset } },
                Values = cell.Values,
                Published = cell.Published,
            },
        };
    }

    // Synthetic reviews by the user's own wish: still, a report must not put them beside numbers for real ones unmarked.
    private static TrialResult MarkMadeUpData(Study study, RunOptions options, TrialResult result)
    {
        if (options.DatasetOverride != "synthetic" || result.Dataset is null) return result;
        StudyCell asked = study.Part(result.Trial.Cell.Part).Cells.First(cell => cell.Label == result.Trial.Cell.Label);
        return asked.Design.Dataset.Name == "synthetic"
            ? result
            : result with { Dataset = result.Dataset with { IsFallback = true, Notice = "The study asks for IMDB reviews; this run was told to use synthetic ones." } };
    }

    private static PartResult[] Group(Study study, string? onlyPart, IReadOnlyList<TrialResult> results)
    {
        ILookup<(string, string), TrialResult> byCell = results.ToLookup(result => (result.Trial.Cell.Part, result.Trial.Cell.Label));
        IEnumerable<StudyPart> parts = onlyPart is null ? study.Parts : [study.Part(onlyPart)];
        return
        [
            .. parts.Select(part => new PartResult(part,
                [.. part.Cells.Select(cell => new CellResult(cell, [.. byCell[(part.Name, cell.Label)].OrderBy(result => result.Trial.Repeat)]))])),
        ];
    }
}
