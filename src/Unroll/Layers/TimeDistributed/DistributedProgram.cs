using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Runs a layer on every part of its inputs along their first axes: the rows of the batch stay in the lanes, so that a part is a
/// run of steps, which the layer reads where it lies. One program serves all parts, each with buffers of its own; a layer that
/// needs the whole batch has a program for each part, since it keeps what it knows of the batch.
/// </summary>
internal sealed class DistributedProgram : LayerProgram
{
    private readonly LayerProgram[] _programs;
    private readonly LaneShape[] _inputs, _outputs; // of a part
    private readonly int _parts;
    private Frame[] _joined = [];

    /// <param name="layer">What is applied.</param>
    /// <param name="context">Shapes of everything.</param>
    /// <param name="axes">How many of the first axes count the parts.</param>
    public DistributedProgram(Layer layer, ProgramContext context, int axes) : base(context)
    {
        _parts = context.Outputs[0].Dimensions.Take(axes).Aggregate(1, (product, size) => checked(product * size));
        _inputs = [.. context.Inputs.Select(shape => new LaneShape([.. shape.Dimensions.Skip(axes)]))];
        _outputs = [.. context.Outputs.Select(shape => new LaneShape([.. shape.Dimensions.Skip(axes)]))];
        ProgramContext each = context with { Inputs = _inputs, Outputs = _outputs, Sources = [.. context.Sources.Select(_ => (int?)null)] };
        LayerProgram first = layer.CreateProgram(each);
        _programs = first.NeedsWholeBatch ? [first, .. Enumerable.Range(1, _parts - 1).Select(_ => layer.CreateProgram(each))] : [first];
    }

    public override bool NeedsWholeBatch => _programs[0].NeedsWholeBatch;

    public override bool AddsInParts => true;

    public override void Prepare()
    {
        foreach (LayerProgram program in _programs) program.Prepare();
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
        foreach (LayerProgram program in _programs) program.BeginBatch(inputs, rows);
    }

    public override void EndBatch()
    {
        foreach (LayerProgram program in _programs) program.EndBatch();
    }

    public override Frame CreateFrame(Arena arena) => new DistributedFrame(
        [.. Enumerable.Range(0, _outputs.Length).Select(i => Context.NewOutput(arena, i))], this,
        [.. Enumerable.Range(0, _parts).Select(part => ProgramOf(part).CreateFrame(arena))],
        [.. Context.Outputs.Select(shape => arena.Allocate((long)shape.Steps * BatchGroup.MaxLanes))]);

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (DistributedFrame)frame;
        for (int part = 0; part < _parts; part++)
        {
            ProgramOf(part).Forward(own.Parts[part], own.Begin(part, group));
            for (int i = 0; i < _outputs.Length; i++)
                PartOf(own.Parts[part].Outputs[i].Value, 0, _outputs[i], group.Lanes).CopyTo(PartOf(own.Outputs[i].Value, part, _outputs[i], group.Lanes));
        }

        for (int i = 0; i < _outputs.Length; i++) SetMask(own, i, group.Lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (DistributedFrame)frame;
        for (int part = _parts - 1; part >= 0; part--) ProgramOf(part).Backward(own.Parts[part], BeginBackward(own, part, group));
    }

    public override void AddSharedGradients(Frame frame, BatchGroup group)
    {
        var own = (DistributedFrame)frame;
        for (int part = 0; part < _parts; part++) ProgramOf(part).AddSharedGradients(own.Parts[part], own.Begin(part, group));
    }

    public override void Collect(Frame frame, BatchGroup group)
    {
        var own = (DistributedFrame)frame;
        for (int part = 0; part < _parts; part++) ProgramOf(part).Collect(own.Parts[part], own.Begin(part, group));
    }

    public override void Join(ReadOnlySpan<Frame> frames, int rows)
    {
        for (int part = 0; part < _parts; part++) ProgramOf(part).Join(Joined(frames, part), rows);
    }

    public override void CollectBackward(Frame frame, BatchGroup group)
    {
        var own = (DistributedFrame)frame;
        for (int part = 0; part < _parts; part++) ProgramOf(part).CollectBackward(own.Parts[part], BeginBackward(own, part, group));
    }

