using Unroll.Callbacks;
using Unroll.Configuration;
using Unroll.Models;

namespace Unroll;

/// <summary>
/// Watches and steers a run of <c>Fit</c>, <c>Evaluate</c> or <c>Predict</c>. Derive from it and override the hooks that
/// matter. Their order is Keras': train begin; epoch begin, for each batch begin and end, test begin, test batches and
/// test end when validating, epoch end; train end. Callbacks are called in the order of the list; the progress display
/// comes last. <c>Model.StopTraining = true</c> ends the run after the current batch (from a batch hook) or epoch.
/// Logs hold running values since the start of the epoch or pass, sorted by name. Converts from text:
/// <c>callbacks: ["early_stopping(patience=2)"]</c>.
/// </summary>
public abstract class Callback : Configurable
{
    private readonly HashSet<string> _warnings = [];

    /// <summary>All callbacks that are known by name.</summary>
    public static Catalog<Callback> Catalog => CallbackCatalog.Instance;

    /// <summary>The model that is being trained.</summary>
    public Model Model { get; internal set; } = null!;

    /// <summary>What the run was started with.</summary>
    public FitParameters Parameters { get; internal set; } = null!;

    /// <summary>Where messages go; null: to the console.</summary>
    public TextWriter? Output { get; init; }

    /// <summary>Where warnings go; null: to the error stream of the console.</summary>
    public TextWriter? Warnings { get; init; }

    /// <summary>
    /// Index of the epoch that the run should begin with, asked after <see cref="OnTrainBegin"/>; null: no wish. If several
    /// callbacks have one, the last counts. From <see cref="FitParameters.Epochs"/> on nothing is trained.
    /// </summary>
    public virtual int? InitialEpoch => null;

    /// <summary>True if it writes files of the names that it was given: runs at the same time must not share one.</summary>
    public virtual bool WritesFiles => false;

    /// <summary>Epochs that were trained in another process: the beginning of the history.</summary>
    internal virtual IReadOnlyList<EpochResult> EarlierEpochs => [];

    /// <summary>True if the run goes on with one of another process: files are not begun anew.</summary>
    internal bool GoesOn { get; set; }

    /// <summary>The callback of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static implicit operator Callback(string name) => FromName(name);

    /// <summary>The callback of that name, with default arguments or those in parentheses: <c>early_stopping(patience=2)</c>.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Callback FromName(string name) => Catalog.Create(name);

    /// <summary>Before the first epoch; weights and optimizer are there.</summary>
    public virtual void OnTrainBegin()
    {
    }

    /// <summary>After the last epoch, also of a run that was stopped, but not of one that failed.</summary>
    /// <param name="logs">Those of the last epoch; empty if there was none.</param>
    public virtual void OnTrainEnd(IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>Before an epoch; <paramref name="epoch"/> counts from 0.</summary>
    public virtual void OnEpochBegin(int epoch)
    {
    }

    /// <summary>After an epoch and its validation. What is added to <paramref name="logs"/> later callbacks and the history see.</summary>
    public virtual void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
    }

    /// <summary>Before a training step; <paramref name="batch"/> counts from 0 in every epoch.</summary>
    public virtual void OnTrainBatchBegin(int batch)
    {
    }

    /// <summary>
    /// After a training step. If the loss became NaN or infinite the step has changed no weight, and unless a callback
    /// stops the training here it fails with a <see cref="NonFiniteLossException"/>.
    /// </summary>
    /// <param name="batch">Counts from 0 in every epoch.</param>
    /// <param name="logs">Computed when they are read; to be read inside the hook.</param>
    public virtual void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>Before a pass over validation or test data.</summary>
    public virtual void OnTestBegin()
    {
    }

    /// <summary>After a pass over validation or test data; <paramref name="logs"/> have no <c>val_</c> in their names.</summary>
    public virtual void OnTestEnd(IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>Before a validation or test batch; <paramref name="batch"/> counts from 0.</summary>
    public virtual void OnTestBatchBegin(int batch)
    {
    }

    /// <summary>After a validation or test batch; <paramref name="logs"/> as in <see cref="OnTrainBatchEnd"/>.</summary>
    public virtual void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>Before a prediction.</summary>
    public virtual void OnPredictBegin()
    {
    }

    /// <summary>After a prediction.</summary>
    public virtual void OnPredictEnd()
    {
    }

    /// <summary>Before a batch of a prediction; <paramref name="batch"/> counts from 0.</summary>
    public virtual void OnPredictBatchBegin(int batch)
    {
    }

    /// <summary>After a batch of a prediction.</summary>
    /// <param name="batch">Counts from 0.</param>
    /// <param name="outputs">For each output of the model the values of the batch's samples, row by row.</param>
    public virtual void OnPredictBatchEnd(int batch, IReadOnlyList<ReadOnlyMemory<float>> outputs)
    {
    }

    /// <summary>What a run that goes on in another process must know; null: the arguments say all.</summary>
    internal virtual CallbackMemory? GetMemory() => null;

    /// <summary>Takes it up, after <see cref="OnTrainBegin"/>.</summary>
    internal virtual void SetMemory(CallbackMemory memory)
    {
    }

    /// <summary>Writes a line to <see cref="Output"/>.</summary>
    protected void Print(string message)
    {
        TextWriter output = Output ?? Console.Out;
        output.Write(message + "\n");
        output.Flush();
    }

    /// <summary>Writes a line to <see cref="Warnings"/>; the same text only once, as Python does it.</summary>
    protected void Warn(string message)
    {
        if (_warnings.Add(message)) (Warnings ?? Console.Error).Write(message + "\n");
    }
}

/// <summary>The shape of a training run.</summary>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Steps">Steps per epoch; in an evaluation or prediction on its own, the steps of that. 0: not known yet, in the first epoch over a source of batches.</param>
/// <param name="Verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
public sealed record FitParameters(int Epochs, int Steps, int Verbose);
