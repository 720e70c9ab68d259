namespace Unroll.Callbacks;

/// <summary>
/// Functions in place of a class of one's own.
/// <code>new LambdaCallback { EpochEnd = (epoch, logs) => Console.WriteLine($"{epoch}: {logs["loss"]:F3}") }</code>
/// </summary>
public sealed class LambdaCallback : Callback
{
    /// <summary>Called by <see cref="Callback.OnTrainBegin"/>.</summary>
    public Action? TrainBegin { get; init; }

    /// <summary>Called by <see cref="Callback.OnTrainEnd"/>.</summary>
    public Action<IReadOnlyDictionary<string, double>>? TrainEnd { get; init; }

    /// <summary>Called by <see cref="Callback.OnEpochBegin"/> with the epoch, from 0.</summary>
    public Action<int>? EpochBegin { get; init; }

    /// <summary>Called by <see cref="Callback.OnEpochEnd"/> with the epoch, from 0, and the logs.</summary>
    public Action<int, IDictionary<string, double>>? EpochEnd { get; init; }

    /// <summary>Called by <see cref="Callback.OnTrainBatchBegin"/> with the batch, from 0.</summary>
    public Action<int>? TrainBatchBegin { get; init; }

    /// <summary>Called by <see cref="Callback.OnTrainBatchEnd"/> with the batch, from 0, and the running logs.</summary>
    public Action<int, IReadOnlyDictionary<string, double>>? TrainBatchEnd { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin() => TrainBegin?.Invoke();

    /// <inheritdoc/>
    public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs) => TrainEnd?.Invoke(logs);

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => EpochBegin?.Invoke(epoch);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => EpochEnd?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch) => TrainBatchBegin?.Invoke(batch);

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => TrainBatchEnd?.Invoke(batch, logs);
}
