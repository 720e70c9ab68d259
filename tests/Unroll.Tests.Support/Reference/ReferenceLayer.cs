using Unroll.Kernels.Activation;

namespace Unroll.Tests.Support;

/// <summary>
/// A layer in plain scalar float64 loops over row-major arrays <c>[batch, time, feature]</c>: the oracle that the
/// kernels are tested against, itself tested by numeric differentiation. Never used in production.
/// </summary>
internal abstract class ReferenceLayer
{
    /// <summary>Weights in Keras' order, row-major.</summary>
    public required double[][] Weights { get; init; }

    /// <summary>Gradients of the weights after <see cref="Backward"/>.</summary>
    public double[][] Gradients { get; private set; } = [];

    /// <summary>Output for an input; keeps what backward needs. <paramref name="mask"/> is [batch, time] or null.</summary>
    public abstract double[] Forward(double[] input, bool[]? mask, int batch, int steps);

    /// <summary>The mask that goes on to the next layer.</summary>
    public virtual bool[]? OutputMask(double[] input, bool[]? mask) => mask;

    /// <summary>Sets <see cref="Gradients"/> and returns the gradient at the input.</summary>
    public double[] Backward(double[] outputGradient)
    {
        Gradients = Array.ConvertAll(Weights, weight => new double[weight.Length]);
        return AddGradients(outputGradient);
    }

    protected abstract double[] AddGradients(double[] outputGradient);

    protected static double Apply(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Tanh => ScalarMath.Tanh(x),
        ActivationKind.Sigmoid => ScalarMath.Sigmoid(x),
        ActivationKind.Relu => System.Math.Max(x, 0),
        ActivationKind.HardSigmoid => System.Math.Clamp(x + 3, 0, 6) / 6,
        ActivationKind.HardSigmoidKeras2 => System.Math.Clamp(0.2 * x + 0.5, 0, 1),
        ActivationKind.Softsign => x / (1 + System.Math.Abs(x)),
        _ => x,
    };

    /// <summary>dy/dx given y.</summary>
    protected static double Slope(ActivationKind kind, double y) => kind switch
    {
        ActivationKind.Tanh => 1 - y * y,
        ActivationKind.Sigmoid => y * (1 - y),
        ActivationKind.Relu => y > 0 ? 1 : 0,
        ActivationKind.HardSigmoid => y is > 0 and < 1 ? 1.0 / 6 : 0,
        ActivationKind.HardSigmoidKeras2 => y is > 0 and < 1 ? 0.2 : 0,
        ActivationKind.Softsign => (1 - System.Math.Abs(y)) * (1 - System.Math.Abs(y)),
        _ => 1,
    };
}

/// <summary>Embedding: the input holds token ids.</summary>
internal sealed class ReferenceEmbedding : ReferenceLayer
{
    private double[] _ids = [];

    public required int Width { get; init; }

    public required bool MaskZero { get; init; }

    public override bool[]? OutputMask(double[] input, bool[]? mask) => MaskZero ? [.. input.Select(id => id != 0)] : null;

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        _ids = input;
        var output = new double[input.Length * Width];
        for (int i = 0; i < input.Length; i++)
            for (int e = 0; e < Width; e++)
                output[i * Width + e] = Weights[0][(int)input[i] * Width + e];
        return output;
    }

    protected override double[] AddGradients(double[] outputGradient)
    {
        for (int i = 0; i < _ids.Length; i++)
            for (int e = 0; e < Width; e++)
                Gradients[0][(int)_ids[i] * Width + e] += outputGradient[i * Width + e];
        return [];
    }
}

/// <summary>Dense on the last axis.</summary>
internal sealed class ReferenceDense : ReferenceLayer
{
    private double[] _input = [];
    private double[] _output = [];

    public required int Inputs { get; init; }

    public required int Units { get; init; }

    public required ActivationKind Activation { get; init; }

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        _input = input;
        int rows = input.Length / Inputs;
        _output = new double[rows * Units];
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < Units; j++)
            {
                double sum = Weights.Length > 1 ? Weights[1][j] : 0;
                for (int k = 0; k < Inputs; k++) sum += input[r * Inputs + k] * Weights[0][k * Units + j];
                _output[r * Units + j] = Apply(Activation, sum);
            }

        return _output;
    }

    protected override double[] AddGradients(double[] outputGradient)
    {
        var inputGradient = new double[_input.Length];
        for (int r = 0; r < _input.Length / Inputs; r++)
            for (int j = 0; j < Units; j++)
            {
                double delta = outputGradient[r * Units + j] * Slope(Activation, _output[r * Units + j]);
                if (Weights.Length > 1) Gradients[1][j] += delta;
                for (int k = 0; k < Inputs; k++)
                {
                    Gradients[0][k * Units + j] += _input[r * Inputs + k] * delta;
                    inputGradient[r * Inputs + k] += Weights[0][k * Units + j] * delta;
                }
            }

        return inputGradient;
    }
}
