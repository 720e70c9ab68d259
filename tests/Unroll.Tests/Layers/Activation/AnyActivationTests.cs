using Unroll.Activations;
using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Layers.Act;

/// <summary>Layers with activations that they have no kernel for.</summary>
public sealed class AnyActivationTests
{
    private static readonly float[,,] X = Floats3D(9, 6, 4, 1);

    /// <summary>Every activation, with arguments where it needs them.</summary>
    public static TheoryData<string> Texts =>
        [.. Activation.Catalog.Names.Select(name => name == "threshold" ? "threshold(0.1, -0.2)" : name), "relu(0.1, 0.5, 0.2)", "elu(0.4)", "gelu(true)"];

    /// <summary>A layer with an activation is the same layer without it, and the activation of every step.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void Comes_behind_the_layer(string text)
    {
        Activation activation = text;
        Layer[] with =
        [
            new Dense(6, activation), new TimeDistributed(new Dense(6, activation)), new Conv1D(6, 3, padding: WindowPadding.Causal, activation: activation),
            new Conv1DTranspose(6, 2, 2, activation: activation), new DepthwiseConv1D(2, depthMultiplier: 2) { Activation = activation },
            new SeparableConv1D(6, 3, activation: activation), new EinsumDense("abc,cd->abd", [null, 6], activation, "d"), new ActivationLayer(activation),
        ];
        Layer[] without =
        [
            new Dense(6), new TimeDistributed(new Dense(6)), new Conv1D(6, 3, padding: WindowPadding.Causal), new Conv1DTranspose(6, 2, 2),
            new DepthwiseConv1D(2, depthMultiplier: 2), new SeparableConv1D(6, 3), new EinsumDense("abc,cd->abd", [null, 6], biasAxes: "d"), new ActivationLayer("linear"),
        ];
        for (int i = 0; i < with.Length; i++)
        {
            var model = new Sequential(seed: 3) { with[i] };
            var linear = new Sequential(seed: 3) { without[i] };
            float[] actual = [.. model.Predict(X)], before = [.. linear.Predict(X)];
            Assert.Equal(linear.GetWeights(), model.GetWeights());
            int inputs = without[i].OutputShape![^1]!.Value, outputs = with[i].OutputShape![^1]!.Value, steps = before.Length / inputs;
            Assert.Equal(text == "glu" ? inputs / 2 : inputs, outputs);
            var row = new float[outputs];
            for (int t = 0; t < steps; t++)
            {
                activation.Apply(before.AsSpan(t * inputs, inputs), row);
                Floats.AssertNear([.. row.Select(value => (double)value)], actual.AsSpan(t * outputs, outputs).ToArray(), activation.IsFused ? 1e-6 : 0, $"{with[i].ClassName} at step {t}");
            }

            // A row by itself has the same bits.
            Assert.Equal(actual[..(outputs * (steps / 9))], (float[])[.. model.Predict(Floats3D(1, 6, 4, 1))]);
        }
    }

