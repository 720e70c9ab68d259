
namespace Unroll.Models.Training;

/// <summary>The callbacks of a run.</summary>
internal sealed class CallbackList
{
    private readonly Callback[] _callbacks;

    private CallbackList(Callback[] callbacks) => _callbacks = callbacks;

    /// <summary>The user's callbacks, then the progress display.</summary>
    /// <exception cref="ArgumentException">A callback is null.</exception>
    public static CallbackList For(Model model, IReadOnlyList<Callback>? callbacks, FitParameters parameters)
    {
        Callback[] all = [.. callbacks ?? [], .. parameters.Verbose == 0 ? Array.Empty<Callback>() : [new ProgressCallback(parameters.Verbose)]];
        int missing = Array.IndexOf(all, null);
        if (missing >= 0) throw new ArgumentException($"Callback {missing} of the list is null.", nameof(callbacks));
        foreach (Callback callback in all)
        {
            callback.Model = model;
            callback.Parameters = parameters;
        }

        return new CallbackList(all);
    }

    /// <summary>Tells how many steps an epoch has, once the first has shown it.</summary>
    public void SetSteps(int steps)
    {
        foreach (Callback callback in _callbacks) callback.Parameters = callback.Parameters with { Steps = steps };
    }

    /// <summary>Returns the epoch to begin with; null: no callback says it.</summary>
    public int? TrainBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnTrainBegin();
        return _callbacks.LastOrDefault(callback => callback.InitialEpoch is not null)?.InitialEpoch;
    }

    /// <summary>Epochs of a run that this one goes on with.</summary>
    public IEnumerable<EpochResult> EarlierEpochs => _callbacks.SelectMany(callback => callback.EarlierEpochs);

    public void TrainEnd(IReadOnlyDictionary<string, double> logs)
    {
        foreach (Callback callback in _callbacks) callback.OnTrainEnd(logs);
    }

    public void EpochBegin(int epoch)
    {
        foreach (Callback callback in _callbacks) callback.OnEpochBegin(epoch);
    }

    public void EpochEnd(int epoch, Dictionary<string, double> logs)
    {
        foreach (Callback callback in _callbacks) callback.OnEpochEnd(epoch, logs);
    }

    public void TrainBatchBegin(int batch)
    {
        foreach (Callback callback in _callbacks) callback.OnTrainBatchBegin(batch);
    }

    public void TrainBatchEnd(int batch, RunningMeans means)
    {
        if (_callbacks.Length == 0) return;
        var logs = new BatchLogs(means);
        foreach (Callback callback in _callbacks) callback.OnTrainBatchEnd(batch, logs);
        logs.Close();
    }

    public void TestBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnTestBegin();
    }

    public void TestEnd(Dictionary<string, double> logs)
    {
        foreach (Callback callback in _callbacks) callback.OnTestEnd(logs);
    }

    public void TestBatchBegin(int batch)
    {
        foreach (Callback callback in _callbacks) callback.OnTestBatchBegin(batch);
    }

    public void TestBatchEnd(int batch, RunningMeans means)
    {
        if (_callbacks.Length == 0) return;
        var logs = new BatchLogs(means);
        foreach (Callback callback in _callbacks) callback.OnTestBatchEnd(batch, logs);
        logs.Close();
    }

    public void PredictBegin()
    {
        foreach (Callback callback in _callbacks) callback.OnPredictBegin();
    }

    public void PredictEnd()
    {
        foreach (Callback callback in _callbacks) callback.OnPredictEnd();
    }

    public void PredictBatchBegin(int batch)
    {
        foreach (Callback callback in _callbacks) callback.OnPredictBatchBegin(batch);
    }

    public void PredictBatchEnd(int batch, Memory<float>[] values)
    {
        if (_callbacks.Length == 0) return;
        ReadOnlyMemory<float>[] outputs = [.. values];
        foreach (Callback callback in _callbacks) callback.OnPredictBatchEnd(batch, outputs);
    }
}
