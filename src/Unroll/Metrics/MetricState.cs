namespace Unroll.Metrics;

/// <summary>Sizes of one sample's outputs and targets.</summary>
/// <param name="Steps">Time steps of the output; 1 without time.</param>
/// <param name="Units">Outputs at each step.</param>
/// <param name="Targets">Target values of a sample: as many as outputs, or one class number per step.</param>
public readonly record struct MetricShape(int Steps, int Units, int Targets)
{
    /// <summary>Outputs of all steps.</summary>
    public int Outputs => Steps * Units;
}

/// <summary>Outputs and targets of a batch, and what they count for.</summary>
/// <param name="shape">Sizes of one sample's outputs and targets.</param>
/// <param name="predictions">What the model puts out, <c>[samples, steps, units]</c>.</param>
/// <param name="targets">What it should be, for each sample the same number of values.</param>
/// <param name="weights">What each time step of each sample counts for; 0: nothing.</param>
public readonly ref struct MetricBatch(MetricShape shape, ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets, ReadOnlySpan<double> weights)
{
    /// <summary>Sizes of one sample's outputs and targets.</summary>
    public MetricShape Shape { get; } = shape;

    /// <summary>What the model puts out, <c>[samples, steps, units]</c>.</summary>
    public ReadOnlySpan<float> Predictions { get; } = predictions;

    /// <summary>What it should be, for each sample the same number of values.</summary>
    public ReadOnlySpan<float> Targets { get; } = targets;

    /// <summary>What each time step of each sample counts for; 0: nothing.</summary>
    public ReadOnlySpan<double> Weights { get; } = weights;

    /// <summary>Number of samples.</summary>
    public int Samples => Predictions.Length / Shape.Outputs;
}

/// <summary>Adds up a metric over the batches of an epoch or a pass.</summary>
public abstract class MetricState
{
    /// <summary>Forgets everything.</summary>
    public abstract void Reset();

    /// <summary>Takes in one row at one time step.</summary>
    /// <param name="prediction">The model's outputs.</param>
    /// <param name="target">One value per output, or the number of the right class.</param>
    /// <param name="weight">1 without masks and sample weights.</param>
    public abstract void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight);

    /// <summary>True if the metric is told from whole batches, so that <see cref="Add(MetricBatch)"/> must be called, not once for each row.</summary>
    public virtual bool SeesBatches => false;

    /// <summary>Takes in a batch: unless overridden, row by row.</summary>
    public virtual void Add(MetricBatch batch)
    {
        (int steps, int units, int targets) = batch.Shape;
        int perStep = targets / steps;
        for (int i = 0; i < batch.Weights.Length; i++)
        {
            if (batch.Weights[i] != 0) Add(batch.Predictions.Slice(i * units, units), batch.Targets.Slice(i * perStep, perStep), batch.Weights[i]);
        }
    }

    /// <summary>The value so far.</summary>
    public abstract double Result { get; }

    /// <summary>All values so far, for a metric that has one for each class or threshold.</summary>
    public virtual IReadOnlyList<double> Results => [Result];
}
