using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Formats;
using Unroll.Models.Training;
using Unroll.Saving;

namespace Unroll.Callbacks;

/// <summary>
/// Lets a training that was interrupted go on: saves weights, optimizer and place during <c>Fit</c>; the next <c>Fit</c> of
/// the same model with the same arguments takes them up. Interrupted between epochs the result is that of an uninterrupted
/// run to the bit. Interrupted inside an epoch, the weights of the last backup are taken and that epoch begins anew, as in
/// Keras: the result differs.
/// </summary>
public sealed class BackupAndRestore : Callback
{
    private const string WeightsFile = "latest.weights.h5", PlaceFile = "training_metadata.json", Older = ".bkp";
    private const int MaxPlaceBytes = 1 << 16;

    private static readonly Argument<string> BackupDirArgument = Argument.Text("backup_dir", "");

    private static readonly Argument<int?> SaveFreqArgument = CallbackArguments.Frequency("save_freq");

    private static readonly Argument<bool> DoubleCheckpointArgument = Argument.Flag("double_checkpoint");

    private static readonly Argument<bool> DeleteCheckpointArgument = Argument.Flag("delete_checkpoint", true);

    private int? _initialEpoch;
    private int _epoch, _batchesSinceSave;

    /// <summary>Creates the callback.</summary>
    /// <param name="backupDir">Folder for the backup.</param>
    public BackupAndRestore(string backupDir) => Set(BackupDirArgument, backupDir);

    /// <summary>Creates the callback; the path is a property.</summary>
    public BackupAndRestore()
    {
    }

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, BackupAndRestore>("BackupAndRestore")
    {
        Arguments = [BackupDirArgument, SaveFreqArgument, DoubleCheckpointArgument, DeleteCheckpointArgument],
        Make = values => values.Has(BackupDirArgument) ? new BackupAndRestore() : throw CallbackArguments.Missing("BackupAndRestore", BackupDirArgument, "backup"),
    };

    /// <summary>Folder for the backup; made if it is not there. Use it for one model only.</summary>
    public string BackupDir { get => Get(BackupDirArgument); init => Set(BackupDirArgument, value); }

    /// <summary>Null: save at the end of epochs; a number: after so many batches, counted on over epochs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? SaveFreq { get => Get(SaveFreqArgument); init => Set(SaveFreqArgument, value); }

    /// <summary>True: keep the backup before the last one, too, and fall back to it if the last one is damaged.</summary>
    public bool DoubleCheckpoint { get => Get(DoubleCheckpointArgument); init => Set(DoubleCheckpointArgument, value); }

    /// <summary>True: delete the backup when the training has come to its end.</summary>
    public bool DeleteCheckpoint { get => Get(DeleteCheckpointArgument); init => Set(DeleteCheckpointArgument, value); }

    /// <inheritdoc/>
    public override bool WritesFiles => true;

    /// <inheritdoc/>
    public override int? InitialEpoch => _initialEpoch;

    private string Weights => Path.Combine(BackupDir, WeightsFile);

    private string Place => Path.Combine(BackupDir, PlaceFile);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no <see cref="BackupDir"/>.</exception>
    /// <exception cref="InvalidDataException">The backup is damaged, or not of this model.</exception>
    /// <exception cref="IOException">The backup can't be read.</exception>
    public override void OnTrainBegin()
    {
        if (BackupDir.Length == 0) throw new InvalidOperationException("BackupAndRestore: BackupDir is not set.");
        (_initialEpoch, _batchesSinceSave) = (null, 0);
        if (!Exists(""))
        {
            if (Exists(Older)) Restore(Older);
            return;
        }

        try
        {
            Restore("");
        }
        catch (InvalidDataException e) when (Exists(Older))
        {
            Warn($"BackupAndRestore: the last backup can't be used, the one before it is. {e.Message}");
            Restore(Older);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    /// <exception cref="IOException">The backup can't be written.</exception>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (SaveFreq is null || ++_batchesSinceSave < SaveFreq) return;
        _batchesSinceSave = 0;
        Save(_epoch, batch, stepsIntoEpoch: batch + 1);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The backup can't be written.</exception>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        if (SaveFreq is null) Save(epoch + 1, batch: 0, stepsIntoEpoch: 0);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs)
    {
        if (!DeleteCheckpoint || !Directory.Exists(BackupDir)) return;
        foreach (string path in (string[])[Weights, Place, Weights + Older, Place + Older]) File.Delete(path);
        if (!Directory.EnumerateFileSystemEntries(BackupDir).Any()) Directory.Delete(BackupDir); // other files are not ours to delete
    }

    private void Save(int epoch, int batch, int stepsIntoEpoch)
    {
        Directory.CreateDirectory(BackupDir);
        if (DoubleCheckpoint && Exists(""))
        {
            File.Move(Weights, Weights + Older, overwrite: true);
            File.Move(Place, Place + Older, overwrite: true);
        }

        TrainingState state = Model.State!;
        Model.SaveWeights(Weights);
        var place = new JsonObject
        {
            ["epoch"] = epoch,
            ["batch"] = batch,
            [ModelFile.OwnKey] = new JsonObject { ["epochs"] = state.Epochs, ["steps"] = stepsIntoEpoch, ["iterations"] = state.Iterations },
        };
        if (state.AreAveragesInPlace) place[ModelFile.OwnKey]![ModelFile.AveragesInPlaceKey] = true;
        AtomicFile.WriteAllText(Place, place.ToJsonString());
    }

    /// <summary>A backup whose place was not written yet is none.</summary>
    private bool Exists(string suffix) => File.Exists(Weights + suffix) && File.Exists(Place + suffix);

    private void Restore(string suffix)
    {
        string path = Place + suffix;
        JsonObject place = SafeJson.ParseObject(RegularFile.ReadAllBytes(path, MaxPlaceBytes), path, new ReadBudget(MaxPlaceBytes, path));
        int epoch = Number(place, "epoch"), epochs = epoch;
        Model.LoadWeights(Weights + suffix);
        TrainingState state = Model.State!;
        if (place[ModelFile.OwnKey] is JsonObject own)
        {
            if (own[ModelFile.AveragesInPlaceKey] is JsonValue flag && flag.TryGetValue(out bool inPlace)) state.AreAveragesInPlace = inPlace;
            // Weights are written before the place. If the run ended in between, they are some steps ahead of it.
            long ahead = state.Iterations - Number(own, "iterations");
            long gained = ahead > 0 && Parameters.Steps > 0 ? (Number(own, "steps") + ahead) / Parameters.Steps : 0;
            epoch = (int)Math.Min(epoch + gained, Parameters.Epochs);
            epochs = (int)Math.Min(Number(own, "epochs") + gained, int.MaxValue);
        }

        state.Epochs = epochs;
        _initialEpoch = epoch;

        int Number(JsonObject json, string name) => json.WholeNumber(name) is { } number and >= 0
            ? number
            : throw new InvalidDataException($"{path}: '{name}' is {json[name]?.ToJsonString() ?? "missing"}; it should be a whole number that is 0 or more.");
    }
}
