using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs <see cref="DepthwiseConv1D"/>: a feature is multiplied with a number and added, for all rows of a group at once.</summary>
internal sealed class DepthwiseProgram : LayerProgram
{
    private readonly DepthwiseConv1D _layer;
    private readonly TimeWindow _window;
    private readonly StepProducts _products;
    private readonly StepActivation _activation;
    private readonly int _before, _multiplier;

    public DepthwiseProgram(DepthwiseConv1D layer, ProgramContext context) : base(context)
    {
        (_layer, _window, _multiplier) = (layer, layer.Window, layer.DepthMultiplier);
        _before = _window.Before(context.InputSteps);
        _products = StepProducts.Create(context.Width);
        _activation = new StepActivation(layer.Activation, context);
    }

    private LaneShape Output => Context.Outputs[0];

    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        ReadOnlySpan<float> kernel = _layer.Parameters[0].Value.Span, bias = _layer.UseBias ? _layer.Parameters[1].Value.Span : default;
        for (int t = 0; t < Output.Steps; t++)
        {
            Span<float> all = LaneTensor.Step(frame.Output.Value, t, Output.Features, lanes);
            for (int f = 0; f < Output.Features; f++)
            {
                Span<float> y = all.Slice(f * lanes, lanes);
                y.Fill(bias.IsEmpty ? 0 : bias[f]);
                for (int q = 0; q < _window.Size; q++)
                {
                    if (StepOf(t, q) is not { } step) continue;
                    TensorPrimitives.FusedMultiplyAdd(Feature(frame.Input.Value, step, f, lanes), kernel[q * Output.Features + f], y, y);
                }
            }
        }

        _activation.Forward(frame.Output, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        GradientStore gradients = Context.Gradients!;
        _activation.Backward(frame.Output, lanes);
        AddKernelGradient(frame, group);
        if (_layer.UseBias)
        {
            _products.AddBias(
                frame.Output.Gradient, RecurrentSequence.Stride(Output.Features, lanes), Output.Features, Output.Steps, lanes,
                gradients.ForGroup(_layer.Parameters[1], group), gradients.ChunkStride);
        }

        if (!Context.NeedsInputGradient) return;
        ReadOnlySpan<float> kernel = _layer.Parameters[0].Value.Span;
        frame.Input.Gradient.Clear();
        for (int t = 0; t < Output.Steps; t++)
        {
            Span<float> all = LaneTensor.Step(frame.Output.Gradient, t, Output.Features, lanes);
            for (int f = 0; f < Output.Features; f++)
            {
                for (int q = 0; q < _window.Size; q++)
                {
                    if (StepOf(t, q) is not { } step) continue;
                    Span<float> target = Feature(frame.Input.Gradient, step, f, lanes);
                    TensorPrimitives.FusedMultiplyAdd(all.Slice(f * lanes, lanes), kernel[q * Output.Features + f], target, target);
                }
            }
        }
    }

    private void AddKernelGradient(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        var sums = new LaneSums(Context.Gradients!, _layer.Parameters[0], group);
        Span<float> sum = stackalloc float[BatchGroup.MaxLanes];
        sum = sum[..lanes];
        for (int q = 0; q < _window.Size; q++)
        {
            for (int f = 0; f < Output.Features; f++)
            {
                sum.Clear();
                for (int t = 0; t < Output.Steps; t++)
                {
                    if (StepOf(t, q) is not { } step) continue;
                    TensorPrimitives.FusedMultiplyAdd(
                        Feature(frame.Input.Value, step, f, lanes), LaneTensor.Step(frame.Output.Gradient, t, Output.Features, lanes).Slice(f * lanes, lanes), sum, sum);
                }

                sums.Add(q * Output.Features + f, sum);
            }
        }
    }

    private int? StepOf(int window, int place)
    {
        int step = window * _window.Stride + place * _window.Dilation - _before;
        return step >= 0 && step < Context.InputSteps ? step : null;
    }

    /// <summary>The feature that an output is made of.</summary>
    private Span<float> Feature(Block block, int step, int output, int lanes) =>
        LaneTensor.Step(block, step, Context.InputFeatures, lanes).Slice(output / _multiplier * lanes, lanes);
}
