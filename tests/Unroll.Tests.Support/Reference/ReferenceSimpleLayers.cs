using Unroll.Kernels.Activation;

namespace Unroll.Tests.Support;

/// <summary>Dropout: every value times a factor that is given.</summary>
internal sealed class ReferenceDropout : ReferenceLayer
{
    /// <summary>One per value, or null in inference.</summary>
    public required double[]? Factors { get; init; }

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps) => Scale(input);

    protected override double[] AddGradients(double[] outputGradient) => Scale(outputGradient);

    private double[] Scale(double[] values) => Factors is null ? values : [.. values.Zip(Factors, (value, factor) => value * factor)];
}

/// <summary>Masks steps of which all features have one value.</summary>
internal sealed class ReferenceMasking : ReferenceLayer
{
    private bool[] _mask = [];

    public required int Features { get; init; }

    public required double MaskValue { get; init; }

    public override bool[]? OutputMask(double[] input, bool[]? mask) => [.. input.Chunk(Features).Select(step => step.Any(value => value != MaskValue))];

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        _mask = OutputMask(input, mask)!;
        return Blank(input);
    }

    protected override double[] AddGradients(double[] outputGradient) => Blank(outputGradient);

    private double[] Blank(double[] values) => [.. values.Select((value, i) => _mask[i / Features] ? value : 0)];
}

/// <summary>Mean over the steps that are not masked; 0 if all are.</summary>
internal sealed class ReferenceAveragePooling : ReferenceLayer
{
    private double[] _shares = [];
    private int _steps;

    public required int Features { get; init; }

    public override bool[]? OutputMask(double[] input, bool[]? mask) => null;

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        _steps = steps;
        bool[] used = mask ?? [.. Enumerable.Repeat(true, batch * steps)];
        _shares = [.. used.Chunk(steps).SelectMany(sample => sample.Select(use => use ? 1.0 / sample.Count(other => other) : 0))];
        var output = new double[batch * Features];
        for (int i = 0; i < input.Length; i++) output[Target(i)] += input[i] * _shares[i / Features];
        return output;
    }

    protected override double[] AddGradients(double[] outputGradient) =>
        [.. Enumerable.Range(0, _shares.Length * Features).Select(i => outputGradient[Target(i)] * _shares[i / Features])];

    private int Target(int i) => i / Features / _steps * Features + i % Features;
}

/// <summary>Largest value over time, masks or not; steps that tie share the gradient.</summary>
internal sealed class ReferenceMaxPooling : ReferenceLayer
{
    private double[] _input = [], _output = [];
    private int _steps;

    public required int Features { get; init; }

    public override bool[]? OutputMask(double[] input, bool[]? mask) => null;

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        (_input, _steps) = (input, steps);
        _output = [.. Enumerable.Repeat(double.NegativeInfinity, batch * Features)];
        for (int i = 0; i < input.Length; i++) _output[Target(i)] = System.Math.Max(_output[Target(i)], input[i]);
        return _output;
    }

    protected override double[] AddGradients(double[] outputGradient)
    {
        var ties = new int[_output.Length];
        for (int i = 0; i < _input.Length; i++) ties[Target(i)] += _input[i] == _output[Target(i)] ? 1 : 0;
        return [.. _input.Select((value, i) => value == _output[Target(i)] ? outputGradient[Target(i)] / ties[Target(i)] : 0)];
    }

    private int Target(int i) => i / Features / _steps * Features + i % Features;
}

/// <summary>An activation on its own.</summary>
internal sealed class ReferenceActivation : ReferenceLayer
{
    private double[] _output = [];

    public required ActivationKind Kind { get; init; }

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps) => _output = [.. input.Select(value => Apply(Kind, value))];

    protected override double[] AddGradients(double[] outputGradient) => [.. outputGradient.Select((value, i) => value * Slope(Kind, _output[i]))];
}
