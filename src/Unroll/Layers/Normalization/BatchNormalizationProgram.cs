using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Layers;

/// <summary>
/// Runs <see cref="BatchNormalization"/>. Sums over the batch are taken in float64, chunk by chunk, and the chunks added in
/// ascending order: they depend on neither threads nor grouping.
/// </summary>
internal sealed class BatchNormalizationProgram : LayerProgram
{
    private const double CountEpsilon = 1e-7; // Keras adds it to the count behind a mask

    private readonly BatchNormalization _layer;
    private readonly Parameter? _gamma, _beta;
    private readonly int[][] _members; // elements of each feature
    private readonly bool _usesBatch;
    private readonly float[] _means, _scales; // of each feature: what is taken off, and 1/√(σ² + ε)
    private readonly double[] _sums, _products; // of each feature: Σ dy and Σ dy · (x − μ)
    private double _count;

    public BatchNormalizationProgram(BatchNormalization layer, ProgramContext context, int axis) : base(context)
    {
        (_layer, _gamma, _beta) = (layer, layer.Gamma, layer.Beta);
        IReadOnlyList<int> shape = context.Inputs[0].Dimensions;
        _members = AxisGroups.Along(shape, [.. Enumerable.Range(0, shape.Count).Where(d => d != axis)]);
        _usesBatch = context.IsTraining && layer.Trainable;
        (_means, _scales) = (new float[_members.Length], new float[_members.Length]);
        (_sums, _products) = (new double[_members.Length], new double[_members.Length]);
    }

    public override bool NeedsWholeBatch => _usesBatch;

    public override void Prepare()
    {
        if (_usesBatch) return;
        for (int f = 0; f < _members.Length; f++)
            (_means[f], _scales[f]) = (_layer.MovingMean.Value.Span[f], ScaleOf(_layer.MovingVariance.Value.Span[f]));
    }

    public override Frame CreateFrame(Arena arena) => new SumsFrame(Context.NewOutput(arena))
    {
        Sums = _usesBatch ? new double[2 * _members.Length * Chunks] : [],
        Counts = new double[Chunks],
    };

    public override void Collect(Frame frame, BatchGroup group) => AddUp((SumsFrame)frame, group, isBackward: false, (x, _, _) => (x, (double)x * x));

    public override void Join(ReadOnlySpan<Frame> frames, int rows)
    {
        Total(frames);
        bool isMasked = !frames[0].Input.Mask.IsEmpty;
        _count += isMasked ? CountEpsilon : 0;
        float momentum = (float)_layer.Momentum;
        Span<float> movingMean = _layer.MovingMean.Value.Span, movingVariance = _layer.MovingVariance.Value.Span;
        for (int f = 0; f < _members.Length; f++)
        {
            double mean = _sums[f] / _count, variance = Math.Max(0, _products[f] / _count - mean * mean);
            (_means[f], _scales[f]) = ((float)mean, ScaleOf(variance));
            movingMean[f] = movingMean[f] * momentum + (float)mean * (1 - momentum);
            movingVariance[f] = movingVariance[f] * momentum + (float)variance * (1 - momentum);
        }
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        frame.Output.Mask = frame.Input.Mask;
        for (int f = 0; f < _members.Length; f++)
        {
            float factor = _scales[f] * (_gamma?.Value.Span[f] ?? 1), shift = _beta?.Value.Span[f] ?? 0;
            foreach (int e in _members[f])
            {
                Span<float> y = At(frame.Output.Value, e, lanes);
                TensorPrimitives.Subtract(At(frame.Input.Value, e, lanes), _means[f], y);
                TensorPrimitives.Multiply(y, factor, y);
                TensorPrimitives.Add(y, shift, y);
            }
        }
    }

    public override void CollectBackward(Frame frame, BatchGroup group)
    {
        var own = (SumsFrame)frame;
        AddUp(own, group, isBackward: true, (x, dy, mean) => (dy, (double)dy * ((double)x - mean)));
        GradientStore gradients = Context.Gradients!;
        for (int chunk = 0; chunk * VectorWidths.Chunk < group.Lanes; chunk++)
        {
            for (int f = 0; f < _members.Length; f++)
            {
                int at = 2 * (chunk * _members.Length + f);
                if (_beta is { } beta) gradients.ForGroup(beta, group).Span[chunk * gradients.ChunkStride + f] += (float)own.Sums[at];
                if (_gamma is { } gamma) gradients.ForGroup(gamma, group).Span[chunk * gradients.ChunkStride + f] += (float)(own.Sums[at + 1] * _scales[f]);
            }
        }
    }

