using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Runs <see cref="PReLU"/>.</summary>
internal sealed class PReLUProgram : SamePlacesProgram
{
    private readonly Parameter _alpha;
    private readonly int[] _alphaOf; // for each element its α

    public PReLUProgram(PReLU layer, ProgramContext context) : base(context)
    {
        _alpha = layer.Parameters[0];
        _alphaOf = Broadcast.Sources(_alpha.Sizes, context.Inputs[0].Dimensions);
    }

    public override bool AddsInParts => true;

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        ReadOnlySpan<float> alphas = _alpha.Value.Span;
        frame.Output.Mask = frame.Input.Mask;
        for (int e = 0; e < _alphaOf.Length; e++)
        {
            int at = LaneOffset.Of(e, Context.InputFeatures, lanes);
            ReadOnlySpan<float> x = frame.Input.Value.Span.Slice(at, lanes);
            Span<float> y = frame.Output.Value.Span.Slice(at, lanes);
            float alpha = alphas[_alphaOf[e]];
            for (int lane = 0; lane < lanes; lane++) y[lane] = x[lane] > 0 ? x[lane] : alpha * x[lane];
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        ReadOnlySpan<float> alphas = _alpha.Value.Span;
        var sums = new LaneSums(Context.Gradients!, _alpha, group);
        Span<float> product = stackalloc float[BatchGroup.MaxLanes];
        for (int e = 0; e < _alphaOf.Length; e++)
        {
            int at = LaneOffset.Of(e, Context.InputFeatures, lanes);
            ReadOnlySpan<float> x = frame.Input.Value.Span.Slice(at, lanes), dy = frame.Output.Gradient.Span.Slice(at, lanes);
            for (int lane = 0; lane < lanes; lane++) product[lane] = x[lane] > 0 ? 0 : x[lane] * dy[lane];
            sums.Add(_alphaOf[e], product[..lanes]);
            if (!Context.NeedsInputGradient) continue;
            Span<float> dx = frame.Input.Gradient.Span.Slice(at, lanes);
            float alpha = alphas[_alphaOf[e]];
            for (int lane = 0; lane < lanes; lane++) dx[lane] = x[lane] > 0 ? dy[lane] : alpha * dy[lane];
        }
    }
}
