using Unroll.Configuration;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Saves the model or its weights after every epoch, after a number of batches, or when a value got better.
/// <code>new ModelCheckpoint("m-{epoch:02d}-{val_loss:.2f}.keras") { SaveBestOnly = true }</code>
/// Files are there whole or not at all; a name without values in it is replaced each time. If the monitored value is not
/// in the logs, every model is saved and a warning given, as in Keras 3.15.
/// </summary>
public sealed class ModelCheckpoint : MonitorCallback
{
    private static readonly Argument<string> FilePathArgument = Argument.Text("filepath", "");

    private static readonly Argument<bool> SaveBestOnlyArgument = Argument.Flag("save_best_only");

    private static readonly Argument<bool> SaveWeightsOnlyArgument = Argument.Flag("save_weights_only");

    private static readonly Argument<int?> SaveFreqArgument = CallbackArguments.Frequency("save_freq");

    private static readonly Argument<double?> InitialValueThresholdArgument = Argument.OptionalNumber("initial_value_threshold");

    private int _epoch, _batchesSinceSave;

    /// <summary>Creates the callback.</summary>
    /// <param name="filePath">The file, see <see cref="FilePath"/>.</param>
    public ModelCheckpoint(string filePath) => Set(FilePathArgument, filePath);

    /// <summary>Creates the callback; the path is a property.</summary>
    public ModelCheckpoint()
    {
    }

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, ModelCheckpoint>("ModelCheckpoint")
    {
        Arguments =
        [
            FilePathArgument, MonitorArgument, VerboseArgument, SaveBestOnlyArgument, SaveWeightsOnlyArgument, ModeArgument, SaveFreqArgument,
            InitialValueThresholdArgument,
        ],
        Make = values => values.Has(FilePathArgument) ? new ModelCheckpoint() : throw CallbackArguments.Missing("ModelCheckpoint", FilePathArgument, "model.keras"),
    };

    /// <summary>
    /// The file: ends in <c>.keras</c>, with <see cref="SaveWeightsOnly"/> in <c>.weights.h5</c>. In braces <c>epoch</c>,
    /// from 1, and names of the logs; with <see cref="SaveFreq"/> also <c>batch</c>, from 1. They are formatted as in Python.
    /// </summary>
    public string FilePath { get => Get(FilePathArgument); init => Set(FilePathArgument, value); }

    /// <summary>True: save only when the monitored value is better than ever.</summary>
    public bool SaveBestOnly { get => Get(SaveBestOnlyArgument); init => Set(SaveBestOnlyArgument, value); }

    /// <summary>True: save the weights and the optimizer's state; false: the whole model.</summary>
    public bool SaveWeightsOnly { get => Get(SaveWeightsOnlyArgument); init => Set(SaveWeightsOnlyArgument, value); }

    /// <summary>Null: save at the end of epochs; a number: after so many batches, counted on over epochs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? SaveFreq { get => Get(SaveFreqArgument); init => Set(SaveFreqArgument, value); }

    /// <summary>What the first value must beat; null: nothing.</summary>
    public double? InitialValueThreshold { get => Get(InitialValueThresholdArgument); init => Set(InitialValueThresholdArgument, value); }

    /// <inheritdoc/>
    public override bool WritesFiles => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><see cref="FilePath"/> has the wrong ending.</exception>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        string ending = SaveWeightsOnly ? ".weights.h5" : ".keras";
        if (!FilePath.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"ModelCheckpoint: FilePath is '{FilePath}'; {(SaveWeightsOnly ? "with SaveWeightsOnly" : "without SaveWeightsOnly")} it must end in {ending}.");
        }
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><see cref="FilePath"/> names a value that is not there.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (SaveFreq is null || ++_batchesSinceSave < SaveFreq) return;
        _batchesSinceSave = 0;
        Save(new Dictionary<string, int> { ["epoch"] = _epoch + 1, ["batch"] = batch + 1 }, logs);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><see cref="FilePath"/> names a value that is not there.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        if (SaveFreq is null) Save(new Dictionary<string, int> { ["epoch"] = epoch + 1 }, logs);
    }

    internal override CallbackMemory GetMemory() => new(Numbers(("batches_since_save", _batchesSinceSave)));

    internal override void SetMemory(CallbackMemory memory)
    {
        base.SetMemory(memory);
        _batchesSinceSave = memory.Count("batches_since_save");
    }

    /// <inheritdoc/>
    protected override void OnSet(Argument argument)
    {
        if (argument == InitialValueThresholdArgument) Best = InitialValueThreshold;
    }

    private void Save(Dictionary<string, int> numbers, IEnumerable<KeyValuePair<string, double>> logs)
    {
        string path = PathFor(numbers, logs), epoch = $"\nEpoch {numbers["epoch"]}: ";
        if (SaveBestOnly)
        {
            string[] names = [.. logs.Select(entry => entry.Key)];
            RequireDirection(names);
            if (!TryGet(logs, out double? current))
            {
                Warn($"Can save best model only with {Monitor} available. Available metrics are: {string.Join(",", names)}.");
            }
            else if (!IsBetter(current.Value, Best))
            {
                if (Verbose > 0) Print($"{epoch}{Monitor} did not improve from {Text(Best)}");
                return;
            }
            else
            {
                if (Verbose > 0) Print($"{epoch}{Monitor} improved from {Text(Best)} to {Text(current)}, saving model to {path}");
                Best = current;
            }
        }
        else if (Verbose > 0)
        {
            Print($"{epoch}saving model to {path}");
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        if (SaveWeightsOnly) Model.SaveWeights(path);
        else Model.Save(path);
        if (Verbose > 0) Print($"{epoch}finished saving model to {path}");
    }

    private string PathFor(Dictionary<string, int> numbers, IEnumerable<KeyValuePair<string, double>> logs)
    {
        try
        {
            return PathTemplate.Fill(FilePath, numbers, logs);
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"Failed to format this callback filepath: \"{FilePath}\". Reason: {e.Message}.", e);
        }
    }

    private static string Text(double? value) => value is { } number ? PythonFormat.Fixed(number, 5) : "None";
}
