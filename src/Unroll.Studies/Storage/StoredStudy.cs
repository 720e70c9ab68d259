namespace Unroll.Studies.Storage;

/// <summary>Reads the results of a study from a store. Reports know no other source.</summary>
public static class StoredStudy
{
    /// <summary>All results of the study in an output folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has no store.</exception>
    /// <exception cref="InvalidDataException">The store is damaged or of a newer Unroll, or its study can't be read by this version.</exception>
    /// <exception cref="IOException">The store can't be read.</exception>
    public static StudyResult Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using SqliteStore store = SqliteStore.Open(Path.Combine(folder, RunOptions.StoreFile));
        return Read(store);
    }

    /// <summary>All results of a study: the document of its latest run, and every trial that any run asked for.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Name of the study; null if the store has only one.</param>
    /// <exception cref="ArgumentException">There is no such study, or several to choose from; the message lists them.</exception>
    /// <exception cref="InvalidDataException">Its document can't be read by this version of Unroll.</exception>
    public static StudyResult Read(IStudyStore store, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoredRun[] runs = Latest(store, name);
        return Read(store, Study.Parse(runs[^1].Run.Source, $"{runs[^1].Run.Study}.json"), runs, []);
    }

    /// <summary>The runs of one study, the oldest first.</summary>
    internal static StoredRun[] Latest(IStudyStore store, string? name)
    {
        IReadOnlyList<StoredRun> all = store.Runs();
        string[] names = [.. all.Select(run => run.Run.Study).Distinct()];
        if (names.Length == 0) throw new ArgumentException($"'{store.Location}' has no run yet.");
        string chosen = name ?? (names.Length == 1 ? names[0] : throw new ArgumentException($"'{store.Location}' has several studies: {string.Join(", ", names)}; say which."));
        return names.Contains(chosen) ? [.. all.Where(run => run.Run.Study == chosen)]
            : throw new ArgumentException($"'{store.Location}' has no study '{chosen}'; it has {string.Join(", ", names)}.");
    }

    /// <param name="store">The store.</param>
    /// <param name="study">The study.</param>
    /// <param name="runs">Its runs.</param>
    /// <param name="asked">Trials of a run that was stopped before the store knew of them.</param>
    internal static StudyResult Read(IStudyStore store, Study study, IReadOnlyList<StoredRun> runs, IReadOnlyList<Trial> asked)
    {
        var byPlace = new Dictionary<TrialPlace, StoredTrial>();
        foreach (StoredTrial trial in store.Trials(study.Name)) byPlace[trial.Planned.Place] = trial;
        ILookup<(string, string), int> repeats = byPlace.Keys.Concat(asked.Select(trial => new TrialPlace(trial.Cell.Part, trial.Cell.Label, trial.Repeat))).Distinct()
            .ToLookup(place => (place.Part, place.Cell), place => place.Repeat);
        PartResult[] parts =
        [
            .. study.Parts.Where(part => part.Cells.Any(cell => repeats.Contains((part.Name, cell.Label)))).Select(part => new PartResult(part,
            [
                .. part.Cells.Select(cell => new CellResult(cell,
                    [.. repeats[(part.Name, cell.Label)].Order().Select(repeat => ResultOf(study, cell, repeat, byPlace.GetValueOrDefault(new TrialPlace(part.Name, cell.Label, repeat))))])),
            ])),
        ];
        TrialResult[] all = [.. parts.SelectMany(part => part.Cells).SelectMany(cell => cell.Trials)];
        RunRecord first = runs[0].Run, last = runs[^1].Run;
        return new StudyResult
        {
            Study = study,
            Parts = parts,
            Environment = new RunEnvironment(
                last.Version, last.Runtime, last.System, last.Processors,
                all.Select(trial => trial.Jobs).Append(1).Max(),
                all.Select(trial => trial.Trial.Repeat + 1).Append(1).Max(),
                study.Seed,
                first.Started,
                runs.Sum(run => run.Ended is { } ended ? (ended - run.Run.Started).TotalSeconds : 0)),
        };
    }

    private static TrialResult ResultOf(Study study, StudyCell cell, int repeat, StoredTrial? stored)
    {
        var result = new TrialResult { Trial = new Trial(cell, repeat, stored?.Planned.Seed ?? study.Seed + repeat), State = stored?.State ?? TrialState.Waiting };
        if (stored is null) return result;
        result = result with { Epochs = stored.Epochs, Error = stored.Error, Jobs = stored.Jobs };
        // What was never begun has no data yet: a report of it would claim to know what it will be trained on.
        if (stored.Attempt > 0) result = result with { Dataset = stored.Planned.Dataset };
        return stored.Outcome is not { } outcome ? result : result with
        {
            Parameters = outcome.Parameters,
            TestLoss = outcome.TestLoss,
            TestAccuracy = outcome.TestAccuracy,
            TestSeconds = outcome.TestSeconds,
            Fingerprint = outcome.Fingerprint,
            Correct = outcome.Correct,
        };
    }
}
