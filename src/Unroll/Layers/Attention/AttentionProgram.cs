using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>Runs <see cref="AttentionCore"/>.</summary>
internal sealed class AttentionProgram : LayerProgram
{
    private const float Lowest = -2.37e38f; // Keras: 0.7 of the lowest float32
    private const float Lowering = -1e9f;

    private readonly Parameter? _scale;
    private readonly bool _hasWeights;
    private readonly AttentionRule _rule;
    private readonly LaneProducts _products;
    private readonly AdditiveScores? _additive;
    private readonly int _queries, _keys, _depth, _valueDepth;
    private readonly bool _drops;

    public AttentionProgram(AttentionCore core, ProgramContext context) : base(context)
    {
        (_rule, _scale, _hasWeights) = (core.Rule, core.Scale, core.Parameters.Count > 0);
        (_queries, _keys) = (context.Inputs[0].Steps, context.Inputs[1].Steps);
        (_depth, _valueDepth) = (context.Inputs[0].Features / _rule.Heads, context.Inputs[1].Features / _rule.Heads);
        _products = LaneProducts.Create(context.Width);
        _additive = _rule.IsAdditive ? new AdditiveScores(core, context) : null;
        _drops = context.IsTraining && _rule.Dropout > 0;
    }

    public override bool AddsInParts => _hasWeights;