    public override void JoinBackward(ReadOnlySpan<Frame> frames, int rows)
    {
        for (int part = 0; part < _parts; part++) ProgramOf(part).JoinBackward(Joined(frames, part), rows);
    }

    /// <summary>Puts the masks of all parts together: layers make them or hand them on at all parts, or at none.</summary>
    private void SetMask(DistributedFrame own, int output, int lanes)
    {
        own.Outputs[output].Mask = default;
        if (own.Parts[0].Outputs[output].Mask.IsEmpty) return;
        int rows = _outputs[output].Steps * lanes;
        own.Outputs[output].Mask = own.Masks[output];
        for (int part = 0; part < _parts; part++) own.Parts[part].Outputs[output].Mask.Span[..rows].CopyTo(own.Masks[output].Span[(part * rows)..]);
    }

    private LayerProgram ProgramOf(int part) => _programs[_programs.Length > 1 ? part : 0];

    /// <summary>One part in all groups.</summary>
    private ReadOnlySpan<Frame> Joined(ReadOnlySpan<Frame> frames, int part)
    {
        if (_joined.Length < frames.Length) _joined = new Frame[frames.Length];
        for (int g = 0; g < frames.Length; g++) _joined[g] = ((DistributedFrame)frames[g]).Parts[part];
        return _joined.AsSpan(0, frames.Length);
    }

    /// <summary>Layers may change the gradient that comes in: each part has a copy.</summary>
    private BatchGroup BeginBackward(DistributedFrame own, int part, BatchGroup group)
    {
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (!own.Outputs[i].Gradient.IsEmpty)
                PartOf(own.Outputs[i].Gradient, part, _outputs[i], group.Lanes).CopyTo(PartOf(own.Parts[part].Outputs[i].Gradient, 0, _outputs[i], group.Lanes));
        }

        return own.Begin(part, group);
    }

    /// <summary>What a part takes of a tensor, without what lies behind its last step.</summary>
    private static Span<float> PartOf(Block all, int part, LaneShape each, int lanes) =>
        all.Span.Slice(part * each.Steps * RecurrentSequence.Stride(each.Features, lanes), RecurrentSequence.Extent(each.Steps, each.Features, lanes));

    private sealed class DistributedFrame(LaneTensor[] outputs, DistributedProgram program, Frame[] parts, Block[] masks) : Frame(outputs)
    {
        // Part p of a step has random numbers of its own.
        private const int EpochsPerPart = 1 << 16;

        private readonly BatchGroup _group = new();

        public Frame[] Parts => parts;

        /// <summary>[steps][lanes] for each output.</summary>
        public Block[] Masks => masks;

        public override void Bind(LaneTensor[] inputs, Arena arena)
        {
            base.Bind(inputs, arena);
            for (int part = 0; part < parts.Length; part++)
            {
                LaneTensor[] own = [.. program._inputs.Select(shape => new LaneTensor(shape))];
                for (int i = 0; i < own.Length; i++) own[i].Gradient = View(inputs[i].Gradient, part, own[i].Shape, BatchGroup.MaxLanes);
                parts[part].Bind(own, arena);
            }
        }

        /// <summary>Lets a part look at its share of the inputs.</summary>
        public BatchGroup Begin(int part, BatchGroup group)
        {
            (_group.Lanes, _group.Rows, _group.BatchRows, _group.FirstRow) = (group.Lanes, group.Rows, group.BatchRows, group.FirstRow);
            (_group.Training, _group.Epoch, _group.Step) = (group.Training, group.Epoch + part * EpochsPerPart, group.Step);
            for (int i = 0; i < Inputs.Length; i++)
            {
                LaneTensor all = Inputs[i], own = parts[part].Inputs[i];
                int rows = own.Shape.Steps * group.Lanes;
                own.Value = View(all.Value, part, own.Shape, group.Lanes);
                own.Gradient = View(all.Gradient, part, own.Shape, group.Lanes);
                own.Mask = all.Mask.IsEmpty ? default : all.Mask.Slice(part * rows, rows);
            }

            return _group;
        }

        private static Block View(Block all, int part, LaneShape each, int lanes)
        {
            if (all.IsEmpty) return default;
            int size = each.Steps * RecurrentSequence.Stride(each.Features, lanes), from = part * size;
            return all.Slice(from, Math.Min(size, all.Length - from));
        }
    }
}