    /// <summary>What has a kernel gives the same numbers where it is handed over as somebody's own: forward, backward, masks, states and dropout.</summary>
    [Theory]
    [InlineData("SimpleRNN")]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("GRU reset before")]
    public void Recurrent_layers_are_the_same_as_formulas(string cell)
    {
        foreach ((double dropout, double recurrent, bool perStep) in ((double, double, bool)[])[(0, 0, false), (0.3, 0, false), (0, 0.4, false), (0.3, 0.4, false), (0.3, 0.4, true), (0, 0.4, true)])
        {
            foreach (bool mask in (bool[])[false, true])
            {
                foreach (bool sequences in (bool[])[false, true])
                {
                    foreach (bool zeroes in (bool[])[false, true])
                    {
                        RecurrentLayer Layer(bool own) => Make(cell, own, sequences, backwards: mask, dropout, recurrent, perStep, zeroes, bias: !perStep);
                        Same(own => Stack(mask, Layer(own)), $"{cell} {dropout} {recurrent} {perStep} {mask} {sequences} {zeroes}");
                    }
                }
            }
        }

        Same(own => Stack(true, new Bidirectional(Make(cell, own, sequences: true, false, 0.2, 0.3, false, false, true))), "Bidirectional");
        Same(own => Stack(true, new RNN(Cell(cell, own), new SimpleRNNCell(3)) { ReturnSequences = true }), "RNN");
        Same(own => Called(cell, own, withMask: false), "states");
        Same(own => Called(cell, own, withMask: true), "states and a mask", givesMask: true);
    }

    [Theory]
    [InlineData("SimpleRNN")]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    public void Stateful_layers_go_on(string cell)
    {
        Sequential[] models = [.. ((bool[])[false, true]).Select(own => new Sequential(seed: 5) { Stateful(cell, own), new Dense(1) })];
        for (int batch = 0; batch < 3; batch++)
        {
            float[,,] x = Floats3D(4, 3, 4, batch);
            Floats.AssertNear([.. models[0].Predict(x).Select(value => (double)value)], [.. models[1].Predict(x)], 1e-6, $"batch {batch}");
        }
    }

    /// <summary>An Elman network with softmax, by its formula.</summary>
    [Fact]
    public void Softmax_in_a_recurrent_layer()
    {
        var model = new Sequential(seed: 2) { new SimpleRNN(3) { Activation = "softmax" } };
        float[] actual = [.. model.Predict(X)];
        float[][] weights = [.. model.GetWeights()];
        for (int row = 0; row < 9; row++)
        {
            double[] h = new double[3];
            for (int t = 0; t < 6; t++)
            {
                double[] z = [.. Enumerable.Range(0, 3).Select(u =>
                    weights[2][u] + Enumerable.Range(0, 4).Sum(f => (double)X[row, t, f] * weights[0][f * 3 + u]) + Enumerable.Range(0, 3).Sum(k => h[k] * weights[1][k * 3 + u]))];
                h = [.. z.Select(value => Math.Exp(value) / z.Sum(Math.Exp))];
            }

            Floats.AssertNear(h, actual.AsSpan(3 * row, 3).ToArray(), 1e-6, $"row {row}");
        }
    }

    [Fact]
    public void A_state_keeps_its_size() => Assert.StartsWith(
        "LSTM: argument 'activation' is glu; it must be one that puts out as many values as go in",
        Assert.ThrowsAny<ArgumentException>(() => new LSTM(4) { Activation = "glu" }).Message, StringComparison.Ordinal);

    [Fact]
    public void Odd_halves_are_refused() => Assert.Contains(
        "needs an even number of values, not 5", Assert.ThrowsAny<ArgumentException>(() => new Sequential { new Dense(5, "glu") }.Build(3)).Message, StringComparison.Ordinal);

    /// <summary>A loss takes sigmoid and softmax over by name; one of somebody's own of that name is not what it takes over.</summary>
    [Fact]
    public void One_of_the_same_name_stays()
    {
        Sequential[] models = [.. ((Activation[])[Activation.Sigmoid, new Handed(Activation.Sigmoid)]).Select(activation => new Sequential(seed: 4) { new Flatten(), new Dense(1, activation) })];
        var y = new float[9, 1];
        for (int i = 0; i < 9; i += 2) y[i, 0] = 1;
        foreach (Sequential model in models)
        {
            model.Compile("sgd(0.1)", "binary_crossentropy");
            model.Fit(X, y, epochs: 3, verbose: 0, shuffle: false);
        }

        for (int w = 0; w < 2; w++) Floats.AssertNear([.. models[0].GetWeights()[w].Select(value => (double)value)], models[1].GetWeights()[w], 1e-5, $"weight {w}");
    }

    private static void Same(Func<bool, Model> create, string what, bool givesMask = false)
    {
        float[][][] results = [.. ((bool[])[false, true]).Select(own => Trained(create(own), givesMask))];
        for (int i = 0; i < results[0].Length; i++)
            Floats.AssertNear([.. results[0][i].Select(value => (double)value)], results[1][i], 2e-5, $"{what}, array {i}");
    }

    /// <summary>Predictions before training, losses, and weights after it.</summary>
    private static float[][] Trained(Model model, bool givesMask)
    {
        float[,,] x = Floats3D(21, 6, 4, 7);
        for (int row = 0; row < 21; row++)
            for (int t = 0; t < 6; t++)
                for (int f = 0; f < 4 && (row % 3 == 1 ? t > 3 : row % 3 == 2 && t < 2); f++) x[row, t, f] = 0;
        var mask = new float[21, 6];
        for (int i = 0; i < mask.Length; i++) mask[i / 6, i % 6] = i * 7 % 5 == 1 ? 0 : 1;
        Inputs inputs = givesMask ? Inputs.Create(x, mask) : x;
        float[] before = [.. model.Predict(inputs)];
        Targets y = model.Layers[^1].OutputShape!.Count == 1 ? new float[21, 2] : new float[21, 6, 2];
        model.Compile("sgd(0.3)", "mse");
        History history = model.Fit(inputs, y, epochs: 3, batchSize: 21, verbose: 0, shuffle: false);
        return [before, [.. history["loss"].Select(loss => (float)loss)], .. model.GetWeights()];
    }

    private static Sequential Stack(bool mask, Layer layer)
    {
        var model = new Sequential(seed: 6) { Input.Features(6, 4) };
        if (mask) model.Add(new Masking());
        model.Add(layer);
        model.Add(new Dense(2));
        return model;
    }

    /// <summary>A layer that is given its first states, and puts out its last.</summary>
    private static Model Called(string cell, bool own, bool withMask)
    {
        Symbol x = Input.Features(6, 4), mask = Input.Features(6), first = new Masking().Call(x);
        RecurrentLayer layer = Make(cell, own, sequences: true, false, 0, 0, false, false, true, returnState: true);
        Symbol start = new GlobalAveragePooling1D().Call(x);
        Symbols states = Symbols.Create([.. Enumerable.Range(0, layer.StateCount).Select(_ => new Dense(3).Call(start)[0])]);
        Symbols outputs = layer.Call(first, states, withMask ? mask : null);
        return new Model(withMask ? [x, mask] : x, new Dense(2).Call(new Concatenate().Call([new GlobalMaxPooling1D().Call(outputs[0]), outputs[1]])), seed: 8);
    }

    private static RecurrentLayer Stateful(string cell, bool own)
    {
        (Activation tanh, Activation sigmoid) = Activations(own);
        return cell switch
        {
            "SimpleRNN" => new SimpleRNN(3) { Activation = tanh, Stateful = true },
            "LSTM" => new LSTM(3) { Activation = tanh, RecurrentActivation = sigmoid, Stateful = true },
            _ => new GRU(3) { Activation = tanh, RecurrentActivation = sigmoid, Stateful = true },
        };
    }

    private static IRecurrentCell Cell(string cell, bool own)
    {
        (Activation tanh, Activation sigmoid) = Activations(own);
        return cell switch
        {
            "SimpleRNN" => new SimpleRNNCell(3) { Activation = tanh },
            "LSTM" => new LSTMCell(3) { Activation = tanh, RecurrentActivation = sigmoid },
            _ => new GRUCell(3) { Activation = tanh, RecurrentActivation = sigmoid, ResetAfter = cell == "GRU" },
        };
    }

    private static RecurrentLayer Make(
        string cell, bool own, bool sequences, bool backwards, double dropout, double recurrent, bool perStep, bool zeroes, bool bias, bool returnState = false)
    {
        (Activation tanh, Activation sigmoid) = Activations(own);
        const string Bias = "random_normal(stddev=0.3)";
        return cell switch
        {
            "SimpleRNN" => new SimpleRNN(3) { Activation = tanh, UseBias = bias, BiasInitializer = Bias, ReturnSequences = sequences, ReturnState = returnState, GoBackwards = backwards, Dropout = dropout, RecurrentDropout = recurrent, DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3, ZeroOutputForMask = zeroes },
            "LSTM" => new LSTM(3) { Activation = tanh, RecurrentActivation = sigmoid, UseBias = bias, BiasInitializer = Bias, ReturnSequences = sequences, ReturnState = returnState, GoBackwards = backwards, Dropout = dropout, RecurrentDropout = recurrent, DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3, ZeroOutputForMask = zeroes },
            _ => new GRU(3) { Activation = tanh, RecurrentActivation = sigmoid, UseBias = bias, BiasInitializer = Bias, ReturnSequences = sequences, ReturnState = returnState, GoBackwards = backwards, Dropout = dropout, RecurrentDropout = recurrent, DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3, ZeroOutputForMask = zeroes, ResetAfter = cell == "GRU" },
        };
    }

    private static (Activation Tanh, Activation Sigmoid) Activations(bool own) =>
        own ? (new Handed(Activation.Tanh), new Handed(Activation.Sigmoid)) : (Activation.Tanh, Activation.Sigmoid);

    private static float[,,] Floats3D(int rows, int steps, int features, int seed)
    {
        var values = new float[rows, steps, features];
        for (int i = 0; i < values.Length; i++) values[i / (steps * features), i / features % steps, i % features] = MathF.Sin(1.7f * i + seed + i / 5);
        return values;
    }

    /// <summary>An activation that has a kernel as somebody's own, which has none.</summary>
    private sealed class Handed(Activation inner) : Activation
    {
        public override string Name => inner.Name;

        public override void Apply(ReadOnlySpan<float> x, Span<float> y) => inner.Apply(x, y);

        public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx) => inner.Differentiate(x, y, dy, dx);
    }
}