    public override Frame CreateFrame(Arena arena)
    {
        long size = (long)_rule.Heads * _queries * _keys * BatchGroup.MaxLanes;
        LaneTensor[] outputs = [.. Context.Outputs.Select((_, i) => Context.NewOutput(arena, i))];
        return new AttentionFrame(outputs)
        {
            Probabilities = arena.Allocate(size),
            Kept = _drops ? arena.Allocate(size) : default,
            Factors = _drops ? arena.Allocate(size) : default,
            Gradients = Context.IsTraining ? arena.Allocate(size) : default,
            Allowed = arena.Allocate((long)_rule.Heads * _queries * _keys * BatchGroup.MaxLanes),
            Scratch = arena.Allocate((long)Math.Max(_depth, 4) * 4 * BatchGroup.MaxLanes),
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (AttentionFrame)frame;
        int lanes = group.Lanes;
        SetAllowed(own, lanes);
        for (int h = 0; h < _rule.Heads; h++)
        {
            if (_additive is not null) _additive.Forward(own.Inputs[0].Value, own.Inputs[2].Value, Head(own.Probabilities, h, lanes), own.Scratch, _queries, _keys, lanes);
            else _products.Multiply(Steps(own.Inputs[0].Value, 0, h, lanes), Steps(own.Inputs[2].Value, 2, h, lanes).Transposed, Scores(own.Probabilities, h, lanes), _queries, _keys, _depth, lanes);
            float factor = _rule.Factor * (_additive is null ? _scale?.Value.Span[0] ?? 1 : 1);
            Span<float> scores = Head(own.Probabilities, h, lanes).Span;
            if (factor != 1) TensorPrimitives.Multiply(scores, factor, scores);
            Mask(own, h, lanes);
            for (int t = 0; t < _queries; t++)
                _products.Softmax(Head(own.Probabilities, h, lanes).Slice(t * _keys * lanes, _keys * lanes), _keys, lanes);
            if (own.IsMasked && _rule.Masking == AttentionMasking.Zero)
                TensorPrimitives.Multiply(scores, Head(own.Allowed, h, lanes).Span, scores);
        }

        if (_drops) Drop(own, group);
        for (int h = 0; h < _rule.Heads; h++)
            _products.Multiply(Scores(Kept(own), h, lanes), Steps(own.Inputs[1].Value, 1, h, lanes), Steps(own.Outputs[0].Value, -1, h, lanes), _queries, _valueDepth, _keys, lanes);
        if (_rule.Masking == AttentionMasking.Lowered) ClearMasked(own.Output.Value, own.Inputs[0], lanes);
        own.Output.Mask = own.Inputs[0].Mask;
        if (_rule.ReturnsScores) CopyScores(own, own.Outputs[1].Value, lanes, adds: false);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (AttentionFrame)frame;
        int lanes = group.Lanes;
        bool hasOutput = !own.Output.Gradient.IsEmpty;
        if (hasOutput && _rule.Masking == AttentionMasking.Lowered) ClearMasked(own.Output.Gradient, own.Inputs[0], lanes);
        for (int h = 0; h < _rule.Heads; h++)
        {
            LaneMatrix above = hasOutput ? Steps(own.Output.Gradient, -1, h, lanes) : default;
            if (!hasOutput) Head(own.Gradients, h, lanes).Clear();
            else _products.Multiply(above, Steps(own.Inputs[1].Value, 1, h, lanes).Transposed, Scores(own.Gradients, h, lanes), _queries, _keys, _valueDepth, lanes);
            if (!Context.InputGradients[1]) continue;
            if (hasOutput) _products.Multiply(Scores(Kept(own), h, lanes).Transposed, above, Steps(own.Inputs[1].Gradient, 1, h, lanes), _keys, _valueDepth, _queries, lanes);
            else own.Inputs[1].Gradient.Clear();
        }

        int size = _rule.Heads * _queries * _keys * lanes;
        Span<float> all = own.Gradients.Span[..size];
        if (_drops) TensorPrimitives.Multiply(all, own.Factors.Span[..size], all);
        if (_rule.ReturnsScores && !own.Outputs[1].Gradient.IsEmpty) CopyScores(own, own.Outputs[1].Gradient, lanes, adds: true);
        if (_additive is not null && Context.InputGradients[0]) own.Inputs[0].Gradient.Clear();
        if (_additive is not null && Context.InputGradients[2]) own.Inputs[2].Gradient.Clear();
        for (int h = 0; h < _rule.Heads; h++) BackwardScores(own, group, h);
        for (int i = 3; i < own.Inputs.Length; i++)
            if (Context.InputGradients[i]) own.Inputs[i].Gradient.Clear(); // nothing flows into a mask
    }

    /// <summary>From the gradient at a head's probabilities to those at queries and keys.</summary>
    private void BackwardScores(AttentionFrame own, BatchGroup group, int head)
    {
        int lanes = group.Lanes;
        Span<float> p = Head(own.Probabilities, head, lanes).Span, g = Head(own.Gradients, head, lanes).Span, mean = own.Scratch.Span[..lanes];
        for (int t = 0; t < _queries; t++)
        {
            mean.Clear();
            for (int s = 0; s < _keys; s++)
            {
                int at = (t * _keys + s) * lanes;
                TensorPrimitives.FusedMultiplyAdd(p.Slice(at, lanes), g.Slice(at, lanes), mean, mean);
            }

            for (int s = 0; s < _keys; s++)
            {
                Span<float> slope = g.Slice((t * _keys + s) * lanes, lanes);
                TensorPrimitives.Subtract(slope, mean, slope);
                TensorPrimitives.Multiply(slope, p.Slice((t * _keys + s) * lanes, lanes), slope);
            }
        }

        if (own.IsMasked && _rule.Masking != AttentionMasking.Lowered) TensorPrimitives.Multiply(g, Head(own.Allowed, head, lanes).Span, g);
        if (_additive is not null)
        {
            _additive.Backward(own, group, Head(own.Gradients, head, lanes), own.Scratch, _queries, _keys);
            return;
        }

        AddScaleGradient(own, group, head);
        float factor = _rule.Factor * (_scale?.Value.Span[0] ?? 1);
        if (factor != 1) TensorPrimitives.Multiply(g, factor, g);
        if (Context.InputGradients[0])
            _products.Multiply(Scores(own.Gradients, head, lanes), Steps(own.Inputs[2].Value, 2, head, lanes), Steps(own.Inputs[0].Gradient, 0, head, lanes), _queries, _depth, _keys, lanes);
        if (Context.InputGradients[2])
            _products.Multiply(Scores(own.Gradients, head, lanes).Transposed, Steps(own.Inputs[0].Value, 0, head, lanes), Steps(own.Inputs[2].Gradient, 2, head, lanes), _keys, _depth, _queries, lanes);
    }

    private void AddScaleGradient(AttentionFrame own, BatchGroup group, int head)
    {
        if (_scale is not { } scale) return;
        int lanes = group.Lanes;
        Span<float> sum = own.Scratch.Span[..lanes], product = own.Scratch.Span.Slice(lanes, lanes);
        sum.Clear();
        for (int t = 0; t < _queries; t++)
        {
            for (int s = 0; s < _keys; s++)
            {
                product.Clear();
                for (int d = 0; d < _depth; d++)
                {
                    TensorPrimitives.FusedMultiplyAdd(
                        LaneTensor.Step(own.Inputs[0].Value, t, Context.Inputs[0].Features, lanes).Slice((head * _depth + d) * lanes, lanes),
                        LaneTensor.Step(own.Inputs[2].Value, s, Context.Inputs[2].Features, lanes).Slice((head * _depth + d) * lanes, lanes), product, product);
                }

                TensorPrimitives.FusedMultiplyAdd(product, Head(own.Gradients, head, lanes).Span.Slice((t * _keys + s) * lanes, lanes), sum, sum);
            }
        }

        new LaneSums(Context.Gradients!, scale, group).Add(0, sum);
    }

    /// <summary>What each query may look at, 1 or 0, if anything is masked at all.</summary>
    private void SetAllowed(AttentionFrame own, int lanes)
    {
        LaneTensor? given = own.Inputs.Length > 3 ? own.Inputs[3] : null;
        LaneTensor query = own.Inputs[0], value = own.Inputs[1], key = own.Inputs[2];
        bool heedsQuery = _rule.Masking != AttentionMasking.Lowered && !query.Mask.IsEmpty, heedsKey = _rule.Masking != AttentionMasking.Lowered && !key.Mask.IsEmpty;
        own.IsMasked = _rule.IsCausal || given is not null || heedsQuery || heedsKey || !value.Mask.IsEmpty;
        if (!own.IsMasked) return;
        bool isPerHead = given is not null && given.Shape.Size > _queries * _keys;
        for (int h = 0; h < _rule.Heads; h++)
        {
            for (int t = 0; t < _queries; t++)
            {
                for (int s = 0; s < _keys; s++)
                {
                    Span<float> allowed = Head(own.Allowed, h, lanes).Span.Slice((t * _keys + s) * lanes, lanes);
                    allowed.Fill(_rule.IsCausal && s > t ? 0 : 1);
                    if (heedsQuery) TensorPrimitives.Multiply(allowed, query.MaskOf(t, lanes), allowed);
                    if (heedsKey) TensorPrimitives.Multiply(allowed, key.MaskOf(s, lanes), allowed);
                    if (!value.Mask.IsEmpty) TensorPrimitives.Multiply(allowed, value.MaskOf(s, lanes), allowed);
                    if (given is null) continue;
                    int e = ((isPerHead ? h * _queries : 0) + t) * _keys + s;
                    ReadOnlySpan<float> mask = given.Value.Span.Slice(LaneOffset.Of(e, given.Shape.Features, lanes), lanes);
                    for (int lane = 0; lane < lanes; lane++)
                        if (mask[lane] == 0) allowed[lane] = 0;
                }
            }
        }
    }

    private void Mask(AttentionFrame own, int head, int lanes)
    {
        if (!own.IsMasked) return;
        Span<float> scores = Head(own.Probabilities, head, lanes).Span;
        ReadOnlySpan<float> allowed = Head(own.Allowed, head, lanes).Span;
        for (int i = 0; i < scores.Length; i++)
        {
            if (allowed[i] != 0) continue;
            scores[i] = _rule.Masking switch
            {
                AttentionMasking.Lowest => Lowest,
                AttentionMasking.Zero => Lowering,
                _ => scores[i] + Lowering,
            };
        }
    }

    private void Drop(AttentionFrame own, BatchGroup group)
    {
        int rows = _rule.Heads * _queries * _keys, size = rows * group.Lanes;
        DropoutMask.Fill(
            Context.Width, own.Factors.Slice(0, size), rows, group.Lanes, group.FirstRow, _rule.Dropout, _rule.Seed ?? Context.Seed, RandomPurpose.Dropout,
            Context.LayerIndex, group.Epoch, group.Step);
        TensorPrimitives.Multiply(own.Probabilities.Span[..size], own.Factors.Span[..size], own.Kept.Span[..size]);
    }

    private Block Kept(AttentionFrame own) => _drops ? own.Kept : own.Probabilities;

    private void CopyScores(AttentionFrame own, Block scores, int lanes, bool adds)
    {
        for (int e = 0; e < _rule.Heads * _queries * _keys; e++)
        {
            Span<float> outside = scores.Span.Slice(LaneOffset.Of(e, _keys, lanes), lanes);
            if (adds) TensorPrimitives.Add(own.Gradients.Span.Slice(e * lanes, lanes), outside, own.Gradients.Span.Slice(e * lanes, lanes));
            else own.Probabilities.Span.Slice(e * lanes, lanes).CopyTo(outside);
        }
    }

    private void ClearMasked(Block values, LaneTensor query, int lanes)
    {
        if (query.Mask.IsEmpty) return;
        for (int t = 0; t < _queries; t++)
        {
            Span<float> step = LaneTensor.Step(values, t, Context.Outputs[0].Features, lanes);
            for (int f = 0; f < Context.Outputs[0].Features; f++)
                TensorPrimitives.Multiply(step.Slice(f * lanes, lanes), query.MaskOf(t, lanes), step.Slice(f * lanes, lanes));
        }
    }

    /// <summary>A head's scores or probabilities, one after the other.</summary>
    private Block Head(Block all, int head, int lanes) => all.Slice(head * _queries * _keys * lanes, _queries * _keys * lanes);

    private LaneMatrix Scores(Block all, int head, int lanes) => new(Head(all, head, lanes), _keys * lanes, lanes);

    /// <summary>The part of a head in a sequence: steps by features.</summary>
    private LaneMatrix Steps(Block block, int input, int head, int lanes)
    {
        LaneShape shape = input < 0 ? Context.Outputs[0] : Context.Inputs[input];
        int offset = head * (shape.Features / _rule.Heads) * lanes;
        return new LaneMatrix(block.Slice(offset, block.Length - offset), RecurrentSequence.Stride(shape.Features, lanes), lanes);
    }
}

/// <summary>Attention at work.</summary>
internal sealed class AttentionFrame(LaneTensor[] outputs) : Frame(outputs)
{
    /// <summary><c>[head][query][key][lanes]</c>, as are the others: before dropout.</summary>
    public Block Probabilities { get; init; }

    /// <summary>After dropout.</summary>
    public Block Kept { get; init; }

    public Block Factors { get; init; }

    public Block Gradients { get; init; }

    public Block Allowed { get; init; }

    public bool IsMasked { get; set; }

    public Block Scratch { get; init; }
}
