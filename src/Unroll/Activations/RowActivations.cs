using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Activations;

/// <summary>The logarithm of the softmax over the outputs.</summary>
public sealed class LogSoftmax : Activation
{
    internal static Registration<Activation> Registration { get; } = new Registration<Activation, LogSoftmax>("log_softmax")
    {
        Arguments = [Argument.Outdated("axis", -1)],
        Make = _ => new LogSoftmax(),
    };

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        double highest = double.NegativeInfinity, sum = 0;
        foreach (float value in x) highest = Math.Max(highest, value);
        foreach (float value in x) sum += Portable.Exp(value - highest);
        double log = Portable.Log(sum);
        for (int i = 0; i < x.Length; i++) y[i] = (float)(x[i] - highest - log);
    }

    /// <inheritdoc/>
    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        double sum = 0;
        foreach (float slope in dy) sum += slope;
        for (int i = 0; i < y.Length; i++) dx[i] = (float)(dy[i] - Portable.Exp(y[i]) * sum);
    }
}

/// <summary>
/// The point of the simplex nearest to the outputs: like softmax, but with zeros (Martins and Astudillo 2016). Keras 3.15
/// mixes the rows of a batch, whose outputs then don't add up to 1; here every row is by itself.
/// </summary>
public sealed class Sparsemax : Activation
{
    internal static Registration<Activation> Registration { get; } = new Registration<Activation, Sparsemax>("sparsemax") { Make = _ => new Sparsemax() };

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        x.CopyTo(y);
        y.Sort();
        double sum = 0, limit = 0;
        for (int k = 1; k <= y.Length; k++)
        {
            sum += y[^k];
            if (1 + k * (double)y[^k] > sum) limit = (sum - 1) / k;
        }

        for (int i = 0; i < x.Length; i++) y[i] = (float)Math.Max(x[i] - limit, 0);
    }

    /// <inheritdoc/>
    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        double sum = 0;
        int support = 0;
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] <= 0) continue;
            sum += dy[i];
            support++;
        }

        for (int i = 0; i < y.Length; i++) dx[i] = y[i] > 0 ? (float)(dy[i] - sum / support) : 0;
    }
}

/// <summary>The first half of the values times the sigmoid of the second: half as many come out (Dauphin et al. 2017).</summary>
public sealed class Glu : Activation
{
    internal static Registration<Activation> Registration { get; } = new Registration<Activation, Glu>("glu")
    {
        Arguments = [Argument.Outdated("axis", -1)],
        Make = _ => new Glu(),
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The number of values is odd.</exception>
    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        int half = CountOutputs(x.Length);
        for (int i = 0; i < half; i++) y[i] = (float)(x[i] * Functions.Sigmoid(x[half + i]));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The number of values is odd.</exception>
    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        int half = CountOutputs(x.Length);
        for (int i = 0; i < half; i++)
        {
            double gate = Functions.Sigmoid(x[half + i]);
            dx[i] = (float)(dy[i] * gate);
            dx[half + i] = (float)(dy[i] * x[i] * gate * (1 - gate));
        }
    }

    internal override int CountOutputs(int inputs) => inputs % 2 == 0
        ? inputs / 2
        : throw new ArgumentException($"The activation 'glu' needs an even number of values, not {inputs}.", nameof(inputs));
}
