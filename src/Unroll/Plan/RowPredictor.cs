using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Plan;

/// <summary>
/// Predicts few rows, one after the other, in the form of a plan that has features in the lanes. A model keeps it between
/// calls: a service that asks for one review at a time pays neither for buffers nor for fifteen idle lanes. Layers without
/// such a form run in the lanes of a group, and what they read and write is turned around.
/// </summary>
internal sealed class RowPredictor
{
    /// <summary>
    /// From more rows on the lanes of a group are filled well enough. Measured with LSTM(32): a group of 16 takes as long
    /// as some ten rows.
    /// </summary>
    public const int MaxRows = 8;

    private readonly Arena _arena;
    private readonly RowLayer[] _layers;
    private readonly (RowTensor Tensor, bool Fits)?[] _maskSources; // for each call whose mask is that of another tensor
    private readonly RowTensor[] _inputs, _outputs;
    private readonly bool[] _floats;

    private RowPredictor(GraphPlan plan, Arena arena, RowLayer[] layers, RowTensor[] tensors, bool[] floats)
    {
        (Plan, _arena, _layers, _floats) = (plan, arena, layers, floats);
        _maskSources = [.. plan.Calls.Select(call => call.MaskSource is { } source ? (tensors[source], tensors[source].Shape.Steps == tensors[call.Outputs[0]].Shape.Steps) : ((RowTensor, bool)?)null)];
        _inputs = [.. plan.Inputs.Select(input => tensors[input])];
        _outputs = [.. plan.Outputs.Select(output => tensors[output])];
    }

    /// <summary>What it runs.</summary>
    public GraphPlan Plan { get; }

    /// <summary>The predictor for a plan; null if no layer that works has a form for single rows.</summary>
    public static RowPredictor? Create(GraphPlan plan, Inputs inputs, VectorWidth width)
    {
        var arena = new Arena();
        var tensors = new RowTensor[plan.Tensors.Count];
        var floats = new bool[plan.Inputs.Count];
        for (int i = 0; i < plan.Inputs.Count; i++)
        {
            int input = plan.Inputs[i];
            floats[i] = !inputs.HasIds(i) || plan.Calls.Any(call => call.Inputs.Contains(input) && !call.Layer.KnowsItsInput);
            tensors[input] = floats[i] ? RowTensor.Allocate(arena, plan.Tensors[input]) : new RowTensor(plan.Tensors[input]);
        }

        var layers = new RowLayer[plan.Calls.Count];
        bool pays = false;
        foreach (PlannedCall call in plan.Calls)
        {
            var context = new RowContext(arena, width, [.. call.Inputs.Select(input => tensors[input])], [.. call.Outputs.Select(output => plan.Tensors[output])]);
            RowLayer? own = call.IsDistributed ? null : call.Layer.CreateRow(context);
            pays |= own is not null && call.Layer.ParameterCount > 0 && !call.Layer.KnowsItsInput;
            RowLayer layer = layers[call.Index] = own ?? new LaneRow(call, context, plan);
            for (int i = 0; i < call.Outputs.Count; i++) tensors[call.Outputs[i]] = layer.Outputs[i];
        }

        return pays ? new RowPredictor(plan, arena, layers, tensors, floats) : null;
    }

    /// <summary>Outputs for all rows, row-major, an array for each of the model's outputs.</summary>
    public float[][] Predict(Inputs inputs)
    {
        foreach (RowLayer layer in _layers) layer.Prepare();
        var results = new float[_outputs.Length][];
        for (int i = 0; i < results.Length; i++) results[i] = new float[inputs.Samples * _outputs[i].Shape.Size];
        for (int row = 0; row < inputs.Samples; row++)
        {
            for (int i = 0; i < _inputs.Length; i++) Load(_inputs[i], inputs, i, row);
            for (int c = 0; c < _layers.Length; c++)
            {
                _layers[c].Run();
                if (_maskSources[c] is var (source, fits)) _layers[c].Outputs[0].Mask = fits ? source.Mask : default;
            }

            for (int i = 0; i < results.Length; i++)
            {
                int units = _outputs[i].Shape.Features, size = _outputs[i].Shape.Size;
                for (int t = 0; t * units < size; t++)
                    _outputs[i].Value.Span.Slice(t * _outputs[i].Stride, units).CopyTo(results[i].AsSpan(row * size + t * units, units));
            }
        }

        GC.KeepAlive(_arena);
        return results;
    }

    private void Load(RowTensor tensor, Inputs inputs, int index, int row)
    {
        int size = tensor.Shape.Size, features = tensor.Shape.Features;
        if (inputs.HasIds(index)) tensor.Ids = inputs.Ids(index).AsMemory(row * size, size);
        if (!_floats[index]) return;
        for (int i = 0; i < size; i++)
            tensor.Value.Span[i / features * tensor.Stride + i % features] = inputs.HasIds(index) ? inputs.Ids(index)[row * size + i] : inputs.Values(index)[row * size + i];
    }
}
