using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll.OpenDoors.Tests;

/// <summary>y = x · factor with one mistake, which is chosen.</summary>
public sealed class Flawed : ArrayLayer
{
    private static readonly Argument<string> FlawArgument = Argument.Text("flaw", "");

    private readonly double _forgotten;
    private int _calls;

    /// <param name="flaw">Which mistake.</param>
    /// <param name="forgotten">Is added to what comes out; no argument of the registration.</param>
    public Flawed(string flaw, double forgotten = 0)
    {
        Set(FlawArgument, flaw);
        _forgotten = forgotten;
    }

    public static Registration<Layer> Registration { get; } = new Registration<Layer, Flawed>("Flawed")
    {
        Arguments = [.. CommonArguments, FlawArgument],
        Make = a => new Flawed(a.Get(FlawArgument)),
    };

    private string Flaw => Get(FlawArgument);

    protected override void AddWeights(IReadOnlyList<int?> inputShape) =>
        AddWeight("factor", [inputShape[^1]!.Value], Flaw == "chance" ? new Counted() : new RandomUniform { MinValue = 0.5, MaxValue = 1.5 });

    protected override void Forward(ReadOnlySpan<float> x, Span<float> y, ArrayWeights weights)
    {
        ReadOnlySpan<float> factor = weights[0];
        if (Flaw == "allocates") factor = factor.ToArray();
        for (int i = 0; i < x.Length; i++) y[i] = x[i] * factor[i % factor.Length] + (float)_forgotten;
        if (Flaw == "remembers") y[0] += ++_calls;
        if (Flaw == "nan") y[0] = float.NaN;
    }

    protected override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, ArrayWeights weights)
    {
        ReadOnlySpan<float> factor = weights[0];
        Span<float> gradient = weights.Gradient(0);
        for (int i = 0; i < x.Length; i++)
        {
            int k = i % factor.Length;
            dx[i] = Flaw == "dx" ? dy[i] : dy[i] * factor[k];
            gradient[k] += dy[i] * x[i] * (Flaw == "dw" && k == 1 ? 1.2f : 1);
        }
    }

    /// <summary>Draws from a counter of its own.</summary>
    private sealed class Counted : Initializer
    {
        private static int s_count;

        public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random) => values.Fill(++s_count);
    }
}

/// <summary>The mean over time, masked steps included.</summary>
public sealed class BlindMean : ArrayLayer
{
    public static Registration<Layer> Registration { get; } = new Registration<Layer, BlindMean>("BlindMean") { Arguments = CommonArguments, Make = _ => new BlindMean() };

    protected override IReadOnlyList<int?> OutputShapeFor(IReadOnlyList<int?> inputShape) => [inputShape[^1]];

    protected override void Forward(ReadOnlySpan<float> x, Span<float> y, ArrayWeights weights)
    {
        y.Clear();
        for (int i = 0; i < x.Length; i++) y[i % y.Length] += x[i] * y.Length / x.Length;
    }

    protected override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, ArrayWeights weights)
    {
        for (int i = 0; i < x.Length; i++) dx[i] = dy[i % y.Length] * y.Length / x.Length;
    }
}

/// <summary>Right, but not registered.</summary>
public sealed class Nameless : ArrayLayer
{
    protected override void Forward(ReadOnlySpan<float> x, Span<float> y, ArrayWeights weights) => x.CopyTo(y);

    protected override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, ArrayWeights weights) => dy.CopyTo(dx);
}

/// <summary>A squared error without the 2 of its slope.</summary>
public sealed class HalfSloped : ElementwiseLoss
{
    protected override (double Loss, double Gradient) Of(float output, float target) => ((output - target) * (output - target), output - target);
}

/// <summary>A cube that differentiates like a square.</summary>
public sealed class Cube : Activation
{
    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++) y[i] = x[i] * x[i] * x[i];
    }

    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        for (int i = 0; i < x.Length; i++) dx[i] = dy[i] * 2 * x[i];
    }
}

/// <summary>A penalty whose slope has the wrong sign at one place.</summary>
public sealed class Turned : Regularizer
{
    public override double Penalty(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape)
    {
        double sum = 0;
        foreach (float w in weights) sum += (double)w * w;
        return sum;
    }

    public override void AddGradient(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape, Span<float> gradient)
    {
        for (int i = 0; i < weights.Length; i++) gradient[i] += (i == 4 ? -2 : 2) * weights[i];
    }
}
