namespace Unroll.Losses;

/// <summary>What the values of a batch count for.</summary>
/// <param name="weights">One per sample and step; empty: 1.</param>
/// <param name="arePerStep">False if all steps of a sample have the same weight.</param>
/// <param name="mask">One per sample and step, 0 for what does not count; empty: all counts.</param>
internal readonly ref struct BatchWeights(ReadOnlySpan<float> weights, bool arePerStep, ReadOnlySpan<float> mask)
{
    public ReadOnlySpan<float> Weights { get; } = weights;

    public bool ArePerStep { get; } = arePerStep;

    public ReadOnlySpan<float> Mask { get; } = mask;
}

/// <summary>Scores a whole batch by any loss: values, their reduction and its gradient. Buffers are kept from batch to batch.</summary>
/// <param name="loss">The loss.</param>
/// <param name="kind">What a value is told from.</param>
internal sealed class BatchScorer(Loss loss, SliceKind kind)
{
    private double[] _values = [], _weights = [], _gradient = [], _slopes = [];
    private float[] _output = [], _target = [], _prediction = [];

    /// <summary>The values of the last batch without their weights.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>What each value counted for, before the reduction divided.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>The slope of the reduced loss at every output.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>The loss of a batch; with <see cref="LossReduction.None"/> the sum, whose gradient Keras shows.</summary>
    /// <exception cref="ArgumentException">Weights don't fit the values.</exception>
    public double Score(LossBatch batch, BatchWeights weights)
    {
        Slices slices = kind == SliceKind.Samples ? default : Slices.Of(kind, batch.Samples, batch.Steps, batch.Units);
        int count = kind == SliceKind.Samples ? batch.Samples : slices.Count;
        if (_values.Length != count) (_values, _weights) = (new double[count], new double[count]);
        if (_gradient.Length != batch.Outputs.Length) _gradient = new double[batch.Outputs.Length];
        double divisor = Weigh(batch, weights);
        if (divisor == 0) Array.Clear(_weights); // nothing counts
        double scale = divisor == 0 ? 0 : 1 / divisor;
        if (kind == SliceKind.Samples)
        {
            for (int i = 0; i < count; i++) _weights[i] *= scale;
            ((BatchLoss)loss).Evaluate(batch, _weights, _values, _gradient);
            scale = 1;
        }
        else
        {
            ScoreSlices(batch, slices, scale);
        }

        double sum = 0;
        for (int i = 0; i < count; i++) sum += _weights[i] == 0 ? 0 : _values[i] * _weights[i];
        return sum * scale;
    }

    private void ScoreSlices(LossBatch batch, Slices slices, double scale)
    {
        int targets = loss.TakesClassIds ? 1 : slices.Length;
        if (_output.Length != slices.Length) (_output, _prediction, _slopes) = (new float[slices.Length], new float[slices.Length], new double[slices.Length]);
        if (_target.Length != targets) _target = new float[targets];
        for (int i = 0; i < slices.Count; i++)
        {
            slices.Take(batch.Outputs, i, _output);
            if (loss.TakesClassIds) _target[0] = batch.Targets[i];
            else slices.Take(batch.Targets, i, _target);
            _values[i] = loss.Evaluate(_output, _target, isFused: false, _prediction, _slopes);
            double weight = _weights[i] * scale;
            for (int k = 0, at = slices.Start(i); k < slices.Length; k++, at += slices.Stride) _gradient[at] = weight == 0 ? 0 : _slopes[k] * weight;
        }
    }

    /// <summary>Sets the weight of each value, and returns what their sum is divided by.</summary>
    private double Weigh(LossBatch batch, BatchWeights given)
    {
        bool hasWeights = !given.Weights.IsEmpty;
        int count = _weights.Length, valid = 0;
        double sum = 0;
        if (hasWeights && (kind == SliceKind.Column || (given.ArePerStep && kind is SliceKind.Time or SliceKind.Samples)))
            throw new ArgumentException($"{loss.Name}: its values are not those of single {(kind == SliceKind.Column ? "samples" : "time steps")}, so that weights of these can't be given.");
        for (int i = 0; i < count; i++)
        {
            double weight = 1;
            bool counts = true;
            switch (kind)
            {
                case SliceKind.Row:
                    counts = (given.Mask.IsEmpty || given.Mask[i] != 0) && !(loss.TakesClassIds && loss.IsIgnored(batch.Targets[i]));
                    if (hasWeights) weight = given.Weights[i];
                    break;
                case SliceKind.Time when hasWeights:
                    weight = given.Weights[i / batch.Units * batch.Steps];
                    break;
                case SliceKind.Samples when hasWeights:
                    weight = given.Weights[i * batch.Steps];
                    break;
            }

            _weights[i] = counts ? weight : 0;
            sum += _weights[i];
            if (counts) valid++;
        }

        if (kind == SliceKind.All && hasWeights) return WeighTheOne(given);
        return loss.Reduction switch
        {
            LossReduction.SumOverBatchSize => valid,
            LossReduction.MeanWithSampleWeight => sum,
            _ => 1,
        };
    }

    /// <summary>A single value counts once for every weight.</summary>
    private double WeighTheOne(BatchWeights given)
    {
        _weights[0] = 0;
        foreach (float weight in given.Weights) _weights[0] += weight;
        return loss.Reduction switch
        {
            LossReduction.SumOverBatchSize => given.Weights.Length,
            LossReduction.MeanWithSampleWeight => _weights[0],
            _ => 1,
        };
    }
}
