namespace Unroll.Losses;

/// <summary>Outputs and targets of a batch.</summary>
/// <param name="samples">Number of samples.</param>
/// <param name="steps">Time steps of the outputs; 1 without time.</param>
/// <param name="units">Outputs per sample and step.</param>
/// <param name="outputs">What the model puts out, <c>[samples, steps, units]</c>.</param>
/// <param name="targets">What it should be, for each sample the same number of values.</param>
public readonly ref struct LossBatch(int samples, int steps, int units, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
{
    /// <summary>Number of samples.</summary>
    public int Samples { get; } = samples;

    /// <summary>Time steps of the outputs; 1 without time.</summary>
    public int Steps { get; } = steps;

    /// <summary>Outputs per sample and step.</summary>
    public int Units { get; } = units;

    /// <summary>What the model puts out, <c>[samples, steps, units]</c>.</summary>
    public ReadOnlySpan<float> Outputs { get; } = outputs;

    /// <summary>What it should be, for each sample the same number of values.</summary>
    public ReadOnlySpan<float> Targets { get; } = targets;

    /// <summary>Target values of a sample.</summary>
    public int TargetSize => Targets.Length / Samples;
}

/// <summary>
/// A loss with a value for every sample that can't be told from the outputs of one time step: it sees the whole batch. Masks of
/// padding are not heeded.
/// </summary>
public abstract class BatchLoss : Loss
{
    /// <summary>The loss of every sample of a batch.</summary>
    /// <param name="batch">Outputs and targets.</param>
    /// <param name="weights">What each sample's value counts for.</param>
    /// <param name="values">One per sample, to be set, without its weight.</param>
    /// <param name="gradient">The slope of Σ weight · value at every output, to be set.</param>
    public abstract void Evaluate(LossBatch batch, ReadOnlySpan<double> weights, Span<double> values, Span<double> gradient);

    /// <summary>The loss of one sample with one time step.</summary>
    /// <inheritdoc/>
    public sealed override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        double value = 0;
        Evaluate(new LossBatch(1, 1, output.Length, output, target), [1], new Span<double>(ref value), gradient);
        return value;
    }

    internal override SliceKind KindFor(bool hasTime) => SliceKind.Samples;
}
