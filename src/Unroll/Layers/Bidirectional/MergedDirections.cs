using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Turns what a layer made of a sequence that it read from its end, and merges it with what another made reading forwards.</summary>
/// <param name="mode">How both become one.</param>
/// <param name="hasTime">Whether the first dimension is time.</param>
internal sealed class MergedDirections(MergeMode mode, bool hasTime) : Layer
{
    public override string ClassName => "MergedDirections";

    internal override bool HandsOnMask(int output) => true;

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<int?> forward = inputs.Shapes[0], backward = inputs.Shapes[1];
        return mode switch
        {
            MergeMode.None => [forward, backward],
            MergeMode.Concat => [[.. forward.SkipLast(1), forward[^1] + backward[^1]]],
            _ => [forward],
        };
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new Program(context, mode, hasTime);

    private sealed class Program(ProgramContext context, MergeMode mode, bool hasTime) : LayerProgram(context)
    {
        private readonly int _steps = hasTime ? context.Inputs[0].Dimensions[0] : 1;
        private readonly int _rows = context.InputSteps / (hasTime ? context.Inputs[0].Dimensions[0] : 1); // of a time step

        public override Frame CreateFrame(Arena arena) => new([.. Enumerable.Range(0, Context.Outputs.Count).Select(i => Context.NewOutput(arena, i))]);

        public override void Forward(Frame frame, BatchGroup group)
        {
            for (int i = 0; i < Context.InputSteps; i++)
            {
                ReadOnlySpan<float> forward = Step(frame.Inputs[0].Value, 0, i, group), backward = Step(frame.Inputs[1].Value, 1, Turned(i), group);
                Span<float> output = LaneTensor.Step(frame.Output.Value, i, Context.Outputs[0].Features, group.Lanes);
                switch (mode)
                {
                    case MergeMode.Concat:
                        forward.CopyTo(output);
                        backward.CopyTo(output[forward.Length..]);
                        break;
                    case MergeMode.Mul:
                        TensorPrimitives.Multiply(forward, backward, output);
                        break;
                    case MergeMode.None:
                        forward.CopyTo(output);
                        backward.CopyTo(Step(frame.Outputs[1].Value, 1, i, group));
                        break;
                    default:
                        TensorPrimitives.Add(forward, backward, output);
                        if (mode == MergeMode.Ave) TensorPrimitives.Multiply(output, 0.5f, output);
                        break;
                }
            }

            foreach (LaneTensor output in frame.Outputs) output.Mask = frame.Input.Mask;
        }

        public override void Backward(Frame frame, BatchGroup group)
        {
            for (int direction = 0; direction < 2; direction++)
            {
                if (!Context.InputGradients[direction]) continue;
                Block source = frame.Outputs[mode == MergeMode.None ? direction : 0].Gradient;
                for (int i = 0; i < Context.InputSteps; i++)
                {
                    Span<float> target = Step(frame.Inputs[direction].Gradient, direction, direction == 0 ? i : Turned(i), group);
                    if (source.IsEmpty)
                    {
                        target.Clear(); // nobody asked for this direction
                        continue;
                    }

                    ReadOnlySpan<float> gradient = LaneTensor.Step(source, i, Context.Outputs[mode == MergeMode.None ? direction : 0].Features, group.Lanes);
                    if (mode == MergeMode.Concat) gradient = gradient.Slice(direction == 0 ? 0 : Context.Inputs[0].Features * group.Lanes, target.Length);
                    if (mode == MergeMode.Mul) TensorPrimitives.Multiply(gradient, Step(frame.Inputs[1 - direction].Value, 1 - direction, direction == 0 ? Turned(i) : i, group), target);
                    else if (mode == MergeMode.Ave) TensorPrimitives.Multiply(gradient, 0.5f, target);
                    else gradient.CopyTo(target);
                }
            }
        }

        /// <summary>Where the backward direction has what belongs to a step of the forward direction.</summary>
        private int Turned(int step) => (_steps - 1 - step / _rows) * _rows + step % _rows;

        private Span<float> Step(Block block, int direction, int step, BatchGroup group) =>
            LaneTensor.Step(block, step, Context.Inputs[direction].Features, group.Lanes);
    }
}
