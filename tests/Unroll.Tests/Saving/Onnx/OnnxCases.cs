using Unroll.Activations;
using Unroll.Layers;
using Unroll.Tests.Golden;

namespace Unroll.Tests.Saving.Onnx;

/// <summary>A model and the inputs that its one exported file has to take.</summary>
internal sealed record OnnxCase(Model Model, Inputs[] Runs);

/// <summary>Models that are exported, by name.</summary>
internal static class OnnxCases
{
    private const int Vocabulary = 7, Units = 3;

    /// <summary>Rows with padding on the right, on the left, in the middle, everywhere and nowhere.</summary>
    private static readonly int[,] Padded =
    {
        { 1, 2, 3, 0, 0 },
        { 0, 0, 4, 5, 6 },
        { 1, 0, 2, 0, 3 },
        { 0, 5, 0, 0, 0 },
        { 0, 0, 0, 0, 0 },
        { 6, 5, 4, 3, 2 },
    };

    /// <summary>Steps of which no, one or both features are −1: in the middle, at both ends, everywhere.</summary>
    private static readonly float[,,] Marked =
    {
        { { 0.5f, -1 }, { -1, -1 }, { 0, 0 } },
        { { -1, -1 }, { -0.5f, 2 }, { -1, -1 } },
        { { -1, -1 }, { -1, -1 }, { -1, -1 } },
    };

    private static readonly Inputs[] Batches = [Padded, Cycle(1, 1, 6), Cycle(2, 9, 7), Cycle(19, 4, 3), new[,] { { 0, 0 } }];

    /// <summary>Activations that ONNX has other operators for, or several.</summary>
    private static readonly string[] Composed =
    [
        .. Activation.Catalog.Names.Except(Activation.Fused.Select(activation => activation.Name)).Except(["sparsemax", "threshold"]), "threshold(0.1, -0.2)", "elu(0.4)", "celu(1.5)",
        "gelu(true)", "soft_shrink(0.1)", "hard_shrink(0.1)", "squareplus(1)", "relu(0.1, 0.5, 0.2)",
    ];

    public static IReadOnlyDictionary<string, OnnxCase> All { get; } = Create();

    private static Dictionary<string, OnnxCase> Create()
    {
        var cases = new Dictionary<string, OnnxCase>(StringComparer.Ordinal);
        foreach (string cell in new[] { "SimpleRNN", "LSTM", "GRU", "GRU_reset_before" })
        {
            foreach (bool mask in new[] { false, true })
            {
                foreach (bool backwards in new[] { false, true })
                {
                    foreach (bool sequences in new[] { false, true })
                    {
                        string name = $"{cell}{(mask ? "_mask" : "")}{(backwards ? "_backwards" : "")}{(sequences ? "_sequences" : "")}";
                        cases.Add(name, OnIds(mask, Cell(cell, backwards: backwards, sequences: sequences), new Dense(2, "sigmoid")));
                    }
                }
            }

            foreach (Activation activation in Activation.Fused.Where(activation => activation != Activation.Softmax))
            {
                cases.Add($"{cell}_{activation.Name}", OnIds(false, Cell(cell, activation: activation)));
                if (cell != "SimpleRNN") cases.Add($"{cell}_gates_{activation.Name}", OnIds(false, Cell(cell, gates: activation)));
            }

            foreach (string activation in new[] { "elu(0.6)", "leaky_relu(0.3)", "softplus" })
            {
                cases.Add($"{cell}_{activation}", OnIds(true, Cell(cell, activation: activation)));
                if (cell != "SimpleRNN") cases.Add($"{cell}_gates_{activation}", OnIds(false, Cell(cell, activation: "hard_sigmoid", gates: activation)));
            }

            cases.Add($"{cell}_hard_everywhere", OnIds(true, Cell(cell, activation: "hard_sigmoid", gates: "hard_sigmoid")));
            cases.Add($"{cell}_no_bias", OnIds(true, Cell(cell, bias: false)));
            cases.Add($"{cell}_features", OnFeatures(4, Cell(cell)));
            cases.Add($"{cell}_wide", Wide(Cell(cell, units: 64)));
        }

        foreach (Activation activation in Activation.Fused)
            cases.Add($"Dense_{activation.Name}", OnFeatures(null, new Dense(5, activation), new Dense(2) { UseBias = false }));
        foreach (string activation in Composed)
            cases.Add($"Dense_{activation}", OnFeatures(null, new Dense(6, activation), new Dense(2) { UseBias = false }, new ActivationLayer(activation)));
        foreach ((string equation, int?[] shape, string? bias) in new (string, int?[], string?)[]
        {
            ("abc,cd->abd", [null, 5], "d"), ("abc,cde->abde", [4, 2, 3], "e"), ("...x,xy->...y", [5], "y"), ("aBc,Bcd->adB", [2, 4], "dB"), ("ab...,bc->ac...", [3], null),
        })
        {
            cases.Add($"EinsumDense_{equation}", new OnnxCase(
                WithWeights([new EinsumDense(equation, shape, "gelu", bias), new Flatten(), new Dense(2)], [4, 6]), [Inputs.FromValues(Waves(3, 4, 6)), Inputs.FromValues(Waves(1, 4, 6))]));
        }

        foreach (bool mask in new[] { false, true })
        {
            string suffix = mask ? "_mask" : "";
            cases.Add($"stack{suffix}", OnIds(
                mask, Cell("LSTM", sequences: true), Cell("GRU", backwards: true, sequences: true), Cell("SimpleRNN", backwards: true), new Dense(1)));
            cases.Add($"stack_dense_between{suffix}", OnIds(
                mask, Cell("GRU", backwards: true, sequences: true), new Dense(4, "relu"), Cell("LSTM", sequences: true)));
            cases.Add($"embedding_only{suffix}", OnIds(mask));
            foreach (MergeMode mode in new[] { MergeMode.Concat, MergeMode.Sum, MergeMode.Ave, MergeMode.Mul })
            {
                cases.Add($"Bidirectional_{mode}{suffix}", OnIds(mask, new Bidirectional(Cell("LSTM")) { MergeMode = mode }, new Dense(1)));
                cases.Add($"Bidirectional_{mode}_sequences{suffix}", OnIds(
                    mask, new Bidirectional(Cell("GRU", sequences: true)) { MergeMode = mode, BackwardLayer = Cell("SimpleRNN", backwards: true, sequences: true) }, Cell("LSTM")));
            }

            cases.Add($"average{suffix}", OnIds(mask, new SpatialDropout1D(0.2), new GlobalAveragePooling1D(), new Dropout(0.5)));
            cases.Add($"maximum{suffix}", OnIds(mask, Cell("LSTM", sequences: true), new GlobalMaxPooling1D(), new Dense(1)));
            cases.Add($"time_distributed{suffix}", OnIds(
                mask, new TimeDistributed(new Dense(3)), new ActivationLayer("tanh"), new Identity(), new Dropout(0.1), Cell("GRU"), new ActivationLayer("relu")));
            cases.Add($"Bidirectional_other_way_round{suffix}", OnIds(mask, new Bidirectional(Cell("LSTM", backwards: true, sequences: true))));
            foreach (bool sequences in new[] { false, true })
            {
                cases.Add($"zero_output{(sequences ? "_sequences" : "")}{suffix}", OnIds(
                    mask,
                    new LSTM(Units) { ReturnSequences = sequences, ZeroOutputForMask = true, GoBackwards = sequences }));
            }
        }

        cases.Add("Flatten", new OnnxCase(
            WithWeights([Cell("LSTM", sequences: true), new Flatten(), new Dense(2)], [4, 6]), [Inputs.FromValues(Waves(3, 4, 6))]));
        OnnxGraphCases.Add(cases);
        OnnxLayerCases.Add(cases);
        cases.Add("Masking", new OnnxCase(
            WithWeights([new Masking(-1), Cell("GRU", sequences: true), new GlobalAveragePooling1D()], [null, 2]), [Inputs.FromValues(Marked)]));
        return cases;
    }

