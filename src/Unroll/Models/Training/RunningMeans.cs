using System.Runtime.CompilerServices;
using Unroll.Models.Execution;

namespace Unroll.Models.Training;

/// <summary>Loss and metrics since the start of an epoch or pass, weighted by rows.</summary>
internal sealed class RunningMeans(IReadOnlyList<string> metrics)
{
    private double _loss, _accuracy;
    private long _rows;

    public void Reset() => (_loss, _accuracy, _rows) = (0, 0, 0);

    /// <summary>Adds a batch and returns its own loss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Add(ReadOnlySpan<RowResult> batch)
    {
        double loss = 0, accuracy = 0;
        foreach (RowResult row in batch)
        {
            loss += row.Loss;
            accuracy += row.Accuracy;
        }

        _loss += loss;
        _accuracy += accuracy;
        _rows += batch.Length;
        return loss / batch.Length;
    }

    /// <summary>The values by name, sorted, as float32 like Keras' logs.</summary>
    public Dictionary<string, double> Logs()
    {
        var logs = new Dictionary<string, double>();
        foreach (string metric in metrics) logs[metric] = Mean(_accuracy);
        logs["loss"] = Mean(_loss);
        return logs;
    }

    private float Mean(double sum) => _rows == 0 ? 0f : (float)(sum / _rows);
}
