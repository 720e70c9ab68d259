using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Metrics;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Loss and metrics since the start of an epoch or pass; losses are weighted by rows.</summary>
internal sealed class RunningMeans
{
    private readonly OutputNames _outputs;
    private readonly (CompiledMetric Metric, MetricState? State)[] _metrics;
    private readonly bool[] _isPlain;
    private readonly double[] _losses, _accuracies; // of every output
    private readonly bool _hasSeveralLosses;
    private float[] _batchTargets = [];
    private double[] _batchWeights = [];
    private ModelSession _session;
    private Targets _targets;
    private double _loss;
    private long _rows;

    /// <summary>Prepares a session for the metrics of a compiled model.</summary>
    /// <param name="state">What the model was compiled with.</param>
    /// <param name="session">Where batches are scored.</param>
    /// <param name="targets">Their targets.</param>
    /// <param name="outputs">Names of the outputs.</param>
    /// <param name="isSteady">False: session and targets may change, see <see cref="Use"/>.</param>
    /// <exception cref="ArgumentException">A metric can't be told from such outputs and targets.</exception>
    public RunningMeans(TrainingState state, ModelSession session, Targets targets, OutputNames outputs, bool isSteady = true)
    {
        (_session, _targets, _outputs) = (session, targets, outputs);
        (_losses, _accuracies) = (new double[session.Scores.Length], new double[session.Scores.Length]);
        _hasSeveralLosses = state.Loss.Count > 1;

        // The common case costs next to nothing: the plain accuracy is counted while the loss is.
        _isPlain = [.. session.Scores.Select((score, i) => isSteady && score.IsPlain && !score.Shape.HasTime && targets.Of(i).Weights is null
            && state.Metrics.ArePlain(i, score.Shape, targets.Of(i).SampleSize))];
        _metrics =
        [
            .. state.Metrics.All.Select(entry => (entry, _isPlain[entry.Output] ? null
                : StateOf(entry))),
        ];
        Record();
    }

    /// <summary>Goes on with batches of another session or other targets.</summary>
    public void Use(ModelSession session, Targets targets)
    {
        _targets = targets;
        if (_session == session) return;
        _session = session;
        Record();
    }

    public void Reset()
    {
        (_loss, _rows) = (0, 0);
        Array.Clear(_losses);
        Array.Clear(_accuracies);
        foreach ((_, MetricState? state) in _metrics) state?.Reset();
    }

    /// <summary>Adds the batch that the session has just scored, and returns its loss.</summary>
    /// <param name="rows">Data rows of the batch's rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Add(ReadOnlySpan<int> rows)
    {
        double total = 0;
        for (int i = 0; i < _losses.Length; i++)
        {
            OutputScore score = _session.Scores[i];
            if (score.Loss is null) continue;
            double loss = 0, accuracy = 0;
            foreach (RowResult row in score.Results.AsSpan(0, rows.Length))
            {
                loss += row.Loss;
                accuracy += row.Accuracy;
            }

            _losses[i] += loss;
            _accuracies[i] += accuracy;
            total += score.Weight * loss;
        }

        _loss += total + _session.Penalty * rows.Length;
        _rows += rows.Length;
        AddToMetrics(rows);
        return total / rows.Length + _session.Penalty;
    }

    /// <summary>The values by name, sorted, as float32 like Keras' logs.</summary>
    public Dictionary<string, double> Logs()
    {
        var logs = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["loss"] = Mean(_loss) };
        if (_hasSeveralLosses)
        {
            for (int i = 0; i < _losses.Length; i++)
                if (_session.Scores[i].Loss is not null) logs[_outputs.All[i] + "_loss"] = Mean(_losses[i]);
        }

        foreach ((CompiledMetric metric, MetricState? state) in _metrics)
            logs[metric.Name] = state is null ? Mean(_accuracies[metric.Output]) : (float)state.Result;
        return new Dictionary<string, double>(logs);
    }

    private void AddToMetrics(ReadOnlySpan<int> rows)
    {
        foreach ((CompiledMetric metric, MetricState? state) in _metrics)
        {
            if (state is null) continue;
            BatchOutputs outputs = _session.Scores[metric.Output].Outputs!;
            Targets targets = _targets.Of(metric.Output);
            OutputShape shape = outputs.Shape;
            if (state.SeesBatches)
            {
                AddBatch(metric, state, rows);
                continue;
            }

            int perStep = targets.SampleSize / shape.Steps;
            bool heedsMask = metric.Metric.HeedsMasks;
            for (int row = 0, place = 0; row < rows.Length; row++)
            {
                for (int t = 0; t < shape.Steps; t++, place++)
                {
                    double weight = metric.IsWeighted ? targets.WeightOf(rows[row], t) : 1;
                    if (weight == 0 || (heedsMask && outputs.Mask[place] == 0)) continue;
                    state.Add(
                        outputs.Predictions.AsSpan(place * shape.Units, shape.Units),
                        targets.Values.AsSpan((rows[row] * shape.Steps + t) * perStep, perStep), weight);
                }
            }
        }
    }

    private MetricState StateOf(CompiledMetric entry)
    {
        OutputShape shape = _session.Scores[entry.Output].Shape;
        MetricState state = entry.Metric.CreateState(new MetricShape(shape.Steps, shape.Units, _targets.Part(entry.Output)?.SampleSize ?? throw Missing(entry)));
        if (state.Results.Count != 1)
        {
            throw new ArgumentException(
                $"The metric '{entry.Name}' ({entry.Metric.GetType().Name}) has {state.Results.Count} values, but logs hold one number per name. Let it average over classes, or give it one threshold.");
        }

        return state;
    }

    /// <summary>For a metric that is told from whole batches.</summary>
    private void AddBatch(CompiledMetric metric, MetricState state, ReadOnlySpan<int> rows)
    {
        BatchOutputs outputs = _session.Scores[metric.Output].Outputs!;
        Targets targets = _targets.Of(metric.Output);
        OutputShape shape = outputs.Shape;
        int size = targets.SampleSize;
        if (_batchTargets.Length < rows.Length * size) _batchTargets = new float[rows.Length * size];
        if (_batchWeights.Length < rows.Length * shape.Steps) _batchWeights = new double[rows.Length * shape.Steps];
        for (int row = 0; row < rows.Length; row++)
        {
            targets.Values.AsSpan(rows[row] * size, size).CopyTo(_batchTargets.AsSpan(row * size));
            for (int t = 0; t < shape.Steps; t++)
            {
                int place = row * shape.Steps + t;
                bool counts = !metric.Metric.HeedsMasks || outputs.Mask[place] != 0;
                _batchWeights[place] = !counts ? 0 : metric.IsWeighted ? targets.WeightOf(rows[row], t) : 1;
            }
        }

        state.Add(new MetricBatch(
            new MetricShape(shape.Steps, shape.Units, size), outputs.Predictions.AsSpan(0, rows.Length * shape.Size),
            _batchTargets.AsSpan(0, rows.Length * size), _batchWeights.AsSpan(0, rows.Length * shape.Steps)));
    }

    private void Record()
    {
        for (int i = 0; i < _session.Scores.Length; i++)
        {
            OutputScore score = _session.Scores[i];
            if (!_isPlain[i] && (score.Loss is not null || _metrics.Any(entry => entry.Metric.Output == i))) score.RecordOutputs();
        }
    }

    private float Mean(double sum) => _rows == 0 ? 0f : (float)(sum / _rows);

    private ArgumentException Missing(CompiledMetric metric) =>
        new($"The metric '{metric.Name}' needs targets for the output '{_outputs.All[metric.Output]}', but there are none.");
}
