using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Activation;
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
    private const int Strip = 4; // queries whose scores are at work at a time

    private readonly Parameter? _scale;
    private readonly bool _hasWeights;
    private readonly AttentionRule _rule;
    private readonly LaneProducts _products;
    private readonly LaneSoftmax _softmax;
    private readonly AdditiveScores? _additive;
    private readonly int _queries, _keys, _depth, _valueDepth;
    private readonly bool _drops;

    public AttentionProgram(AttentionCore core, ProgramContext context) : base(context)
    {
        (_rule, _scale, _hasWeights) = (core.Rule, core.Scale, core.Parameters.Count > 0);
        (_queries, _keys) = (context.Inputs[0].Steps, context.Inputs[1].Steps);
        (_depth, _valueDepth) = (context.Inputs[0].Features / _rule.Heads, context.Inputs[1].Features / _rule.Heads);
        _products = LaneProducts.Create(context.Width);
        _softmax = LaneSoftmax.Create(context.Width);
        _additive = _rule.IsAdditive ? new AdditiveScores(core, context) : null;
        _drops = context.IsTraining && _rule.Dropout > 0;
    }

    public override bool AddsInParts => _hasWeights;

    private float Factor => _rule.Factor * (_additive is null ? _scale?.Value.Span[0] ?? 1 : 1);

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
            Scratch = arena.Allocate((long)Math.Max(_depth, 4) * (Strip + 1) * BatchGroup.MaxLanes),
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (AttentionFrame)frame;
        int lanes = group.Lanes;
        SetAllowed(own, lanes);
        for (int h = 0; h < _rule.Heads; h++)
        {
            _additive?.Forward(own.Inputs[0].Value, own.Inputs[2].Value, Head(own.Probabilities, h, lanes), own.Scratch, _queries, _keys, lanes);
            for (int t = 0; t < _queries; t += Strip) SetProbabilities(own, h, t, Math.Min(_queries - t, Strip), lanes);
        }

        if (_drops) Drop(own, group);
        for (int h = 0; h < _rule.Heads; h++)
            _products.Multiply(Scores(Kept(own), h, lanes), Steps(own.Inputs[1].Value, 1, h, lanes), Steps(own.Outputs[0].Value, -1, h, lanes), _queries, _valueDepth, _keys, lanes);
        if (_rule.Masking == AttentionMasking.Lowered) ClearMasked(own.Output.Value, own.Inputs[0], lanes);
        own.Output.Mask = own.Inputs[0].Mask;
        if (_rule.ReturnsScores) CopyScores(own, own.Outputs[1].Value, lanes, adds: false);
    }

    /// <summary>Scores and probabilities of a few queries, while they are in the first cache.</summary>
    private void SetProbabilities(AttentionFrame own, int head, int first, int count, int lanes)
    {
        if (_additive is null)
            _products.Multiply(Steps(own.Inputs[0].Value, 0, head, lanes, first), Steps(own.Inputs[2].Value, 2, head, lanes).Transposed, Scores(own.Probabilities, head, lanes, first), count, _keys, _depth, lanes);
        Block scores = Queries(own.Probabilities, head, first, count, lanes);
        float factor = Factor;
        if (factor != 1) TensorPrimitives.Multiply(scores.Span, factor, scores.Span);
        Block allowed = own.IsMasked ? Queries(own.Allowed, head, first, count, lanes) : default;
        if (own.IsMasked) _softmax.Mask(scores, allowed, _rule.Masking == AttentionMasking.Lowest ? Lowest : Lowering, adds: _rule.Masking == AttentionMasking.Lowered);
        for (int t = 0; t < count; t++) _softmax.Forward(scores.Slice(t * _keys * lanes, _keys * lanes), _keys, lanes);
        if (own.IsMasked && _rule.Masking == AttentionMasking.Zero) TensorPrimitives.Multiply(scores.Span, allowed.Span, scores.Span);
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
        Span<float> sum = own.Scratch.Span[..lanes];
        for (int h = 0; h < _rule.Heads; h++)
        {
            sum.Clear();
            for (int t = 0; t < _queries; t += Strip) BackwardQueries(own, h, t, Math.Min(_queries - t, Strip), sum, lanes);
            if (_additive is not null) _additive.Backward(own, group, Head(own.Gradients, h, lanes), own.Scratch, _queries, _keys);
            else if (_scale is { } scale) new LaneSums(Context.Gradients!, scale, group).Add(0, sum);
            if (_additive is not null || !Context.InputGradients[2]) continue;
            _products.Multiply(Scores(own.Gradients, h, lanes).Transposed, Steps(own.Inputs[0].Value, 0, h, lanes), Steps(own.Inputs[2].Gradient, 2, h, lanes), _keys, _depth, _queries, lanes);
            Multiply(own.Inputs[2].Gradient, 2, h, 0, _keys, Factor, lanes);
        }

        for (int i = 3; i < own.Inputs.Length; i++)
            if (Context.InputGradients[i]) own.Inputs[i].Gradient.Clear(); // nothing flows into a mask
    }

    /// <summary>From the gradient at the probabilities of a few queries to that at their scores and at the queries.</summary>
    /// <remarks>
    /// A query that may look at nothing sees all keys alike where masks make scores the lowest number, and its gradient is
    /// that of those probabilities: what Keras computes on PyTorch, which adds the mask instead of choosing between scores.
    /// </remarks>
    private void BackwardQueries(AttentionFrame own, int head, int first, int count, Span<float> scaleSum, int lanes)
    {
        for (int t = first; t < first + count; t++)
            _softmax.Backward(Queries(own.Probabilities, head, t, 1, lanes), Queries(own.Gradients, head, t, 1, lanes), _keys, lanes);
        if (_additive is not null || (!Context.InputGradients[0] && _scale is null)) return;

        bool isAsked = Context.InputGradients[0];
        LaneMatrix target = isAsked
            ? Steps(own.Inputs[0].Gradient, 0, head, lanes, first)
            : new LaneMatrix(own.Scratch.Slice(lanes, own.Scratch.Length - lanes), _depth * lanes, lanes);
        _products.Multiply(Scores(own.Gradients, head, lanes, first), Steps(own.Inputs[2].Value, 2, head, lanes), target, count, _depth, _keys, lanes);

        // With scores = factor · q · k, the sum of gradient · score over all keys is q · (gradient · k).
        LaneMatrix queries = Steps(own.Inputs[0].Value, 0, head, lanes, first);
        for (int t = 0; _scale is not null && t < count; t++)
        {
            for (int d = 0; d < _depth; d++)
            {
                TensorPrimitives.FusedMultiplyAdd(
                    queries.Data.Span.Slice(t * queries.RowStride + d * lanes, lanes), target.Data.Span.Slice(t * target.RowStride + d * lanes, lanes), scaleSum, scaleSum);
            }
        }

        if (isAsked) Multiply(own.Inputs[0].Gradient, 0, head, first, count, Factor, lanes);
    }

    private void Multiply(Block block, int input, int head, int first, int count, float factor, int lanes)
    {
        if (factor == 1) return;
        LaneMatrix steps = Steps(block, input, head, lanes, first);
        for (int t = 0; t < count; t++)
        {
            Span<float> step = steps.Data.Span.Slice(t * steps.RowStride, _depth * lanes);
            TensorPrimitives.Multiply(step, factor, step);
        }
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
                Span<float> allowed = Queries(own.Allowed, h, t, 1, lanes).Span;
                int seen = _rule.IsCausal ? Math.Min(t + 1, _keys) * lanes : allowed.Length;
                allowed[..seen].Fill(1);
                allowed[seen..].Clear();
                if (heedsKey) TensorPrimitives.Multiply(allowed, key.Mask.Span[..allowed.Length], allowed);
                if (!value.Mask.IsEmpty) TensorPrimitives.Multiply(allowed, value.Mask.Span[..allowed.Length], allowed);
                for (int s = 0; heedsQuery && s < _keys; s++)
                    TensorPrimitives.Multiply(allowed.Slice(s * lanes, lanes), query.MaskOf(t, lanes), allowed.Slice(s * lanes, lanes));
                if (given is not null) Intersect(allowed, given, ((isPerHead ? h * _queries : 0) + t) * _keys, lanes);
            }
        }
    }

    /// <summary>Takes away what a mask that was given forbids.</summary>
    private static void Intersect(Span<float> allowed, LaneTensor given, int first, int lanes)
    {
        for (int s = 0; s < allowed.Length / lanes; s++)
        {
            ReadOnlySpan<float> mask = given.Value.Span.Slice(LaneOffset.Of(first + s, given.Shape.Features, lanes), lanes);
            for (int lane = 0; lane < lanes; lane++)
                if (mask[lane] == 0) allowed[s * lanes + lane] = 0;
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

    /// <summary>Some queries of a head.</summary>
    private Block Queries(Block all, int head, int first, int count, int lanes) => all.Slice((head * _queries + first) * _keys * lanes, count * _keys * lanes);

    private LaneMatrix Scores(Block all, int head, int lanes, int first = 0) => new(Queries(all, head, first, _queries - first, lanes), _keys * lanes, lanes);

    /// <summary>The part of a head in a sequence, from some step on: steps by features.</summary>
    private LaneMatrix Steps(Block block, int input, int head, int lanes, int first = 0)
    {
        LaneShape shape = input < 0 ? Context.Outputs[0] : Context.Inputs[input];
        int stride = RecurrentSequence.Stride(shape.Features, lanes), offset = first * stride + head * (shape.Features / _rule.Heads) * lanes;
        return new LaneMatrix(block.Slice(offset, block.Length - offset), stride, lanes);
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
