using System.Runtime.CompilerServices;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Models.Execution;

namespace Unroll.Models.Training;

/// <summary>Loss and metrics since the start of an epoch or pass; the loss is weighted by rows.</summary>
internal sealed class RunningMeans
{
    private readonly ModelSession _session;
    private readonly Targets _targets;
    private readonly (string Name, MetricState? State, bool IsWeighted)[] _metrics;
    private double _loss, _accuracy;
    private long _rows;

    /// <summary>Prepares a session for the metrics of a compiled model.</summary>
    /// <exception cref="ArgumentException">A metric can't be told from such outputs and targets.</exception>
    public RunningMeans(TrainingState state, ModelSession session, Targets targets)
    {
        (_session, _targets) = (session, targets);
        OutputShape output = session.Output;

        // The common case costs next to nothing: the plain accuracy is counted while the loss is.
        bool isPlain = state.Loss is ElementwiseLoss && !output.HasTime && targets.Weights is null
            && state.Metrics.ArePlain(output, targets.SampleSize);
        _metrics =
        [
            .. state.Metrics.All.Select(entry => (entry.Name, isPlain ? null : entry.Metric.CreateState(new MetricShape(output.Steps, output.Units, targets.SampleSize)), entry.IsWeighted))
                .OrderBy(entry => entry.Name, StringComparer.Ordinal),
        ];
        if (!isPlain) session.RecordOutputs();
    }

    public void Reset()
    {
        (_loss, _accuracy, _rows) = (0, 0, 0);
        foreach ((_, MetricState? state, _) in _metrics) state?.Reset();
    }

    /// <summary>Adds a batch and returns its own loss.</summary>
    /// <param name="batch">Results of the batch's rows.</param>
    /// <param name="rows">Data rows of the batch's rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Add(ReadOnlySpan<RowResult> batch, ReadOnlySpan<int> rows)
    {
        double loss = 0, accuracy = 0;
        foreach (RowResult row in batch)
        {
            loss += row.Loss;
            accuracy += row.Accuracy;
        }

        _loss += loss + _session.Penalty * batch.Length;
        _accuracy += accuracy;
        _rows += batch.Length;
        if (_session.Outputs is { } outputs) AddToMetrics(outputs, rows);
        return loss / batch.Length + _session.Penalty;
    }

    /// <summary>The values by name, sorted, as float32 like Keras' logs.</summary>
    public Dictionary<string, double> Logs()
    {
        var logs = new Dictionary<string, double>();
        bool hasLoss = false;
        foreach ((string name, MetricState? state, _) in _metrics)
        {
            if (!hasLoss && string.CompareOrdinal(name, "loss") > 0) AddLoss();
            logs[name] = state is null ? Mean(_accuracy) : (float)state.Result;
        }

        if (!hasLoss) AddLoss();
        return logs;

        void AddLoss()
        {
            logs["loss"] = Mean(_loss);
            hasLoss = true;
        }
    }

    private void AddToMetrics(BatchOutputs outputs, ReadOnlySpan<int> rows)
    {
        OutputShape shape = outputs.Shape;
        int perStep = _targets.SampleSize / shape.Steps;
        foreach ((_, MetricState? state, bool isWeighted) in _metrics)
        {
            for (int row = 0, place = 0; row < rows.Length; row++)
            {
                double weight = isWeighted && _targets.Weights is { } weights ? weights[rows[row]] : 1;
                for (int t = 0; t < shape.Steps; t++, place++)
                {
                    if (weight == 0 || outputs.Mask[place] == 0) continue;
                    state!.Add(
                        outputs.Predictions.AsSpan(place * shape.Units, shape.Units),
                        _targets.Values.AsSpan((rows[row] * shape.Steps + t) * perStep, perStep), weight);
                }
            }
        }
    }

    private float Mean(double sum) => _rows == 0 ? 0f : (float)(sum / _rows);
}
