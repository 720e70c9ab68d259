using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Base of programs whose output has the places of the input.</summary>
internal abstract class SamePlacesProgram(ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    protected int Size(BatchGroup group) => RecurrentSequence.Extent(Context.Outputs[0].Steps, Context.Outputs[0].Features, group.Lanes);
}

/// <summary>Arithmetic with a number.</summary>
internal sealed class ConstantProgram(ProgramContext context, MergeOperation operation, float number, bool numberIsFirst) : SamePlacesProgram(context)
{
    public override void Forward(Frame frame, BatchGroup group)
    {
        ReadOnlySpan<float> x = frame.Input.Value.Span[..Size(group)];
        Span<float> y = frame.Output.Value.Span;
        switch (operation)
        {
            case MergeOperation.Add: TensorPrimitives.Add(x, number, y); break;
            case MergeOperation.Multiply: TensorPrimitives.Multiply(x, number, y); break;
            case MergeOperation.Subtract when numberIsFirst: TensorPrimitives.Subtract(number, x, y); break;
            case MergeOperation.Subtract: TensorPrimitives.Subtract(x, number, y); break;
            case MergeOperation.Divide when numberIsFirst: TensorPrimitives.Divide(number, x, y); break;
            case MergeOperation.Divide: TensorPrimitives.Divide(x, number, y); break;
            default:
                for (int i = 0; i < x.Length; i++) y[i] = operation == MergeOperation.Maximum ? (x[i] > number ? x[i] : number) : (x[i] < number ? x[i] : number);
                break;
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int size = Size(group);
        ReadOnlySpan<float> x = frame.Input.Value.Span[..size], y = frame.Output.Value.Span[..size], dy = frame.Output.Gradient.Span[..size];
        Span<float> dx = frame.Input.Gradient.Span;
        for (int i = 0; i < size; i++)
        {
            dx[i] = operation switch
            {
                MergeOperation.Add => dy[i],
                MergeOperation.Multiply => dy[i] * number,
                MergeOperation.Subtract => numberIsFirst ? -dy[i] : dy[i],
                MergeOperation.Divide => numberIsFirst ? -dy[i] * y[i] / x[i] : dy[i] / number,
                _ => x[i] == number ? 0.5f * dy[i] : y[i] == x[i] ? dy[i] : 0,
            };
        }
    }
}

/// <summary>A function of every value by itself.</summary>
internal sealed class PointwiseProgram(ProgramContext context, Func<float, float> apply, Func<float, float, float> slope, bool passesMask = false)
    : SamePlacesProgram(context)
{
    public override void Forward(Frame frame, BatchGroup group)
    {
        if (passesMask) frame.Output.Mask = frame.Input.Mask;
        ReadOnlySpan<float> x = frame.Input.Value.Span[..Size(group)];
        Span<float> y = frame.Output.Value.Span;
        for (int i = 0; i < x.Length; i++) y[i] = apply(x[i]);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int size = Size(group);
        ReadOnlySpan<float> x = frame.Input.Value.Span[..size], y = frame.Output.Value.Span[..size], dy = frame.Output.Gradient.Span[..size];
        Span<float> dx = frame.Input.Gradient.Span;
        for (int i = 0; i < size; i++) dx[i] = dy[i] * slope(x[i], y[i]);
    }
}

/// <summary>A question about values, answered by 1 and 0; nothing flows back.</summary>
internal sealed class LogicProgram : SamePlacesProgram
{
    private readonly Func<float, float, bool> _test;
    private readonly float? _number;
    private readonly int[]?[] _sources;

