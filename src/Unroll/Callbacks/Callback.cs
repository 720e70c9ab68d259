namespace Unroll.Callbacks;

/// <summary>
/// Watches a training run. Hooks are called in the order of Keras: train begin, epoch begin, batch end, test begin
/// and end when validating, epoch end, train end. Logs hold running values since the start of the epoch.
/// </summary>
public abstract class Callback
{
    /// <summary>The model that is being trained.</summary>
    public Sequential Model { get; internal set; } = null!;

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

    /// <summary>After a training step. <paramref name="batch"/> counts from 0.</summary>
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

    /// <summary>True if the callback reads the logs of every batch; else they are not computed.</summary>
    public virtual bool WantsBatchLogs => false;
}

/// <summary>The shape of a training run.</summary>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Steps">Training steps per epoch.</param>
/// <param name="Verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
public sealed record FitParameters(int Epochs, int Steps, int Verbose);
