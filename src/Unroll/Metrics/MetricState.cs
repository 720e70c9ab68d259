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

    /// <summary>The value so far.</summary>
    public abstract double Result { get; }
}
