using Unroll.Execution;
using Unroll.Kernels.Math;

namespace Unroll.Layers;

/// <summary>Runs <see cref="Softmax"/>: every group of elements sums to 1.</summary>
internal sealed class SoftmaxProgram(ProgramContext context, int[][] groups) : SamePlacesProgram(context)
{
    public override void Forward(Frame frame, BatchGroup group)
    {
        if (!frame.Input.Mask.IsEmpty) throw new ArgumentException("Softmax: the mask of a sequence can't be stretched over its features; put the layer where there is no mask.");
        ReadOnlySpan<float> x = frame.Input.Value.Span;
        Span<float> y = frame.Output.Value.Span;
        foreach (int[] members in groups)
        {
            for (int lane = 0; lane < group.Lanes; lane++)
            {
                float highest = float.NegativeInfinity;
                foreach (int e in members) highest = Math.Max(highest, x[At(e, group) + lane]);
                double sum = 0;
                foreach (int e in members) sum += Portable.Exp((double)x[At(e, group) + lane] - highest);
                foreach (int e in members) y[At(e, group) + lane] = (float)(Portable.Exp((double)x[At(e, group) + lane] - highest) / sum);
            }
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        ReadOnlySpan<float> y = frame.Output.Value.Span, dy = frame.Output.Gradient.Span;
        Span<float> dx = frame.Input.Gradient.Span;
        foreach (int[] members in groups)
        {
            for (int lane = 0; lane < group.Lanes; lane++)
            {
                double mean = 0;
                foreach (int e in members) mean += (double)y[At(e, group) + lane] * dy[At(e, group) + lane];
                foreach (int e in members) dx[At(e, group) + lane] = (float)(y[At(e, group) + lane] * (dy[At(e, group) + lane] - mean));
            }
        }
    }

    private int At(int element, BatchGroup group) => LaneOffset.Of(element, Context.InputFeatures, group.Lanes);
}
