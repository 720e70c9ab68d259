using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>A layer on real values whose output has the places of the input; it also works in the midst of a model. Masks pass.</summary>
public abstract class ElementwiseLayer : PreprocessingLayer
{
    private protected ElementwiseLayer()
    {
    }

    /// <summary>For each element of a sample the number of its line.</summary>
    internal abstract int[] PlacesOf(IReadOnlyList<int> sample);

    /// <summary>What is done with elements of that number. Allocates nothing: it is asked before every step.</summary>
    internal abstract ElementLine LineOf(int place);

    internal override bool HandsOnMask(int output) => true;

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        float[] values = x.AsReals().Reals ?? throw new ArgumentException($"{Label} takes real values, but texts were given.");
        ElementLine[] lines = Array.ConvertAll(PlacesOf([.. x.Shape.Skip(1)]), LineOf);
        var result = new float[values.Length];
        for (int i = 0; i < result.Length; i++) result[i] = lines[i % lines.Length].Of(values[i]);
        return Encoded.OfReals(result, x.Shape);
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new ElementwiseProgram(this, context);
}

/// <summary>A straight line, <c>y = (x − shift) / divisor · factor + offset</c>; divided rather than multiplied where Keras divides, which rounds otherwise.</summary>
internal readonly record struct ElementLine(float Shift, float Divisor, float Factor, float Offset)
{
    public float Of(float x) => (x - Shift) / Divisor * Factor + Offset;

    public float Slope => Factor / Divisor;
}

/// <summary>Runs it in the lanes.</summary>
internal sealed class ElementwiseProgram(ElementwiseLayer layer, ProgramContext context) : LayerProgram(context)
{
    private readonly int[] _places = layer.PlacesOf(context.Inputs[0].Dimensions);
    private readonly ElementLine[] _lines = new ElementLine[context.InputSize];

    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Prepare()
    {
        for (int e = 0; e < _lines.Length; e++) _lines[e] = layer.LineOf(_places[e]);
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        frame.Output.Mask = frame.Input.Mask;
        int lanes = group.Lanes, features = Context.InputFeatures;
        for (int e = 0; e < _lines.Length; e++)
        {
            ElementLine line = _lines[e];
            int at = LaneOffset.Of(e, features, lanes);
            ReadOnlySpan<float> x = frame.Input.Value.Span.Slice(at, lanes);
            Span<float> y = frame.Output.Value.Span.Slice(at, lanes);
            for (int lane = 0; lane < lanes; lane++) y[lane] = line.Of(x[lane]);
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, features = Context.InputFeatures;
        for (int e = 0; e < _lines.Length; e++)
        {
            float slope = _lines[e].Slope;
            int at = LaneOffset.Of(e, features, lanes);
            ReadOnlySpan<float> dy = frame.Output.Gradient.Span.Slice(at, lanes);
            Span<float> dx = frame.Input.Gradient.Span.Slice(at, lanes);
            for (int lane = 0; lane < lanes; lane++) dx[lane] = dy[lane] * slope;
        }
    }
}
