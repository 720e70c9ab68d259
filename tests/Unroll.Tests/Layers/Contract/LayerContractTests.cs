using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers.Contract;

/// <summary>Every registered layer keeps the contract; one without an entry here fails.</summary>
public sealed class LayerContractTests
{
    private static readonly Dictionary<string, LayerCase[]> Cases = new()
    {
        ["Embedding"] = [new(() => new Embedding(7, 3) { MaskZero = true, ActivityRegularizer = "l2(0.1)" }, 6) { TakesIds = true }],
        ["SimpleRNN"] = [new(() => new SimpleRNN(4), 6, 3), new(() => new SimpleRNN(4) { ReturnSequences = true }, 6, 3) { HasMask = true }, new(() => new SimpleRNN(4) { Activation = "softplus", Dropout = 0.2, RecurrentDropout = 0.3 }, 6, 3) { HasMask = true }],
        ["LSTM"] =
        [
            new(() => new LSTM(4) { Activation = "elu", RecurrentActivation = "softmax", ReturnSequences = true, ActivityRegularizer = "l2(0.1)" }, 6, 3) { HasMask = true },
            new(() => new LSTM(4) { Activation = "gelu", RecurrentDropout = 0.3, Dropout = 0.2, UseBias = false }, 6, 3), new(() => new LSTM(4), 6, 3), new(() => new LSTM(4) { ReturnSequences = true, ActivityRegularizer = "l1(0.02)" }, 6, 3) { HasMask = true },
        ],
        ["GRU"] =
        [
            new(() => new GRU(4), 6, 3), new(() => new GRU(4) { ReturnSequences = true }, 6, 3) { HasMask = true },
            new(() => new GRU(4) { Activation = "silu", ReturnSequences = true }, 6, 3) { HasMask = true },
            new(() => new GRU(4) { RecurrentActivation = "log_sigmoid", Activation = "mish", ResetAfter = false, RecurrentDropout = 0.3, GoBackwards = true }, 6, 3),
        ],
        ["RNN"] = [new(() => new RNN(new LSTMCell(4)), 6, 3), new(() => new RNN(new LSTMCell(4), new GRUCell(3)) { ReturnSequences = true, GoBackwards = true }, 6, 3) { HasMask = true }],
        ["SimpleRNNCell"] = [new(() => new RNN(new SimpleRNNCell(4)), 6, 3)],
        ["LSTMCell"] = [new(() => new RNN(new LSTMCell(4) { Dropout = 0.2 }), 6, 3)],
        ["GRUCell"] = [new(() => new RNN(new GRUCell(4) { ResetAfter = false }), 6, 3)],
        ["StackedRNNCells"] = [new(() => new RNN(new StackedRNNCells(new SimpleRNNCell(4), new SimpleRNNCell(2))), 6, 3)],
        ["Dense"] = [new(() => new Dense(5, "tanh") { ActivityRegularizer = "l2(0.1)" }, 4), new(() => new Dense(5), 3, 2, 4), new(() => new Dense(5, "gelu") { ActivityRegularizer = "l2(0.1)" }, 3, 4) { HasMask = true }, new(() => new Dense(6, "glu"), 6, 3)],
        ["ConvLSTM1D"] =
        [
            new(() => new ConvLSTM1D(3, 2) { BiasInitializer = "random_normal" }, 4, 5, 2),
            new(() => new ConvLSTM1D(2, 3, padding: WindowPadding.Same) { ReturnSequences = true, GoBackwards = true, Dropout = 0.2, RecurrentDropout = 0.3, ActivityRegularizer = "l2(0.1)" }, 4, 5, 2) { HasMask = true },
            new(() => new ConvLSTM1D(2, 2) { DilationRate = 2, ZeroOutputForMask = true, ReturnSequences = true, UseBias = false, Activation = "relu", RecurrentActivation = "hard_sigmoid" }, 4, 5, 2) { HasMask = true },
            new(() => new ConvLSTM1D(2, 2, strides: 2), 5, 6, 3) { HasMask = true },
        ],
        ["Bidirectional"] =
        [
            new(() => new Bidirectional(new GRU(3)), 6, 3),
            new(() => new Bidirectional(new LSTM(3) { Activation = "softplus", ReturnSequences = true }), 6, 3) { HasMask = true },
            new(() => new Bidirectional(new RNN(new LSTMCell(3), new GRUCell(2)) { ReturnSequences = true }), 6, 3) { HasMask = true },
            new(() => new Bidirectional(new RNN(new SimpleRNNCell(3))) { MergeMode = MergeMode.Mul, BackwardLayer = new LSTM(3) { GoBackwards = true } }, 6, 3) { HasMask = true },
            new(() => new Bidirectional(new ConvLSTM1D(2, 2) { ReturnSequences = true }) { MergeMode = MergeMode.Ave }, 3, 4, 2) { HasMask = true },
            new(() => new Bidirectional(new ConvLSTM1D(2, 2)), 3, 4, 2),
        ],
        ["TimeDistributed"] =
        [
            new(() => new TimeDistributed(new Dense(3)), 6, 4),
            new(() => new TimeDistributed(new Dense(3, "softplus")), 6, 4),
            new(() => new TimeDistributed(new Embedding(7, 3)), 3, 4) { TakesIds = true },
            new(() => new TimeDistributed(new Conv1D(3, 2)), 3, 4, 2),
            new(() => new TimeDistributed(new LSTM(3) { Dropout = 0.2, RecurrentDropout = 0.3 }), 3, 4, 2) { HasMask = true },
            new(() => new TimeDistributed(new Flatten()), 3, 4, 2),
            new(() => new TimeDistributed(new BatchNormalization()), 5, 3) { HasMask = true },
            new(() => new TimeDistributed(new TimeDistributed(new Dropout(0.3) { NoiseShape = [null, 1] })), 2, 3, 4),
            new(() => new TimeDistributed(new TimeDistributed(new SimpleRNN(3))), 2, 3, 4, 2),
            new(() => new TimeDistributed(new Bidirectional(new RNN(new GRUCell(2)))), 3, 4, 2),
            new(() => new TimeDistributed(new Sequential { new GRU(3), new BatchNormalization(), new Dense(2, "tanh") }), 3, 4, 2),
        ],
        ["Identity"] = [new(() => new Identity(), 6, 3) { HasMask = true }],
        ["AdaptiveMaxPooling1D"] = [new(() => new AdaptiveMaxPooling1D(3), 7, 3)],
        ["AdaptiveAveragePooling1D"] = [new(() => new AdaptiveAveragePooling1D(3), 7, 3), new(() => new AdaptiveAveragePooling1D(5), 3, 2)],
        ["Dropout"] = [new(() => new Dropout(0.4), 6, 3), new(() => new Dropout(0.4) { NoiseShape = [null, 1, 3] }, 6, 3), new(() => new Dropout(0.4) { NoiseShape = [null, null, 1] }, 6, 3)],
        ["SpatialDropout1D"] = [new(() => new SpatialDropout1D(0.4), 6, 3)],
        ["Masking"] = [new(() => new Masking(), 6, 3)],
        ["GlobalAveragePooling1D"] = [new(() => new GlobalAveragePooling1D { KeepDims = true }, 6, 3) { HasMask = true }],
        ["GlobalMaxPooling1D"] = [new(() => new GlobalMaxPooling1D { KeepDims = true }, 6, 3)],
        ["Activation"] = [.. ((string[])["tanh", "mish", "log_softmax", "sparsemax", "gelu(true)", "squareplus(2)"]).Select(name => new LayerCase(() => new ActivationLayer(name), 6, 3) { HasMask = true }), new(() => new ActivationLayer("glu"), 6, 4)],
        ["Flatten"] = [new(() => new Flatten(), 6, 3)],
        ["Reshape"] = [new(() => new Reshape(-1, 9), 6, 3)],
        ["Permute"] = [new(() => new Permute(2, 1), 6, 3), new(() => new Permute(3, 1, 2), 2, 3, 4)],
        ["RepeatVector"] = [new(() => new RepeatVector(4), 3)],
        ["ZeroPadding1D"] = [new(() => new ZeroPadding1D(1, 2), 6, 3)],
        ["Cropping1D"] = [new(() => new Cropping1D(1, 2), 6, 3)],
        ["UpSampling1D"] = [new(() => new UpSampling1D(3), 4, 3)],
        ["ReLU"] = [new(() => new ReLU(1.5, 0.1), 6, 3) { HasMask = true }],
        ["LeakyReLU"] = [new(() => new LeakyReLU(0.2), 6, 3)],
        ["PReLU"] = [new(() => new PReLU { AlphaInitializer = "random_normal(stddev=0.3)", SharedAxes = [1] }, 6, 3), new(() => new PReLU(), 5)],
        ["ELU"] = [new(() => new ELU(0.7), 6, 3)],
        ["Softmax"] = [new(() => new Softmax(), 6, 3), new(() => new Softmax { Axis = [1, 2] }, 6, 3)],
        ["Conv1D"] =
        [
            new(() => new Conv1D(5, 3, activation: "tanh") { BiasInitializer = "random_normal" }, 7, 3),
            new(() => new Conv1D(4, 4, padding: WindowPadding.Same), 7, 3), new(() => new Conv1D(4, 3, strides: 2), 7, 3), new(() => new Conv1D(4, 2, strides: 3), 8, 3),
            new(() => new Conv1D(4, 3, strides: 2, padding: WindowPadding.Same) { Groups = 2, ActivityRegularizer = "l2(0.1)" }, 7, 4),
            new(() => new Conv1D(17, 2, padding: WindowPadding.Causal) { DilationRate = 2, UseBias = false }, 7, 3), new(() => new Conv1D(4, 1), 7, 3), new(() => new Conv1D(4, 3, padding: WindowPadding.Causal, activation: "silu") { ActivityRegularizer = "l2(0.1)" }, 7, 3),
        ],
        ["DepthwiseConv1D"] = [new(() => new DepthwiseConv1D(3, depthMultiplier: 2) { Activation = "tanh" }, 7, 3), new(() => new DepthwiseConv1D(2, padding: WindowPadding.Same) { UseBias = false }, 7, 3), new(() => new DepthwiseConv1D(2) { Activation = "gelu" }, 7, 3)],
        ["SeparableConv1D"] = [new(() => new SeparableConv1D(5, 3, padding: WindowPadding.Same, activation: "tanh") { DepthMultiplier = 2 }, 7, 3), new(() => new SeparableConv1D(5, 3, activation: "softplus"), 7, 3)],
        ["Conv1DTranspose"] = [new(() => new Conv1DTranspose(5, 3, strides: 2, activation: "tanh"), 4, 3), new(() => new Conv1DTranspose(2, 4, 2, WindowPadding.Same), 4, 3), new(() => new Conv1DTranspose(2, 4, activation: "mish"), 4, 3)],
        ["MaxPooling1D"] = [new(() => new MaxPooling1D(3, 2, WindowPadding.Same), 7, 3)],
        ["AveragePooling1D"] = [new(() => new AveragePooling1D(3, 2, WindowPadding.Same), 7, 3), new(() => new AveragePooling1D(), 7, 3)],
        ["BatchNormalization"] = [new(() => new BatchNormalization(), 5), new(() => new BatchNormalization { GammaInitializer = "random_normal" }, 6, 3) { HasMask = true }, new(() => new BatchNormalization(axis: 1), 6, 3)],
        ["LayerNormalization"] = [new(() => new LayerNormalization(), 6, 3) { HasMask = true }, new(() => new LayerNormalization(1, 2) { RmsScaling = true }, 6, 3)],
        ["RMSNormalization"] = [new(() => new RMSNormalization(), 6, 3)],
        ["UnitNormalization"] = [new(() => new UnitNormalization(), 6, 3), new(() => new UnitNormalization(1), 6, 3)],
        ["GroupNormalization"] = [new(() => new GroupNormalization(2), 6, 4), new(() => new GroupNormalization(-1), 6, 3)],
        ["GaussianNoise"] = [new(() => new GaussianNoise(0.3), 6, 3)],
        ["GaussianDropout"] = [new(() => new GaussianDropout(0.3), 6, 3)],
        ["AlphaDropout"] = [new(() => new AlphaDropout(0.3), 6, 3)],
        ["ActivityRegularization"] = [new(() => new ActivityRegularization(0.01, 0.1), 6, 3) { HasMask = true }],
        ["Normalization"] =
        [
            new(() => new Normalization(), 6, 3) { HasMask = true }, new(() => new Normalization { Mean = [0.5], Variance = [4.0], Axis = [] }, 6, 3),
            new(() => new Normalization { Mean = [0.5, 1.0, 2.0], Variance = [4.0, 2.0, 1.0], Invert = true }, 6, 3),
        ],
        ["Rescaling"] = [new(() => new Rescaling(0.5, -1), 6, 3) { HasMask = true }],
        ["Add"] = Merge(() => new Add()),
        ["Subtract"] = Merge(() => new Subtract()),
        ["Multiply"] = Merge(() => new Multiply()),
        ["Average"] = Merge(() => new Average()),
        ["Maximum"] = Merge(() => new Maximum()),
        ["Minimum"] = Merge(() => new Minimum()),
        ["Concatenate"] = Merge(() => new Concatenate()),
        ["Dot"] = [.. Merge(() => new Dot(2), ignoresMask: true), .. Merge(() => new Dot(1, normalize: true), ignoresMask: true)],
        ["Attention"] =
        [
            new(() => new Attention(), 6, 3) { HasMask = true, Call = (layer, x) => layer.Call([x, Other(x, 3)]) },
            new(() => new Attention(useScale: true, ScoreMode.Concat), 6, 3) { Call = (layer, x) => ((Attention)layer).Call([x, Other(x, 4), Other(x, 3)], useCausalMask: true) },
            new(() => new Attention(useScale: true) { Dropout = 0.3 }, 6, 3) { Call = (layer, x) => layer.Call([x, Other(x, 3)]) },
        ],
        ["AdditiveAttention"] = [new(() => new AdditiveAttention(), 6, 3) { HasMask = true, Call = (layer, x) => layer.Call([x, Other(x, 3)]) }],
        ["EinsumDense"] =
        [
            new(() => new EinsumDense("abc,cd->abd", [null, 5], "tanh", biasAxes: "d") { BiasInitializer = "random_normal", ActivityRegularizer = "l2(0.1)" }, 6, 3),
            new(() => new EinsumDense("abc,cde->abde", [null, 2, 4], biasAxes: "e"), 6, 3), new(() => new EinsumDense("ab,bc->ac", 4, "gelu"), 3),
            new(() => new EinsumDense("...x,xy->...y", 4, biasAxes: "y"), 2, 3, 4), new(() => new EinsumDense("abc,bd->adc", [5, null], biasAxes: "dc"), 6, 3),
            new(() => new EinsumDense("abc,bcd->adb", [17, null], biasAxes: "d"), 6, 3), new(() => new EinsumDense("abc,dc->abd", [null, 2]), 6, 3),
            new(() => new EinsumDense("ab...,bc->ac...", 5), 4, 3), new(() => new EinsumDense("abcd,cde->abe", [null, 4]), 5, 2, 3),
        ],
        ["MultiHeadAttention"] =
        [
            // The product leaves masked queries out: one that may see nothing has the gradient that was recorded in Keras
            // (KerasGraphTests, fn_mha_attention_mask), which is not the one of differences.
            new(() => new MultiHeadAttention(2, 3), 6, 4) { HasMask = true, Call = (layer, x) => new Multiply().Call([((MultiHeadAttention)layer).Call(x, x), x]) },
            new(() => new MultiHeadAttention(2, 3, 5) { Dropout = 0.2, OutputFeatures = 5 }, 6, 4)
            {
                HasMask = true, Call = (layer, x) => ((MultiHeadAttention)layer).Call(x, Other(x, 3), Other(x, 2), useCausalMask: true),
            },
        ],
    };

