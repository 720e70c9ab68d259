using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>
/// Trials that another process planned, made ready to run here: designs from the document in the store, data from this
/// machine. They are refused unless they must come to the same bits.
/// </summary>
/// <param name="Study">The study.</param>
/// <param name="ByKey">The trials, each once.</param>
internal sealed record StoredTrials(Study Study, IReadOnlyDictionary<string, (Trial Trial, TrialDataset Data)> ByKey)
{
    /// <summary>Reads the trials of a run and loads their data.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="isWanted">Whose data are needed.</param>
    /// <param name="observer">Is told what is loaded; may be null.</param>
    /// <param name="executor">Loads data.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <returns>Null if it was stopped.</returns>
    /// <exception cref="InvalidDataException">They can't be run here to the same results; the message says why and what to do.</exception>
    /// <exception cref="IOException">Data or the store can't be read.</exception>
    public static StoredTrials? Load(
        IStudyStore store, StoredRun run, Predicate<StoredTrial> isWanted, IStudyObserver? observer, ITrialExecutor executor, CancellationToken cancellationToken)
    {
        if (run.Run.Version != StudyPlan.Version)
            throw new InvalidDataException($"it was planned by Unroll {run.Run.Version}; this is {StudyPlan.Version}, whose results may differ. Take that version, or submit the study anew to another store.");
        var study = Study.Parse(run.Run.Source, $"{run.Run.Study}.json");
        HashSet<string> keys = [.. store.Keys(run.Id)];
        var cells = new Dictionary<(string, string), (StudyCell Cell, string Design)>();
        foreach (StudyCell cell in study.Parts.SelectMany(part => part.Cells).Select(cell => PreparedRun.Override(cell, run.Run.Dataset)))
            cells[(cell.Part, cell.Label)] = (cell, DesignKey.Canonical(cell.Design));
        var byKey = new Dictionary<string, (Trial Trial, TrialDataset Data)>();
        var needed = new List<(DatasetDesign Design, TrialDataset Planned)>();
        foreach (StoredTrial stored in store.Trials(study.Name))
        {
            PlannedTrial planned = stored.Planned;
            if (!keys.Contains(planned.Key) || byKey.ContainsKey(planned.Key)) continue;
            // Of a place that an earlier document of the study had, this one may know nothing.
            if (!cells.TryGetValue((planned.Place.Part, planned.Place.Cell), out (StudyCell Cell, string Design) its) || its.Design != planned.Design) continue;
            byKey[planned.Key] = (new Trial(its.Cell, planned.Place.Repeat, planned.Seed), planned.Dataset);
            if (isWanted(stored)) needed.Add((its.Cell.Design.Dataset, planned.Dataset));
        }

        if (byKey.Count < keys.Count) throw new InvalidDataException($"{keys.Count - byKey.Count} of its trials are not in its document; submit the study anew.");
        if (PreparedRun.Load(needed.Select(data => data.Design).Distinct(), observer, executor, cancellationToken) is not { } here) return null;
        foreach ((DatasetDesign design, TrialDataset planned) in needed.DistinctBy(data => data.Design))
        {
            if (here[design].Hash == planned.Hash) continue;
            throw new InvalidDataException(
                $"it was planned on {planned.Name} ({planned.TrainCount} + {planned.TestCount} samples, hash {Short(planned.Hash)}), but here the data set '{design.Name}' is "
                + $"{here[design].Name} ({here[design].TrainCount} + {here[design].TestCount}, hash {Short(here[design].Hash)}). Give the folder of the same files with --data-dir or UNROLL_DATA_DIR.");
        }

        return new StoredTrials(study, byKey);
    }

    private static string Short(string hash) => hash[..Math.Min(12, hash.Length)];
}
