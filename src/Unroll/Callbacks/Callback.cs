namespace Unroll.Callbacks;

/// <summary>
/// Watches a training run. Hooks are called in the order of Keras: train begin, epoch begin, batch end, test begin
/// and end when validating, epoch end, train end. Logs hold running values since the start of the epoch.
/// </summary>
public abstract class Callback
{
    /// <summary>The model that is being trained.</summary>
    public Model Model { get; internal set; } = null!;

    /// <summary>What the run was started with.</summary>
    public FitParameters Parameters { get; internal set; } = null!;

    /// <summary>Before the first epoch.</summary>
    public virtual void OnTrainBegin()
    {
    }

    /// <summary>Before an epoch; <paramref name="epoch"/> counts from 0.</summary>
    public virtual void OnEpochBegin(int epoch)
    {
    }

    /// <summary>
    /// After a training step. <paramref name="batch"/> counts from 0. <paramref name="logs"/> is empty unless a callback
    /// wanted the logs of this batch (<see cref="WantsBatchLogs"/>).
    /// </summary>
    public virtual void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>After an epoch and its validation. What is added to <paramref name="logs"/> later callbacks see.</summary>
    public virtual void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
    }

    /// <summary>After the last epoch.</summary>
    public virtual void OnTrainEnd()
    {
    }

    /// <summary>Before a pass over validation or test data.</summary>
    public virtual void OnTestBegin()
    {
    }

    /// <summary>After a validation or test batch; <paramref name="logs"/> as in <see cref="OnTrainBatchEnd"/>.</summary>
    public virtual void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>After a pass over validation or test data; <paramref name="logs"/> have no <c>val_</c> in their names.</summary>
    public virtual void OnTestEnd(IReadOnlyDictionary<string, double> logs)
    {
    }

    /// <summary>Before a prediction.</summary>
    public virtual void OnPredictBegin()
    {
    }

    /// <summary>After a batch of a prediction.</summary>
    public virtual void OnPredictBatchEnd(int batch)
    {
    }

    /// <summary>After a prediction.</summary>
    public virtual void OnPredictEnd()
    {
    }

    /// <summary>
    /// True if the callback reads the logs of the batch that is about to end; if no callback does, they are not
    /// computed. Asked once per batch, so that a callback may want the logs of some batches only.
    /// </summary>
    public virtual bool WantsBatchLogs => false;
}

/// <summary>The shape of a training run.</summary>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Steps">Steps per epoch; in an evaluation or prediction on its own, the steps of that.</param>
/// <param name="Verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
public sealed record FitParameters(int Epochs, int Steps, int Verbose);
