using Unroll.Callbacks;

namespace Unroll.Models.Training;

/// <summary>The callbacks of a run; computes batch logs only if one of them wants to see them.</summary>
internal sealed class CallbackList
{
    private static readonly Dictionary<string, double> NoLogs = [];
    private readonly Callback[] _callbacks;

    private CallbackList(Callback[] callbacks) => _callbacks = callbacks;

    /// <summary>The user's callbacks, then the progress display.</summary>
    public static CallbackList For(Model model, IEnumerable<Callback> callbacks, FitParameters parameters)
    {
        Callback[] all = [.. callbacks, .. parameters.Verbose == 0 ? Array.Empty<Callback>() : [new ProgressCallback(parameters.Verbose)]];
        foreach (Callback callback in all)
        {
            callback.Model = model;
            callback.Parameters = parameters;
        }

        return new CallbackList(all);
    }

    public void TrainBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnTrainBegin();
    }

    public void EpochBegin(int epoch)
    {
        foreach (Callback callback in _callbacks) callback.OnEpochBegin(epoch);
    }

    public void TrainBatchEnd(int batch, RunningMeans means)
    {
        if (_callbacks.Length == 0) return;
        Dictionary<string, double> logs = BatchLogs(means);
        foreach (Callback callback in _callbacks) callback.OnTrainBatchEnd(batch, logs);
    }

    public void EpochEnd(int epoch, Dictionary<string, double> logs)
    {
        foreach (Callback callback in _callbacks) callback.OnEpochEnd(epoch, logs);
    }

    public void TrainEnd()
    {
        foreach (Callback callback in _callbacks) callback.OnTrainEnd();
    }

    public void TestBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnTestBegin();
    }

    public void TestBatchEnd(int batch, RunningMeans means)
    {
        if (_callbacks.Length == 0) return;
        Dictionary<string, double> logs = BatchLogs(means);
        foreach (Callback callback in _callbacks) callback.OnTestBatchEnd(batch, logs);
    }

    public void TestEnd(Dictionary<string, double> logs)
    {
        foreach (Callback callback in _callbacks) callback.OnTestEnd(logs);
    }

    public void PredictBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnPredictBegin();
    }

    public void PredictBatchEnd(int batch)
    {
        foreach (Callback callback in _callbacks) callback.OnPredictBatchEnd(batch);
    }

    public void PredictEnd()
    {
        foreach (Callback callback in _callbacks) callback.OnPredictEnd();
    }

    private Dictionary<string, double> BatchLogs(RunningMeans means)
    {
        foreach (Callback callback in _callbacks)
        {
            if (callback.WantsBatchLogs) return means.Logs();
        }

        return NoLogs;
    }
}