    public override void JoinBackward(ReadOnlySpan<Frame> frames, int rows)
    {
        double count = _count;
        Total(frames);
        _count = count; // that of the statistics
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes;
        for (int f = 0; f < _members.Length; f++)
        {
            float factor = _scales[f] * (_gamma?.Value.Span[f] ?? 1);

            // dx = γ/σ · (dy − (Σ dy + (x − μ)/σ² · Σ dy·(x − μ)) / n); a masked step is in no statistic.
            float mean = _usesBatch ? (float)(_sums[f] / _count) : 0, slope = _usesBatch ? (float)(_products[f] / _count * _scales[f] * _scales[f]) : 0;
            foreach (int e in _members[f])
            {
                ReadOnlySpan<float> x = At(frame.Input.Value, e, lanes), dy = At(frame.Output.Gradient, e, lanes);
                ReadOnlySpan<float> mask = frame.Input.Mask.IsEmpty ? default : frame.Input.MaskOf(StepOf(e, frame.Input), lanes);
                Span<float> dx = At(frame.Input.Gradient, e, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    dx[lane] = factor * (dy[lane] - (mask.IsEmpty || mask[lane] != 0 ? mean + (x[lane] - _means[f]) * slope : 0));
                dx[group.Rows..].Clear(); // rows that pad the group are in no statistic, either
            }
        }
    }

    /// <summary>Two sums for each chunk and feature, over the rows and steps that count; on the way back over all steps.</summary>
    private void AddUp(SumsFrame own, BatchGroup group, bool isBackward, Func<float, float, float, (double, double)> terms)
    {
        own.Chunks = group.Lanes / VectorWidths.Chunk;
        for (int chunk = 0; chunk < own.Chunks; chunk++)
        {
            int from = chunk * VectorWidths.Chunk, to = Math.Min(from + VectorWidths.Chunk, group.Rows);
            for (int f = 0; f < _members.Length; f++)
            {
                double first = 0, second = 0, count = 0;
                foreach (int e in _members[f])
                {
                    ReadOnlySpan<float> x = At(own.Input.Value, e, group.Lanes), dy = isBackward ? At(own.Output.Gradient, e, group.Lanes) : x;
                    ReadOnlySpan<float> mask = isBackward || own.Input.Mask.IsEmpty ? default : own.Input.MaskOf(StepOf(e, own.Input), group.Lanes);
                    for (int lane = from; lane < to; lane++)
                    {
                        if (!mask.IsEmpty && mask[lane] == 0) continue;
                        (double a, double b) = terms(x[lane], dy[lane], _means[f]);
                        first += a;
                        second += b;
                        count++;
                    }
                }

                int at = 2 * (chunk * _members.Length + f);
                (own.Sums[at], own.Sums[at + 1], own.Counts[chunk]) = (first, second, count);
            }
        }
    }

    private void Total(ReadOnlySpan<Frame> frames)
    {
        Array.Clear(_sums);
        Array.Clear(_products);
        _count = 0;
        foreach (Frame frame in frames)
        {
            var own = (SumsFrame)frame;
            for (int chunk = 0; chunk < own.Chunks; chunk++)
            {
                _count += own.Counts[chunk];
                for (int f = 0; f < _members.Length; f++)
                {
                    int at = 2 * (chunk * _members.Length + f);
                    _sums[f] += own.Sums[at];
                    _products[f] += own.Sums[at + 1];
                }
            }
        }
    }

    private static int Chunks => BatchGroup.MaxLanes / VectorWidths.Chunk;

    private float ScaleOf(double variance) => (float)(1 / Math.Sqrt(variance + _layer.Epsilon));

    private static int StepOf(int element, LaneTensor tensor) => element / tensor.Shape.Features;

    private Span<float> At(Block block, int element, int lanes) => block.Span.Slice(LaneOffset.Of(element, Context.InputFeatures, lanes), lanes);

    private sealed class SumsFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>[chunk][feature] of two sums.</summary>
        public required double[] Sums { get; init; }

        /// <summary>What was counted for a feature in each chunk.</summary>
        public required double[] Counts { get; init; }

        public int Chunks { get; set; }
    }
}