    /// <summary>
    /// Layers that work on whole arrays before a model runs: no gradient passes them, they have no weights, and there is nothing
    /// of theirs in the lanes.
    /// </summary>
    private static readonly Dictionary<string, (Func<PreprocessingLayer> Create, Func<int, Inputs> Row)> OnWholeArrays = new()
    {
        ["TextVectorization"] = (() => new TextVectorization { Vocabulary = ["a", "b"], OutputMode = TokenOutput.Count }, row => Inputs.FromTexts([Word(row) + " a"])),
        ["StringLookup"] = (() => new StringLookup { Vocabulary = ["a", "b"] }, row => Inputs.FromTexts([Word(row)])),
        ["IntegerLookup"] = (() => new IntegerLookup { Vocabulary = [1, 3] }, row => new[,] { { row, row + 1 } }),
        ["Hashing"] = (() => new Hashing(4), row => Inputs.FromTexts([Word(row)])),
        ["HashedCrossing"] = (() => new HashedCrossing(4), row => Inputs.Create(Inputs.FromTexts([Word(row)]), new[,] { { row % 2 } })),
        ["CategoryEncoding"] = (() => new CategoryEncoding(7), row => new[,] { { row, row + 1 } }),
        ["Discretization"] = (() => new Discretization(1, 2.5), row => new[,] { { row / 2f, 2f } }),
    };

