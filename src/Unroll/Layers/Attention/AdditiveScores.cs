using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Scores <c>Σ_d w_d · tanh(c · (q_d + k_d))</c> with one head: w is a vector, or a number with a factor c beside it.</summary>
internal sealed class AdditiveScores(AttentionCore core, ProgramContext context)
{
    private readonly ActivationKernel _tanh = ActivationKernel.Create(context.Width, ActivationKind.Tanh);
    private readonly int _depth = context.Inputs[0].Features;
    private readonly Parameter? _scale = core.Scale, _weight = core.ScoreWeight;
    private readonly bool _isVector = core.Scale is { Sizes.Length: > 0 };

    private float Inner => _isVector ? 1 : _scale?.Value.Span[0] ?? 1;

    private float Outer(int d) => _isVector ? _scale!.Value.Span[d] : _weight?.Value.Span[0] ?? 1;

    /// <summary>Sets the scores <c>[query][key][lanes]</c>.</summary>
    public void Forward(Block query, Block key, Block scores, Block scratch, int queries, int keys, int lanes)
    {
        for (int t = 0; t < queries; t++)
        {
            for (int s = 0; s < keys; s++)
            {
                Span<float> score = scores.Span.Slice((t * keys + s) * lanes, lanes);
                score.Clear();
                Span<float> y = Tanh(query, t, key, s, scratch, lanes);
                for (int d = 0; d < _depth; d++) TensorPrimitives.FusedMultiplyAdd(y.Slice(d * lanes, lanes), Outer(d), score, score);
            }
        }
    }

    /// <summary>From the gradient at the scores to those of weights, queries and keys, which it adds to.</summary>
    public void Backward(AttentionFrame own, BatchGroup group, Block slopes, Block scratch, int queries, int keys)
    {
        int lanes = group.Lanes;
        Span<float> product = scratch.Span.Slice(2 * _depth * lanes, lanes);
        for (int t = 0; t < queries; t++)
        {
            for (int s = 0; s < keys; s++)
            {
                ReadOnlySpan<float> slope = slopes.Span.Slice((t * keys + s) * lanes, lanes);
                Span<float> y = Tanh(own.Inputs[0].Value, t, own.Inputs[2].Value, s, scratch, lanes);
                for (int d = 0; d < _depth; d++)
                {
                    Span<float> value = y.Slice(d * lanes, lanes);
                    TensorPrimitives.Multiply(slope, value, product);
                    if (_isVector) Add(_scale!, group, d, product);
                    else if (_weight is { } weight) Add(weight, group, 0, product);

                    // slope · w · (1 − y²) is the gradient at what tanh sees
                    for (int lane = 0; lane < lanes; lane++) value[lane] = slope[lane] * Outer(d) * (1 - value[lane] * value[lane]);
                    AddTo(own.Inputs[0], 0, t, d, value, lanes);
                    AddTo(own.Inputs[2], 2, s, d, value, lanes);
                    if (_isVector || _scale is not { } scale) continue;
                    TensorPrimitives.Add(Feature(own.Inputs[0].Value, 0, t, d, lanes), Feature(own.Inputs[2].Value, 2, s, d, lanes), product);
                    TensorPrimitives.Multiply(product, value, product);
                    Add(scale, group, 0, product);
                }
            }
        }
    }

    private void Add(Parameter parameter, BatchGroup group, int element, ReadOnlySpan<float> values) =>
        new LaneSums(context.Gradients!, parameter, group).Add(element, values);

    private void AddTo(LaneTensor input, int index, int step, int feature, ReadOnlySpan<float> value, int lanes)
    {
        if (!context.InputGradients[index]) return;
        Span<float> target = Feature(input.Gradient, index, step, feature, lanes);
        TensorPrimitives.FusedMultiplyAdd(value, Inner, target, target);
    }

    private Span<float> Tanh(Block query, int t, Block key, int s, Block scratch, int lanes)
    {
        Block sum = scratch.Slice(0, _depth * lanes);
        TensorPrimitives.Add(Step(query, 0, t, lanes), Step(key, 2, s, lanes), sum.Span);
        if (Inner != 1) TensorPrimitives.Multiply(sum.Span, Inner, sum.Span);
        _tanh.Apply(sum, sum);
        return sum.Span;
    }

    private Span<float> Step(Block block, int input, int step, int lanes) => LaneTensor.Step(block, step, context.Inputs[input].Features, lanes);

    private Span<float> Feature(Block block, int input, int step, int feature, int lanes) => Step(block, input, step, lanes).Slice(feature * lanes, lanes);
}
