using Unroll.Losses;

namespace Unroll.OpenDoors.Tests;

/// <summary>The square of how far the means of outputs and targets are apart: everything at once.</summary>
public sealed class MeansDiffer : Loss
{
    protected override int? Along => null;

    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        double difference = 0;
        for (int i = 0; i < output.Length; i++) difference += ((double)output[i] - target[i]) / output.Length;
        gradient.Fill(2 * difference / output.Length);
        return difference * difference;
    }
}

/// <summary>How far a sample's distances to all others are from what they should be: a value for each, told from the whole batch.</summary>
public sealed class Distances : BatchLoss
{
    public override void Evaluate(LossBatch batch, ReadOnlySpan<double> weights, Span<double> values, Span<double> gradient)
    {
        values.Clear();
        gradient.Clear();
        for (int i = 0; i < batch.Samples; i++)
        {
            for (int j = 0; j < batch.Samples; j++)
            {
                double error = (double)batch.Outputs[i] - batch.Outputs[j] - (batch.Targets[i] - batch.Targets[j]);
                values[i] += error * error / batch.Samples;
                gradient[i] += 2 * weights[i] * error / batch.Samples;
                gradient[j] -= 2 * weights[i] * error / batch.Samples;
            }
        }
    }
}
