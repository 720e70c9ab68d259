using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Layers;

/// <summary>Brings the samples of a group to an <see cref="ArrayLayer"/> one by one, and what it computes back into the lanes.</summary>
internal sealed class ArrayProgram(ArrayLayer layer, ProgramContext context) : LayerProgram(context)
{
    private readonly IReadOnlyList<Parameter> _parameters = layer.Parameters;

    // A chunk's gradients are summed by themselves first: adding rows to the batch's would make the order of sums depend on threads.
    public override Frame CreateFrame(Arena arena) => new ArrayFrame(Context.NewOutput(arena))
    {
        X = new float[Context.Inputs[0].Size],
        Y = new float[Context.Outputs[0].Size],
        OutputGradient = new float[Context.IsTraining ? Context.Outputs[0].Size : 0],
        InputGradient = new float[Context.IsTraining ? Context.Inputs[0].Size : 0],
        Gradients = [.. _parameters.Select(parameter => new float[Context.IsTraining ? parameter.Count : 0])],
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (ArrayFrame)frame;
        for (int row = 0; row < group.Rows; row++)
        {
            Load(own.Input.Value, Context.Inputs[0], row, group.Lanes, own.X);
            layer.Forward(own.X, own.Y, new ArrayWeights(_parameters, null));
            Store(own.Y, own.Output.Value, Context.Outputs[0], row, group.Lanes);
        }

        own.Output.Mask = layer.PassesMask && Context.Inputs[0].Steps == Context.Outputs[0].Steps ? own.Input.Mask : default;
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (ArrayFrame)frame;
        for (int chunk = 0; chunk < group.Lanes; chunk += VectorWidths.Chunk)
        {
            foreach (float[] gradient in own.Gradients) Array.Clear(gradient);
            for (int row = chunk; row < Math.Min(group.Rows, chunk + VectorWidths.Chunk); row++) BackwardRow(own, row, group.Lanes);
            AddGradients(own, group, chunk / VectorWidths.Chunk);
        }

        for (int row = group.Rows; Context.NeedsInputGradient && row < group.Lanes; row++)
        {
            Array.Clear(own.InputGradient); // rows that pad the group
            Store(own.InputGradient, own.Input.Gradient, Context.Inputs[0], row, group.Lanes);
        }
    }

    private void BackwardRow(ArrayFrame own, int row, int lanes)
    {
        Load(own.Input.Value, Context.Inputs[0], row, lanes, own.X);
        Load(own.Output.Value, Context.Outputs[0], row, lanes, own.Y);
        Load(own.Output.Gradient, Context.Outputs[0], row, lanes, own.OutputGradient);
        layer.Backward(own.X, own.Y, own.OutputGradient, own.InputGradient, new ArrayWeights(_parameters, own.Gradients));
        if (Context.NeedsInputGradient) Store(own.InputGradient, own.Input.Gradient, Context.Inputs[0], row, lanes);
    }

    private void AddGradients(ArrayFrame own, BatchGroup group, int chunk)
    {
        GradientStore gradients = Context.Gradients!;
        for (int i = 0; i < _parameters.Count; i++)
        {
            Span<float> sum = gradients.ForGroup(_parameters[i], group).Span.Slice(chunk * gradients.ChunkStride, _parameters[i].Count);
            for (int k = 0; k < sum.Length; k++) sum[k] += own.Gradients[i][k];
        }
    }

    private static void Load(Block block, LaneShape shape, int row, int lanes, float[] sample)
    {
        ReadOnlySpan<float> source = block.Span;
        int features = shape.Features, stride = RecurrentSequence.Stride(features, lanes);
        for (int i = 0; i < sample.Length; i++) sample[i] = source[i / features * stride + i % features * lanes + row];
    }

    private static void Store(float[] sample, Block block, LaneShape shape, int row, int lanes)
    {
        Span<float> target = block.Span;
        int features = shape.Features, stride = RecurrentSequence.Stride(features, lanes);
        for (int i = 0; i < sample.Length; i++) target[i / features * stride + i % features * lanes + row] = sample[i];
    }

    private sealed class ArrayFrame(LaneTensor output) : Frame(output)
    {
        public required float[] X { get; init; }

        public required float[] Y { get; init; }

        public required float[] OutputGradient { get; init; }

        public required float[] InputGradient { get; init; }

        /// <summary>Sums over one chunk.</summary>
        public required float[][] Gradients { get; init; }
    }
}
