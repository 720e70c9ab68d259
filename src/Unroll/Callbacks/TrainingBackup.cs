using System.Text.Json.Nodes;
using Unroll.Saving;

namespace Unroll.Callbacks;

/// <summary>A fit that has come to its end, one of several of a training.</summary>
/// <param name="History">Its epochs.</param>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1.</param>
/// <param name="Seconds">What it took.</param>
internal sealed record FinishedFit(History History, int BestEpoch, double Seconds);

/// <summary>
/// A file beside a training from which it goes on in another process, to the same bits: what each epoch reached, in one fit or in
/// several after each other, of which the best model is kept. It belongs to certain settings and data; others are refused.
/// </summary>
internal sealed class TrainingBackup
{
    private const string Facts = "training", Finished = "finished", Kept = "kept", Fit = "fit", KeptWeights = "kept.weights.h5";

    private readonly string _path;

    private readonly IReadOnlyDictionary<string, string> _facts;

    private readonly List<FinishedFit> _finished = [];

    private (JsonObject Progress, byte[] Weights)? _kept;

    private BackupFile? _file;

    private TrainingBackup(string path, IReadOnlyDictionary<string, string> facts) => (_path, _facts) = (path, facts);

    /// <summary>Fits that have come to their end, in their order.</summary>
    public IReadOnlyList<FinishedFit> FinishedFits => _finished;

    public string Path => _path;

    /// <summary>Begins a training, or goes on with one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="goesOn">True if there must be a backup, false if there must be none.</param>
    /// <param name="facts">Settings and data by name: all that the result depends on.</param>
    /// <exception cref="ArgumentException">There is none, or there is one; or it is of other settings or data, which the message names.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TrainingBackup Begin(string path, bool goesOn, IReadOnlyDictionary<string, string> facts)
    {
        Require(path, goesOn);
        var backup = new TrainingBackup(path, facts);
        if (goesOn) backup.Open(BackupFile.Read(path));
        return backup;
    }

    /// <summary>Refuses before anything is loaded.</summary>
    /// <exception cref="ArgumentException">There is no backup to go on from, or one that would be lost.</exception>
    public static void Require(string path, bool goesOn)
    {
        if (goesOn && !File.Exists(path))
            throw new ArgumentException($"There is no {path} to go on from: no training was broken off, or it was saved elsewhere. Leave out the request to resume, to begin one.");
        if (!goesOn && File.Exists(path))
            throw new ArgumentException($"{path} holds a training that was broken off. Go on with it (--resume), or delete the file to begin anew.");
    }

    /// <summary>The last of the callbacks of a fit.</summary>
    /// <param name="others">Those before it.</param>
    public Callback For(IReadOnlyList<Callback> others)
    {
        var saved = _file?.State[Fit] as JsonObject;
        return new EpochBackup(this, others, saved is null ? null : (_file!, saved));
    }

    /// <summary>Notes that a fit has come to its end. The file is written when the next begins; till then it leads here again.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="best">Its model, if it is the best so far.</param>
    public void Add(FinishedFit fit, Model? best)
    {
        _file = null;
        _finished.Add(fit);
        if (best is null) return;
        using var weights = new MemoryStream();
        ModelWriter.WriteWeights(best, weights);
        _kept = (ModelProgress.Write(best), weights.ToArray());
    }

    /// <summary>Brings the model of the best finished fit, made and compiled anew, to where it was.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void RestoreBest(Model model)
    {
        model.BuildOptimizer();
        (JsonObject progress, byte[] weights) = _kept ?? throw new InvalidDataException($"{_path}: holds no model of the networks that were trained.");
        ModelProgress.Restore(model, progress, weights, $"{_path}: {KeptWeights}");
    }

    /// <summary>Takes the file away: the result is in another.</summary>
    public void Delete() => File.Delete(_path);

    /// <summary>Replaces the file.</summary>
    /// <param name="fit">How far the fit is.</param>
    /// <param name="members">Arrays that belong to it.</param>
    public void Write(JsonObject fit, Dictionary<string, Action<Stream>> members)
    {
        var state = new JsonObject
        {
            [Facts] = new JsonObject(_facts.Select(fact => KeyValuePair.Create(fact.Key, (JsonNode?)fact.Value))),
            [Finished] = new JsonArray([.. _finished.Select(Node)]),
            [Fit] = fit,
        };
        if (_kept is { } kept)
        {
            state[Kept] = kept.Progress.DeepClone();
            members[KeptWeights] = stream => stream.Write(kept.Weights);
        }

        BackupFile.Write(_path, state, members);
    }

    private void Open(BackupFile file)
    {
        _file = file;
        if (file.State[Facts] is not JsonObject facts || file.State[Finished] is not JsonArray finished || file.State[Fit] is not JsonObject)
            throw new InvalidDataException($"{_path}: is no backup of a training.");
        RequireSame(facts);
        foreach (JsonNode? node in finished)
        {
            JsonObject fit = node as JsonObject ?? throw new InvalidDataException($"{_path}: a finished fit is no object.");
            var history = new History();
            foreach (EpochResult epoch in SavedEpochs.Read(fit, _path)) history.Add(epoch);
            int best = fit.WholeNumber("best_epoch") is { } number && number >= 1 && number <= history.Epochs.Count ? number : throw new InvalidDataException($"{_path}: 'best_epoch' is no epoch.");
            _finished.Add(new FinishedFit(history, best, ModelProgress.Number(fit, "seconds", _path)));
        }

        if (file.State[Kept] is JsonObject kept) _kept = (kept, file.Member(KeptWeights));
    }

    /// <summary>Names what differs.</summary>
    private void RequireSame(JsonObject saved)
    {
        const int Long = 120;
        foreach ((string name, string value) in _facts)
        {
            string was = saved.Text(name) ?? "not given";
            if (was == value) continue;
            string difference = was.Length + value.Length <= Long ? $"{name} was {was}, now it is {value}" : $"{name} was another one";
            throw new ArgumentException($"{_path} is the backup of another training: {difference}. Give what it was made with, or delete the file to begin anew.");
        }
    }

    private static JsonNode Node(FinishedFit fit) => new JsonObject
    {
        ["best_epoch"] = fit.BestEpoch,
        ["seconds"] = ModelProgress.Text(fit.Seconds),
        [SavedEpochs.Name] = SavedEpochs.Write(fit.History.Epochs),
    };
}