    public static TheoryData<string> Names => [.. Layer.Catalog.Names.Where(name => !OnWholeArrays.ContainsKey(name))];

    public static TheoryData<string> WholeArrayNames => [.. OnWholeArrays.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_kept(string name)
    {
        Assert.True(Cases.TryGetValue(name, out LayerCase[]? cases), $"The layer '{name}' has no entry in the contract's cases.");
        foreach (LayerCase layer in cases) layer.Check();
    }

    /// <summary>A mean over time behind the layer leaves masked steps out just if the layer says that it hands the mask on.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Masks_go_on_as_the_layer_says(string name)
    {
        foreach (LayerCase tried in Cases[name].Where(tried => !tried.TakesIds && tried.InputShape.Length == 2))
        {
            Layer layer = tried.Create();
            if (layer is Softmax or MergeLayer or Concatenate or Dot or Masking) continue; // no masks, masks of all inputs, its own mask
            int steps = tried.InputShape[0], rows = 5;
            Symbol x = Input.Features([.. tried.InputShape]), masked = new Masking().Call(x);
            Symbol y = tried.Call is { } call ? call(layer, masked) : layer.Call(masked)[0];
            if (y.Shape.Count != 2 || y.Shape[0] != steps) continue;
            var model = new Model(x, [y, new GlobalAveragePooling1D().Call(y)], seed: 3);
            var data = new float[rows, steps, tried.InputShape[1]];
            for (int row = 0; row < rows; row++)
                for (int t = 0; t < steps - 2; t++)
                    for (int f = 0; f < tried.InputShape[1]; f++) data[row, t, f] = MathF.Sqrt(1 + row + 3 * t + 5 * f) - 3.1f;
            Predictions all = model.PredictAll(data);
            float[] values = [.. all[0]], means = [.. all[1]];
            int units = means.Length / rows, used = layer is GraphLayer || layer.HandsOnMask(0) ? steps - 2 : steps;
            for (int i = 0; i < means.Length; i++)
            {
                double sum = 0;
                for (int t = 0; t < used; t++) sum += values[(i / units * steps + t) * units + i % units];
                Assert.Equal(sum / used, means[i], 1e-4);
            }
        }
    }

    /// <summary>What they put out for a sample does not depend on the others, the configuration gives the same layer again, and in the lanes they refuse to work.</summary>
    [Theory]
    [MemberData(nameof(WholeArrayNames))]
    public void A_layer_on_whole_arrays_works_sample_by_sample(string name)
    {
        (Func<PreprocessingLayer> create, Func<int, Inputs> row) = OnWholeArrays[name];
        PreprocessingLayer layer = create();
        PreprocessingLayer again = (PreprocessingLayer)Layer.Catalog.FromKeras(Layer.Catalog.ToKeras(layer), "the configuration");
        Encoded[] alone = [.. Enumerable.Range(0, 5).Select(number => layer.Apply(row(number)))];
        Inputs[] rows = [.. Enumerable.Range(0, 5).Select(row)];
        foreach (PreprocessingLayer tried in new[] { layer, again })
        {
            Encoded together = tried.Apply(Inputs.Create([.. Enumerable.Range(0, rows[0].Parts).Select(part => Stacked(rows, part))]));
            Assert.Equal(alone.SelectMany(Values), Values(together));
            Assert.Equal(alone[0].Shape.Skip(1), together.Shape.Skip(1));
        }

        Assert.Empty(layer.Parameters);
        Assert.Contains("before the model runs", Assert.Throws<NotSupportedException>(() => layer.CreateProgram(null!)).Message, StringComparison.Ordinal);

        static IEnumerable<float> Values(Encoded encoded) => encoded.AsReals().Reals!;

        static Inputs Stacked(Inputs[] rows, int part)
        {
            int width = rows[0].Part(part).Shape[1];
            if (rows[0].HasTexts(part)) return Inputs.FromTexts(rows.Select(row => row.Texts(part)[0]));
            return rows[0].HasIds(part)
                ? Inputs.OfIds([.. rows.SelectMany(row => row.Ids(part))], [rows.Length, width])
                : Inputs.OfValues([.. rows.SelectMany(row => row.Values(part))], [rows.Length, width]);
        }
    }

    private static string Word(int row) => ((char)('a' + row % 3)).ToString();

    private static LayerCase[] Merge(Func<Layer> create, bool ignoresMask = false) => [new(create, 6, 3) { HasMask = true, IgnoresMask = ignoresMask, Call = (layer, x) => layer.Call([x, Other(x, 3)]) }];

    /// <summary>Another input, made of the same.</summary>
    private static Symbol Other(Symbol x, int features) => new Dense(features, "tanh").Call(x);
}
