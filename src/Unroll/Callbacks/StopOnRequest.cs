namespace Unroll.Callbacks;

/// <summary>Ends a training after the current step once a token is cancelled, as at its end: callbacks and weights are left as then.</summary>
internal sealed class StopOnRequest(CancellationToken request) : Callback
{
    /// <summary>True if it ended the training.</summary>
    public bool HasStopped { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (!request.IsCancellationRequested) return;
        HasStopped = true;
        Model.StopTraining = true;
    }
}
