using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>
/// −ln of the probability that the outputs, read step by step, spell the target (Graves et al. 2006): classes may be repeated
/// and class 0, the blank, may stand anywhere in between. Outputs are logits <c>[samples, time, classes]</c>; a target is a list
/// of classes from 1, filled up with 0. All time steps count, masked or not.
/// </summary>
public sealed class CTC : BatchLoss
{
    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CTC>("CTC") { Arguments = CommonArguments, Make = _ => new CTC() };

    internal override string? WrongSize(int steps, int units, int size) =>
        size >= 1 ? null : $"{Name} needs a list of classes for every sample, filled up with 0.";

    internal override string? WrongTarget(float target, int units) => target >= 0 && target < units && target == MathF.Floor(target)
        ? null
        : $"the model's {units} outputs stand for the blank, 0, and the classes 1 … {units - 1}. Make the last layer larger or change the targets.";

    /// <inheritdoc/>
    public override void Evaluate(LossBatch batch, ReadOnlySpan<double> weights, Span<double> values, Span<double> gradient)
    {
        int size = batch.Steps * batch.Units, most = 2 * batch.TargetSize + 1;
        var spelling = new int[most];
        var logs = new double[size];
        double[] forward = new double[batch.Steps * most], backward = new double[batch.Steps * most];
        for (int i = 0; i < batch.Samples; i++)
        {
            int states = Spell(batch.Targets.Slice(i * batch.TargetSize, batch.TargetSize), spelling);
            Normalize(batch.Outputs.Slice(i * size, size), batch.Units, logs);
            Span<double> slopes = gradient.Slice(i * size, size);
            values[i] = Align(batch, spelling.AsSpan(0, states), logs, forward, backward);
            for (int k = 0; k < size; k++) slopes[k] = double.IsInfinity(values[i]) ? 0 : weights[i] * Portable.Exp(logs[k]);
            if (double.IsInfinity(values[i])) continue; // the target is longer than the outputs can spell
            for (int t = 0; t < batch.Steps; t++)
            {
                for (int s = 0; s < states; s++)
                    slopes[t * batch.Units + spelling[s]] -= weights[i] * Portable.Exp(forward[t * states + s] + backward[t * states + s] + values[i]);
            }
        }
    }

    /// <summary>The target with blanks before, between and behind its classes; returns how many places that makes.</summary>
    private static int Spell(ReadOnlySpan<float> target, int[] spelling)
    {
        int states = 0;
        spelling[states++] = 0;
        foreach (float label in target)
        {
            if (label == 0) continue;
            spelling[states++] = (int)label;
            spelling[states++] = 0;
        }

        return states;
    }

    /// <summary>Logarithms of the softmax at every step.</summary>
    private static void Normalize(ReadOnlySpan<float> outputs, int units, double[] logs)
    {
        for (int first = 0; first < outputs.Length; first += units)
        {
            double highest = double.NegativeInfinity, sum = 0;
            for (int j = 0; j < units; j++) highest = Math.Max(highest, outputs[first + j]);
            for (int j = 0; j < units; j++) sum += Portable.Exp(outputs[first + j] - highest);
            double log = highest + Portable.Log(sum);
            for (int j = 0; j < units; j++) logs[first + j] = outputs[first + j] - log;
        }
    }

    /// <summary>
    /// Logarithms of the probabilities to be at a place of the spelling at a step, having read all up to it, and to read the
    /// rest from there.
    /// </summary>
    /// <returns>−ln of the probability of the target.</returns>
    private static double Align(LossBatch batch, ReadOnlySpan<int> spelling, double[] logs, double[] forward, double[] backward)
    {
        int states = spelling.Length, last = batch.Steps - 1;
        for (int s = 0; s < states; s++)
        {
            forward[s] = s < 2 ? logs[spelling[s]] : double.NegativeInfinity;
            backward[last * states + s] = s >= states - 2 ? 0 : double.NegativeInfinity;
        }

        for (int t = 1; t <= last; t++)
        {
            for (int s = 0; s < states; s++)
            {
                int before = (t - 1) * states + s;
                double sum = forward[before];
                if (s >= 1) sum = Add(sum, forward[before - 1]);
                if (Skips(spelling, s)) sum = Add(sum, forward[before - 2]);
                forward[t * states + s] = sum + logs[t * batch.Units + spelling[s]];
            }
        }

        for (int t = last - 1; t >= 0; t--)
        {
            for (int s = 0; s < states; s++)
            {
                double sum = double.NegativeInfinity;
                for (int to = s; to < Math.Min(s + 3, states); to++)
                {
                    if (to < s + 2 || Skips(spelling, to))
                        sum = Add(sum, backward[(t + 1) * states + to] + logs[(t + 1) * batch.Units + spelling[to]]);
                }

                backward[t * states + s] = sum;
            }
        }

        double log = forward[last * states + states - 1];
        return -(states > 1 ? Add(log, forward[last * states + states - 2]) : log);
    }

    /// <summary>True if the blank before a place can be left out: its class is another than the one before.</summary>
    private static bool Skips(ReadOnlySpan<int> spelling, int s) => s >= 2 && spelling[s] != 0 && spelling[s] != spelling[s - 2];

    /// <summary>ln(e^a + e^b).</summary>
    private static double Add(double a, double b)
    {
        (double high, double low) = a >= b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : low + Portable.SigmoidAndSoftplus(high - low).Softplus;
    }
}
