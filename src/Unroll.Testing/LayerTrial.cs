using System.Numerics.Tensors;
using Unroll.Layers;
using Unroll.Random;

namespace Unroll.Testing;

/// <summary>The model and the data that a layer is tried in.</summary>
internal sealed class LayerTrial
{
    private const int Rows = 37; // two groups, the last one padded
    private const int Seed = 5, UnknownSize = 6, Vocabulary = 7;

    private readonly Func<Layer> _create;
    private readonly ContractOptions _options;
    private readonly int[] _shape;
    private readonly bool _takesIds;

    public LayerTrial(Func<Layer> create, Symbol input, ContractOptions options)
    {
        (_create, _options, _takesIds) = (create, options, input.IsIds);
        _shape = [.. input.Shape.Select(size => size ?? UnknownSize)];
        if (options.Masked && (_takesIds || _shape.Length < 2))
            throw new ArgumentException("Masked needs an input of [time, features], Input.Features(6, 3) say.", nameof(options));
        MaskedSteps = options.Masked ? Math.Min(2, _shape[0] - 1) : 0;
        (X, Y) = (Data(), Targets());
    }

    public Inputs X { get; }

    public Targets Y { get; }

    /// <summary>How many of the last steps are masked in every third sample.</summary>
    public int MaskedSteps { get; }

    public int Steps => _shape[0];

    public static bool IsMaskedRow(int row) => row % 3 == 1;

    /// <summary>A trained product is in front of the layer, so that the gradient at its input is checked, too.</summary>
    /// <returns>The model, compiled, and the layer in it.</returns>
    public (Model Model, Layer Layer) Build()
    {
        Symbol input = _takesIds ? Input.Ids([.. _shape.Select(size => (int?)size)]) : Features();
        (Symbol output, Layer layer) = Call(_takesIds ? input : Before(_options.Masked ? new Masking().Call(input) : input));
        var model = new Model(input, new Dense(1).Call(new Flatten().Call(output)), seed: Seed);
        model.Compile("sgd", "mse");
        return (model, layer);
    }

    /// <summary>
    /// What the layer puts out for masked samples, with some values at the masked steps. A table's row for the masked id 0
    /// brings them there, because <see cref="Masking"/> itself lets only zeros through.
    /// </summary>
    /// <param name="disturbances">The values at masked steps, one prediction each.</param>
    public (Symbol Output, float[][] Predictions) PredictMasked(params ReadOnlySpan<float> disturbances)
    {
        int[] places = _shape[..^1];
        int features = _shape[^1], ofStep = places.Skip(1).Aggregate(1, (product, size) => product * size);
        Symbol values = Features(), ids = Input.Ids([.. places.Select(size => (int?)size)]);
        var table = new Embedding(2, features) { MaskZero = true };
        Symbol output = Call(Before(new Add().Call([new Masking().Call(values), table.Call(ids)]))).Output;
        var model = new Model([values, ids], output, seed: Seed);
        int[] counts = [.. Enumerable.Range(0, Rows * _shape[0] * ofStep).Select(i => IsMasked(i / ofStep / _shape[0], i / ofStep % _shape[0]) ? 0 : 1)];
        var mask = Inputs.FromTensor(Tensor.Create(counts, [Rows, .. places.Select(size => (nint)size)]));
        float[] rows = new float[2 * features];
        var predictions = new float[disturbances.Length][];
        for (int d = 0; d < disturbances.Length; d++)
        {
            for (int f = 0; f < features; f++) rows[f] = disturbances[d] * (1 + f);
            table.Parameters[0].Set(rows);
            model.ResetStates();
            predictions[d] = [.. model.Predict([X, mask])];
        }

        return (output, predictions);
    }

    private Symbol Features() => Input.Features([.. _shape.Select(size => (int?)size)]);

    private Symbol Before(Symbol symbol) => new Dense(_shape[^1]) { BiasInitializer = "random_normal(stddev=0.3)" }.Call(symbol);

    private (Symbol Output, Layer Layer) Call(Symbol symbol)
    {
        Layer layer = _create();
        if (layer is IRecurrentCell cell) layer = new RNN(cell); // a cell alone is no layer
        Symbols outputs = _options.Call is { } call ? call(layer, symbol) : layer.Call(symbol);
        return (outputs[0], layer);
    }

    private Inputs Data()
    {
        var random = new Philox(1, RandomPurpose.Shuffle, _shape.Length);
        int size = _shape.Aggregate(1, (product, length) => product * length), inner = size / _shape[0];
        nint[] lengths = [Rows, .. _shape.Select(length => (nint)length)];
        if (_takesIds) return Inputs.FromTensor(Tensor.Create([.. Enumerable.Range(0, Rows * size).Select(_ => random.NextInt32(Vocabulary))], lengths));
        float[] values = new float[Rows * size];
        for (int i = 0; i < values.Length; i++)
            if (!IsMasked(i / size, i % size / inner)) values[i] = (float)random.NextNormal();
        return Inputs.FromTensor(Tensor.Create(values, lengths));
    }

    private bool IsMasked(int row, int step) => IsMaskedRow(row) && step >= _shape[0] - MaskedSteps;

    private static Targets Targets()
    {
        var random = new Philox(2, RandomPurpose.Shuffle);
        float[,] y = new float[Rows, 1];
        for (int row = 0; row < Rows; row++) y[row, 0] = (float)random.NextNormal();
        return y;
    }
}
