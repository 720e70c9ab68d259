using System.Reflection;
using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>What a run asks for: all its places in the study, and the trials behind them, each once.</summary>
internal sealed class StudyPlan
{
    private readonly Dictionary<Trial, string> _designs; // in the one spelling

    public StudyPlan(IReadOnlyList<Trial> trials)
    {
        Trials = trials;
        Dictionary<StudyCell, string> byCell = trials.Select(trial => trial.Cell).Distinct().ToDictionary(cell => cell, cell => DesignKey.Canonical(cell.Design));
        _designs = trials.ToDictionary(trial => trial, trial => byCell[trial.Cell]);
        Distinct = [.. trials.DistinctBy(trial => (_designs[trial], trial.Seed))];
    }

    /// <summary>Version of Unroll.</summary>
    public static string Version { get; } =
        typeof(StudyPlan).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    /// <summary>Every place in the study that the run asks for.</summary>
    public IReadOnlyList<Trial> Trials { get; }

    /// <summary>Of trials that must give the same, the first.</summary>
    public IReadOnlyList<Trial> Distinct { get; }

    /// <summary>The data sets, each once.</summary>
    public IEnumerable<DatasetDesign> Datasets => Trials.Select(trial => trial.Cell.Design.Dataset).Distinct();

    /// <summary>What one share has of it: all places of every trial that falls to it.</summary>
    /// <exception cref="ArgumentException">Nothing falls to it.</exception>
    public StudyPlan Take(Shard shard)
    {
        if (shard.Index > Distinct.Count)
            throw new ArgumentException($"Share {shard} has no trial: the run has {Distinct.Count}. Use at most {Distinct.Count} shares.");
        HashSet<(string, int)> its = [.. Distinct.OrderByDescending(trial => TrialCost.Of(trial.Cell.Design)).Where((_, i) => i % shard.Count == shard.Index - 1).Select(trial => (_designs[trial], trial.Seed))];
        return new StudyPlan([.. Trials.Where(trial => its.Contains((_designs[trial], trial.Seed)))]);
    }

    /// <summary>The trials as a store takes them, once the data are known.</summary>
    public IReadOnlyList<PlannedTrial> For(Func<Trial, TrialDataset> dataset) =>
    [
        .. Trials.Select(trial =>
        {
            TrialDataset data = dataset(trial);
            string design = _designs[trial];
            return new PlannedTrial(
                new TrialPlace(trial.Cell.Part, trial.Cell.Label, trial.Repeat),
                DesignKey.Of(design, trial.Seed, data.Hash, Version), design, trial.Seed, TrialCost.Of(trial.Cell.Design), data);
        }),
    ];
}