    public LogicProgram(ProgramContext context, Func<float, float, bool> test, float? number) : base(context)
    {
        (_test, _number) = (test, number);
        IReadOnlyList<int> output = context.Outputs[0].Dimensions;
        _sources = [.. context.Inputs.Select(input => Broadcast.Sources(input.Dimensions, output))];
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes, features = Context.Outputs[0].Features;
        for (int e = 0; e < Context.Outputs[0].Size; e++)
        {
            Span<float> target = frame.Output.Value.Span.Slice(LaneOffset.Of(e, features, lanes), lanes);
            ReadOnlySpan<float> left = Operand(frame, 0, e, lanes), right = _number is null ? Operand(frame, 1, e, lanes) : default;
            for (int lane = 0; lane < lanes; lane++) target[lane] = _test(left[lane], _number ?? right[lane]) ? 1 : 0;
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        for (int i = 0; i < frame.Inputs.Length; i++)
            if (Context.InputGradients[i]) frame.Inputs[i].Gradient.Clear();
    }

    private ReadOnlySpan<float> Operand(Frame frame, int index, int element, int lanes) =>
        frame.Inputs[index].Value.Span.Slice(LaneOffset.Of(_sources[index]![element], Context.Inputs[index].Features, lanes), lanes);
}

/// <summary>How the values along an axis become one.</summary>
internal enum Reduction
{
    Sum,
    Mean,
    Max,
    Min,
    Any,
    All,
}

/// <summary>Makes one value of those along an axis.</summary>
internal sealed class ReduceProgram : LayerProgram
{
    private readonly Reduction _reduction;
    private readonly int _count, _inner; // values along the axis, and elements between neighbours

    public ReduceProgram(ProgramContext context, Reduction reduction, int axis) : base(context)
    {
        _reduction = reduction;
        IReadOnlyList<int> shape = context.Inputs[0].Dimensions;
        _count = shape[axis];
        _inner = shape.Skip(axis + 1).Aggregate(1, (product, size) => product * size);
    }

    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes, features = Context.InputFeatures, outputs = Context.Outputs[0].Features;
        for (int e = 0; e < Context.Outputs[0].Size; e++)
        {
            Span<float> target = frame.Output.Value.Span.Slice(LaneOffset.Of(e, outputs, lanes), lanes);
            for (int k = 0; k < _count; k++)
            {
                ReadOnlySpan<float> value = frame.Input.Value.Span.Slice(LaneOffset.Of(Source(e, k), features, lanes), lanes);
                for (int lane = 0; lane < lanes; lane++) target[lane] = k == 0 ? First(value[lane]) : Next(target[lane], value[lane]);
            }

            if (_reduction == Reduction.Mean) TensorPrimitives.Divide(target, _count, target);
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, features = Context.InputFeatures, outputs = Context.Outputs[0].Features;
        for (int e = 0; e < Context.Outputs[0].Size; e++)
        {
            ReadOnlySpan<float> above = frame.Output.Gradient.Span.Slice(LaneOffset.Of(e, outputs, lanes), lanes);
            ReadOnlySpan<float> result = frame.Output.Value.Span.Slice(LaneOffset.Of(e, outputs, lanes), lanes);
            for (int lane = 0; lane < lanes; lane++)
            {
                float ties = _reduction is Reduction.Max or Reduction.Min ? Ties(frame, e, lane, result[lane], lanes) : 1;
                for (int k = 0; k < _count; k++)
                {
                    int at = LaneOffset.Of(Source(e, k), features, lanes) + lane;
                    frame.Input.Gradient.Span[at] = _reduction switch
                    {
                        Reduction.Sum => above[lane],
                        Reduction.Mean => above[lane] / _count,
                        Reduction.Max or Reduction.Min => frame.Input.Value.Span[at] == result[lane] ? above[lane] / ties : 0,
                        _ => 0,
                    };
                }
            }
        }
    }

    private int Ties(Frame frame, int element, int lane, float value, int lanes)
    {
        int ties = 0;
        for (int k = 0; k < _count; k++)
            if (frame.Input.Value.Span[LaneOffset.Of(Source(element, k), Context.InputFeatures, lanes) + lane] == value) ties++;
        return Math.Max(1, ties);
    }

    private int Source(int element, int k) => element / _inner * _inner * _count + k * _inner + element % _inner;

    private float First(float value) => _reduction is Reduction.Any or Reduction.All ? (value != 0 ? 1 : 0) : value;

    private float Next(float result, float value) => _reduction switch
    {
        Reduction.Max => value > result ? value : result,
        Reduction.Min => value < result ? value : result,
        Reduction.Any => result != 0 || value != 0 ? 1 : 0,
        Reduction.All => result != 0 && value != 0 ? 1 : 0,
        _ => result + value,
    };
}
