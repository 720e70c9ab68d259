using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Layers;

namespace Unroll.Models.Execution;

/// <summary>
/// Predicts few rows, one after the other. A model keeps it between calls: a service that asks for one review at a time
/// pays neither for buffers nor for fifteen idle lanes.
/// </summary>
internal sealed class RowPredictor
{
    /// <summary>
    /// From more rows on the lanes of a group are filled well enough. Measured with LSTM(32): a group of 16 takes as long
    /// as some ten rows.
    /// </summary>
    public const int MaxRows = 8;

    private readonly Arena _arena = new();
    private readonly InputRow _input;
    private readonly RowLayer[] _layers;
    private readonly int[] _shape;
    private readonly int _steps;

    private RowPredictor(Inputs inputs, InputRow input, RowLayer[] layers, OutputShape output, int steps, Arena arena)
    {
        (_input, _layers, _steps, Output, _arena) = (input, layers, steps, output, arena);
        _shape = [.. inputs.Shape.Skip(1)];
    }

    /// <summary>Shape of the output for one row.</summary>
    public OutputShape Output { get; }

    /// <summary>The predictor for a built model; null if a layer has no form for single rows.</summary>
    public static RowPredictor? Create(IReadOnlyList<Layer> layers, Inputs inputs, VectorWidth width)
    {
        var arena = new Arena();
        bool isIds = inputs.Ids is not null;
        int inputSteps = isIds || inputs.Shape.Count == 3 ? inputs.Shape[1] : 1;
        int inputFeatures = isIds ? 1 : inputs.Shape[^1];
        var input = new InputRow(arena, isIds ? 0 : inputSteps, inputFeatures);
        var rows = new RowLayer[layers.Count];
        RowLayer below = input;
        (int steps, int features) = (inputSteps, inputFeatures);
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i].CreateRow(new RowContext(arena, width, steps, features, below)) is not { } row) return null;
            rows[i] = below = row;
            IReadOnlyList<int?> shape = layers[i].OutputShape!;
            (steps, features) = (shape.Count == 2 ? steps : 1, shape[^1]!.Value);
        }

        return new RowPredictor(inputs, input, rows, new OutputShape(steps, features, layers[^1].OutputShape!.Count == 2), inputSteps, arena);
    }

    /// <summary>True if these inputs have the shape that the predictor was made for.</summary>
    public bool Fits(Inputs inputs)
    {
        if (inputs.Shape.Count != _shape.Length + 1 || _input.IsIds != inputs.Ids is not null) return false;
        for (int i = 0; i < _shape.Length; i++)
        {
            if (inputs.Shape[i + 1] != _shape[i]) return false;
        }

        return true;
    }

    /// <summary>Outputs for all rows, row-major.</summary>
    public void Predict(Inputs inputs, Span<float> output)
    {
        foreach (RowLayer layer in _layers) layer.Prepare();
        int stride = RowSequence.Padded(Output.Units);
        for (int row = 0; row < inputs.Count; row++)
        {
            ReadOnlySpan<int> ids = inputs.Ids is { } all ? all.AsSpan(row * _steps, _steps) : default;
            if (inputs.Values is { } values) _input.Load(values.AsSpan(row * inputs.SampleSize, inputs.SampleSize));
            foreach (RowLayer layer in _layers) layer.Run(ids);
            ReadOnlySpan<float> result = _layers[^1].Output.Span;
            for (int t = 0; t < Output.Steps; t++)
                result.Slice(t * stride, Output.Units).CopyTo(output.Slice(row * Output.Size + t * Output.Units, Output.Units));
        }
    }

    /// <summary>Real-valued inputs, or nothing where there are ids.</summary>
    private sealed class InputRow : RowLayer
    {
        private readonly int _features;

        public InputRow(Arena arena, int steps, int features)
        {
            _features = features;
            Output = arena.Allocate((long)steps * RowSequence.Padded(features));
        }

        public bool IsIds => Output.IsEmpty;

        public void Load(ReadOnlySpan<float> values)
        {
            int stride = RowSequence.Padded(_features);
            for (int t = 0; t * _features < values.Length; t++) values.Slice(t * _features, _features).CopyTo(Output.Span[(t * stride)..]);
        }

        public override void Prepare() => throw new NotSupportedException();

        public override void Run(ReadOnlySpan<int> ids) => throw new NotSupportedException();
    }
}
