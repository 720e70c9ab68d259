using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>What elements of a sample are divided by, and whether their mean is taken off first.</summary>
/// <param name="Epsilon">Added to the mean square, or the least sum of squares.</param>
/// <param name="Centers">Whether the mean is taken off.</param>
/// <param name="MeasuresDeviation">Whether squares are those of the distances from the mean.</param>
/// <param name="HasUnitLength">Whether the sum of squares becomes 1, not their mean.</param>
internal sealed record NormalizationRule(double Epsilon, bool Centers, bool MeasuresDeviation, bool HasUnitLength = false);

/// <summary>
/// Normalises groups of elements within every sample, then scales and shifts them: <c>y = (x − μ) / √(σ² + ε) · γ + β</c>, or
/// one of its relatives.
/// </summary>
/// <param name="context">What the call is prepared for.</param>
/// <param name="rule">What is done.</param>
/// <param name="groups">Elements that go together.</param>
/// <param name="weightOf">For each element the place of its γ and β.</param>
/// <param name="gamma">The factors; null: 1.</param>
/// <param name="beta">The shifts; null: 0.</param>
/// <param name="passesMask">Whether the mask goes on.</param>
internal sealed class NormalizationProgram(
    ProgramContext context, NormalizationRule rule, int[][] groups, int[] weightOf, Parameter? gamma, Parameter? beta, bool passesMask) : LayerProgram(context)
{
    private int Count => groups[0].Length;

    public override bool AddsInParts => gamma is not null || beta is not null;

    public override Frame CreateFrame(Arena arena) => new StatisticsFrame(Context.NewOutput(arena))
    {
        Means = arena.Allocate((long)groups.Length * BatchGroup.MaxLanes),
        Scales = arena.Allocate((long)groups.Length * BatchGroup.MaxLanes),
        Row = arena.Allocate(BatchGroup.MaxLanes),
        Sum = arena.Allocate(BatchGroup.MaxLanes),
        OtherSum = arena.Allocate(BatchGroup.MaxLanes),
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (StatisticsFrame)frame;
        int lanes = group.Lanes;
        Span<float> row = own.Row.Span[..lanes];
        own.Output.Mask = passesMask ? own.Input.Mask : default;
        for (int g = 0; g < groups.Length; g++)
        {
            Span<float> mean = own.Means.Span.Slice(g * lanes, lanes), scale = own.Scales.Span.Slice(g * lanes, lanes);
            mean.Clear();
            if (rule.MeasuresDeviation)
            {
                foreach (int e in groups[g]) TensorPrimitives.Add(mean, At(own.Input.Value, e, lanes), mean);
                TensorPrimitives.Divide(mean, Count, mean);
            }

            scale.Clear();
            foreach (int e in groups[g])
            {
                TensorPrimitives.Subtract(At(own.Input.Value, e, lanes), mean, row);
                TensorPrimitives.FusedMultiplyAdd(row, row, scale, scale);
            }

            for (int lane = 0; lane < lanes; lane++) scale[lane] = Scale(scale[lane]);
            foreach (int e in groups[g])
            {
                Span<float> y = At(own.Output.Value, e, lanes);
                Normalise(At(own.Input.Value, e, lanes), mean, scale, y);
                if (gamma is not null) TensorPrimitives.Multiply(y, gamma.Value.Span[weightOf[e]], y);
                if (beta is not null) TensorPrimitives.Add(y, beta.Value.Span[weightOf[e]], y);
            }
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (StatisticsFrame)frame;
        int lanes = group.Lanes;
        Span<float> row = own.Row.Span[..lanes], sum = own.Sum.Span[..lanes], product = own.OtherSum.Span[..lanes];
        for (int g = 0; g < groups.Length; g++)
        {
            Span<float> mean = own.Means.Span.Slice(g * lanes, lanes), scale = own.Scales.Span.Slice(g * lanes, lanes);
            AddWeightGradients(own, group, groups[g], mean, scale, row);
            if (!Context.NeedsInputGradient) continue;

            // With u = x − μ (or x), r = 1/σ and g = dy · γ: dx = r·g − d · r³/n · Σ g·u, less its mean if the mean was taken off.
            sum.Clear();
            product.Clear();
            foreach (int e in groups[g])
            {
                Span<float> dx = At(own.Input.Gradient, e, lanes);
                TensorPrimitives.Multiply(At(own.Output.Gradient, e, lanes), gamma is null ? 1 : gamma.Value.Span[weightOf[e]], dx);
                Normalise(At(own.Input.Value, e, lanes), mean, scale, row);
                TensorPrimitives.FusedMultiplyAdd(dx, row, product, product); // Σ g·u·r
                TensorPrimitives.Add(sum, dx, sum);
            }

            for (int lane = 0; lane < lanes; lane++)
            {
                bool isHeld = rule.HasUnitLength && scale[lane] >= Scale(0); // shorter than the least length: a constant factor
                product[lane] = isHeld ? 0 : product[lane] * scale[lane] * scale[lane] / (rule.HasUnitLength ? 1 : Count);
                sum[lane] = rule.Centers ? sum[lane] / Count : 0;
            }

            foreach (int e in groups[g])
            {
                Span<float> dx = At(own.Input.Gradient, e, lanes);
                ReadOnlySpan<float> x = At(own.Input.Value, e, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    dx[lane] = scale[lane] * (dx[lane] - sum[lane]) - (x[lane] - mean[lane]) * product[lane];
            }
        }
    }

    private void AddWeightGradients(StatisticsFrame own, BatchGroup group, int[] members, Span<float> mean, Span<float> scale, Span<float> row)
    {
        int lanes = group.Lanes;
        foreach (int e in members)
        {
            ReadOnlySpan<float> dy = At(own.Output.Gradient, e, lanes);
            if (beta is not null) new LaneSums(Context.Gradients!, beta, group).Add(weightOf[e], dy);
            if (gamma is null) continue;
            Normalise(At(own.Input.Value, e, lanes), mean, scale, row);
            TensorPrimitives.Multiply(row, dy, row);
            new LaneSums(Context.Gradients!, gamma, group).Add(weightOf[e], row);
        }
    }

    private void Normalise(ReadOnlySpan<float> x, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale, Span<float> y)
    {
        if (rule.Centers) TensorPrimitives.Subtract(x, mean, y);
        else x.CopyTo(y);
        TensorPrimitives.Multiply(y, scale, y);
    }

    /// <summary>The factor that follows from a sum of squares.</summary>
    private float Scale(float squares) =>
        (float)(1 / Math.Sqrt(rule.HasUnitLength ? Math.Max(squares, rule.Epsilon) : (double)squares / Count + rule.Epsilon));

    private Span<float> At(Block block, int element, int lanes) => block.Span.Slice(LaneOffset.Of(element, Context.InputFeatures, lanes), lanes);

    private sealed class StatisticsFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>[group][lanes].</summary>
        public Block Means { get; init; }

        /// <summary>[group][lanes].</summary>
        public Block Scales { get; init; }

        public Block Row { get; init; }

        public Block Sum { get; init; }

        public Block OtherSum { get; init; }
    }
}