    private static RecurrentLayer Cell(
        string name, bool backwards = false, bool sequences = false, Activation? activation = null, Activation? gates = null, bool bias = true,
        int units = Units)
    {
        (activation, gates) = (activation ?? Activation.Tanh, gates ?? Activation.Sigmoid);
        return name switch
        {
            "SimpleRNN" => new SimpleRNN(units) { Activation = activation, UseBias = bias, ReturnSequences = sequences, GoBackwards = backwards },
            "LSTM" => new LSTM(units) { Activation = activation, RecurrentActivation = gates, UseBias = bias, ReturnSequences = sequences, GoBackwards = backwards },
            _ => new GRU(units) { Activation = activation, RecurrentActivation = gates, UseBias = bias, ReturnSequences = sequences, GoBackwards = backwards, ResetAfter = name == "GRU" },
        };
    }

    private static OnnxCase OnIds(bool mask, params Layer[] layers) =>
        new(WithWeights([new Embedding(Vocabulary, 4) { MaskZero = mask }, .. layers], null), Batches);

    private static OnnxCase Wide(Layer layer) =>
        new(WithWeights([new Embedding(500, 32) { MaskZero = true }, layer, new Dense(1, "sigmoid")], null), [Cycle(3, 80, 500), Cycle(40, 20, 3)]);

    private static OnnxCase OnFeatures(int? steps, params Layer[] layers) => steps is null
        ? new(WithWeights(layers, [6]), [Inputs.FromValues(Waves(3, 6)), Inputs.FromValues(Waves(1, 6))])
        : new(WithWeights(layers, [null, 6]), [Inputs.FromValues(Waves(3, 4, 6)), Inputs.FromValues(Waves(1, 7, 6))]);

    private static Sequential WithWeights(Layer[] layers, int?[]? shape)
    {
        var model = new Sequential();
        foreach (Layer layer in layers) model.Add(layer);
        if (shape is not null) model.Build(shape);
        return WithWeights(model);
    }

    /// <summary>Gives a model weights that do not depend on anything random.</summary>
    internal static T WithWeights<T>(T model) where T : Model
    {
        model.SetWeights([.. model.GetWeights().Select((weights, k) => GoldenWeights.W(0.5 + k, weights.Length))]);
        return model;
    }

    /// <summary>Ids that go round and round through the vocabulary, zero now and then.</summary>
    internal static int[,] Cycle(int samples, int steps, int vocabulary)
    {
        var ids = new int[samples, steps];
        for (int i = 0; i < ids.Length; i++) ids[i / steps, i % steps] = ((i * 5) + (i / 7)) % vocabulary;
        return ids;
    }

    internal static Array Waves(params int[] shape)
    {
        Array values = Array.CreateInstance(typeof(float), shape);
        Buffer.BlockCopy(GoldenWeights.W(0.1, values.Length), 0, values, 0, values.Length * sizeof(float));
        return values;
    }
}
