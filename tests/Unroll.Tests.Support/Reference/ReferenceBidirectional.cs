namespace Unroll.Tests.Support;

/// <summary>Two layers that read in opposite directions; with sequences both put out 0 at masked steps.</summary>
internal sealed class ReferenceBidirectional : ReferenceLayer
{
    private double[] _forwardOutput = [], _backwardOutput = [];
    private int _batch;

    public required ReferenceRecurrent Forwards { get; init; }

    public required ReferenceRecurrent Backwards { get; init; }

    /// <summary>concat, sum, ave or mul.</summary>
    public required string Mode { get; init; }

    public override bool[]? OutputMask(double[] input, bool[]? mask) => Forwards.OutputMask(input, mask);

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        _batch = batch;
        _forwardOutput = Forwards.Forward(input, mask, batch, steps);
        _backwardOutput = Flip(Backwards.Forward(input, mask, batch, steps));
        if (Mode != "concat") return [.. _forwardOutput.Zip(_backwardOutput, Merge)];
        return [.. _forwardOutput.Chunk(Forwards.Units).Zip(_backwardOutput.Chunk(Backwards.Units)).SelectMany(pair => pair.First.Concat(pair.Second))];
    }

    protected override double[] AddGradients(double[] outputGradient)
    {
        double[] forward, backward;
        if (Mode == "concat")
        {
            double[][] rows = [.. outputGradient.Chunk(Forwards.Units + Backwards.Units)];
            forward = [.. rows.SelectMany(row => row[..Forwards.Units])];
            backward = [.. rows.SelectMany(row => row[Forwards.Units..])];
        }
        else
        {
            forward = [.. outputGradient.Select((value, i) => value * Factor(_backwardOutput[i]))];
            backward = [.. outputGradient.Select((value, i) => value * Factor(_forwardOutput[i]))];
        }

        double[] input = [.. Forwards.Backward(forward).Zip(Backwards.Backward(Flip(backward)), (a, b) => a + b)];
        double[][] gradients = [.. Forwards.Gradients, .. Backwards.Gradients];
        for (int i = 0; i < gradients.Length; i++) gradients[i].CopyTo(Gradients[i], 0);
        return input;
    }

    private double Merge(double a, double b) => Mode switch { "sum" => a + b, "ave" => (a + b) / 2, _ => a * b };

    private double Factor(double other) => Mode switch { "sum" => 1, "ave" => 0.5, _ => other };

    /// <summary>Turns the time of every sample round.</summary>
    private double[] Flip(double[] sequences) =>
        [.. sequences.Chunk(sequences.Length / _batch).SelectMany(sample => sample.Chunk(Backwards.Units).Reverse().SelectMany(step => step))];
}
