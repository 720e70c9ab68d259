using System.Numerics.Tensors;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.OpenDoors.Tests;

/// <summary>Layers and cells of one's own, written in an assembly that sees nothing but what users see.</summary>
public sealed class OwnLayersTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-own-layers-{Environment.ProcessId}.keras");

    static OwnLayersTests() => Own.Register();

    public static TheoryData<string> All =>
    [
        "rnn(minimal_gated_unit(5)), dense(1)",
        "rnn(minimal_gated_unit(3), go_backwards=true, return_sequences=true), rnn(minimal_gated_unit(2)), dense(1)",
        "masking, rnn(minimal_gated_unit(5), return_sequences=true), lstm(3), dense(1)",
        "masking, rnn([minimal_gated_unit(4), gru_cell(3)]), dense(1)",
        "masking, rnn(minimal_gated_unit(4), return_sequences=true, zero_output_for_mask=true), global_average_pooling1d, dense(1)",
        "residual(3), lstm(3), dense(1)",
        "affine, lstm(3), dense(1)",
        "masking, affine, gru(3), dense(1)",
        "lstm(4), affine, dense(1)",
        "gated(4), lstm(3), dense(1)",
        "masking, gated(4), lstm(3), dense(1)",
        "lstm(4, return_sequences=true), residual(4), global_max_pooling1d, residual(4), dense(1)",
    ];

    public void Dispose() => File.Delete(_path);

    /// <summary>One step of gradient descent at rate 1 moves a weight by its slope, which differences of the loss show.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Gradients_are_slopes(string layers)
    {
        (float[,,] x, float[] y) = Data(rows: 9);
        Sequential model = Model(layers, new SGD(1)), moved = Model(layers, new SGD(1));
        model.Build(7, 3);
        moved.Build(7, 3);
        IReadOnlyList<float[]> before = model.GetWeights();
        moved.SetWeights(before);
        moved.Fit(x, y, batchSize: 9, verbose: 0);
        for (int w = 0; w < before.Count; w++)
        {
            for (int i = 0; i < before[w].Length; i++)
            {
                double slope = (LossAt(w, i, 1f / 256) - LossAt(w, i, -1f / 256)) * 128;
                Assert.Equal(slope, before[w][i] - moved.GetWeights()[w][i], 2e-3 * Math.Max(1, Math.Abs(slope)));
            }
        }

        double LossAt(int weight, int index, float by)
        {
            float[][] values = [.. before.Select(block => (float[])block.Clone())];
            values[weight][index] += by;
            model.SetWeights(values);
            return model.Evaluate(x, y, batchSize: 9, verbose: 0).Loss;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Threads_change_nothing_and_files_keep_everything(string layers)
    {
        (float[,,] x, float[] y) = Data(rows: 75);
        Sequential one = Trained(1, epochs: 4), three = Trained(3, epochs: 4), half = Trained(2, epochs: 2);
        Assert.Equal(one.Fingerprint(), three.Fingerprint());
        half.Save(_path);
        var loaded = Sequential.Load(_path);
        Assert.Equal(half.Predict(x).ToArray(), loaded.Predict(x).ToArray());
        loaded.Fit(x, y, batchSize: 33, epochs: 2, verbose: 0, shuffle: false);
        Assert.Equal(one.Fingerprint(), loaded.Fingerprint());

        Sequential Trained(int threads, int epochs)
        {
            Sequential model = Model(layers, new Adam(0.01));
            model.Threads = threads;
            model.Fit(x, y, batchSize: 33, epochs: epochs, verbose: 0, shuffle: false);
            return model;
        }
    }

    /// <summary>Dropout draws for a row what its number says: batches and threads don't matter, and predictions drop nothing.</summary>
    [Fact]
    public void Cells_drop_inputs_and_states_in_training_only()
    {
        (float[,,] x, float[] y) = Data(rows: 75);
        Sequential plain = Model("rnn(minimal_gated_unit(5)), dense(1)", new Adam(0.01)), dropping = Trained(1);
        plain.Build(7, 3);
        dropping = Model("rnn(minimal_gated_unit(5, dropout=0.3, recurrent_dropout=0.2)), dense(1)", new Adam(0.01));
        dropping.Build(7, 3);
        Assert.Equal(plain.Predict(x).ToArray(), dropping.Predict(x).ToArray());
        Assert.Equal(Trained(1).Fingerprint(), Trained(2).Fingerprint());
        plain.Fit(x, y, batchSize: 33, verbose: 0);
        Assert.NotEqual(plain.Fingerprint(), Trained(1).Fingerprint());

        Sequential Trained(int threads)
        {
            Sequential model = Model("rnn(minimal_gated_unit(5, dropout=0.3, recurrent_dropout=0.2)), dense(1)", new Adam(0.01));
            model.Threads = threads;
            model.Fit(x, y, batchSize: 33, verbose: 0);
            return model;
        }
    }

    /// <summary>The same weights in the fused LSTM.</summary>
    [Theory]
    [InlineData(8, "")]
    [InlineData(5, "masking")]
    public void An_LSTM_as_a_formula_is_the_LSTM(int units, string before)
    {
        (float[,,] x, float[] y) = Data(rows: 40);
        Sequential fused = Stack(new LSTM(units)), formula = Stack(new RNN(new FormulaLstm(units)));
        formula.SetWeights(fused.GetWeights());
        float[] expected = fused.Predict(x).ToArray(), got = formula.Predict(x).ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], got[i], 1e-6);
        fused.Fit(x, y, batchSize: 40, verbose: 0);
        formula.Fit(x, y, batchSize: 40, verbose: 0);
        for (int w = 0; w < fused.GetWeights().Count; w++)
            for (int i = 0; i < fused.GetWeights()[w].Length; i++) Assert.Equal(fused.GetWeights()[w][i], formula.GetWeights()[w][i], 1e-6);

        Sequential Stack(Layer layer)
        {
            var model = new Sequential(seed: 3);
            if (before.Length > 0) model.Add(new Masking());
            model.Add(layer);
            model.Add(new Dense(1));
            model.Compile(new SGD(0.1), "mse");
            model.Build(7, 3);
            return model;
        }
    }

    [Fact]
    public void Cells_take_and_give_states()
    {
        Symbol x = Input.Features(null, 3), continued = Input.Features(null, 3);
        Symbol[] states = [Input.Features(4), Input.Features(2), Input.Features(2)];
        var rnn = new RNN(new MinimalGatedUnit(4), new LSTMCell(2)) { ReturnState = true };
        Symbols outputs = rnn.Call(x);
        Assert.Equal(4, outputs.Count);
        var first = new Model(x, outputs, seed: 1);
        var second = new Model([continued, .. states], rnn.Call(continued, [.. states]));

        (float[,,] all, _) = Data(rows: 5);
        Predictions whole = first.PredictAll(all), begun = first.PredictAll(Part(all, 0, 4));
        Predictions end = second.PredictAll([Part(all, 4, 7), Matrix(begun[1]), Matrix(begun[2]), Matrix(begun[3])]);
        for (int i = 0; i < end.Count; i++)
        {
            float[] expected = [.. whole[i]], got = [.. end[i]];
            for (int k = 0; k < got.Length; k++) Assert.Equal(expected[k], got[k], 1e-6);
        }

        Assert.Contains("3 state", Assert.Throws<ArgumentException>(() => rnn.Call(continued, [states[0]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stateful_cell_goes_on_where_it_was()
    {
        (float[,,] all, _) = Data(rows: 6);
        Sequential whole = Model("rnn(minimal_gated_unit(4)), dense(1)", new SGD(0.1)), parts = Model("rnn(minimal_gated_unit(4), stateful=true), dense(1)", new SGD(0.1));
        float[] expected = whole.Predict(all).ToArray();
        parts.Predict(Part(all, 0, 3));
        Assert.Equal(expected, parts.Predict(Part(all, 3, 7)).ToArray());
        parts.ResetStates();
        Assert.Equal(expected, parts.Predict(all).ToArray());
    }

    /// <summary>Predictions may come from several threads, and each new length makes a plan, which records the formula again.</summary>
    [Fact]
    public void Several_threads_predict_at_a_time()
    {
        (float[,,] x, _) = Data(rows: 20);
        Sequential model = Model("gated(4), rnn(minimal_gated_unit(5)), dense(1)", new SGD(0.1));
        float[][] expected = [.. Enumerable.Range(1, 7).Select(length => model.Predict(Part(x, 0, length)).ToArray())];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            Assert.Equal(expected[i % 7], model.Predict(Part(x, 0, i % 7 + 1)).ToArray()));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.StartsWith("MinimalGatedUnit 'minimal_gated_unit' is a cell, one step of a layer: wrap it, new RNN(", Fails("minimal_gated_unit(4), dense(1)"), StringComparison.Ordinal);
        Assert.Equal("RNN: argument 'cell' is 'lstm(4)'; it must be a cell, lstm_cell(16) say.", Fails("rnn(lstm(4)), dense(1)"));
        Assert.StartsWith("RNN: argument 'cell' is missing", Fails("rnn, dense(1)"), StringComparison.Ordinal);

        Assert.StartsWith("Stepless says nothing of its step: override Step(", Assert.Throws<InvalidOperationException>(
            () => new Sequential { new RNN(new Stepless(3)) }.Build(7, 3)).Message, StringComparison.Ordinal);

        static string Fails(string layers) => Assert.ThrowsAny<ArgumentException>(() => Model(layers, new SGD(1)).Build(7, 3)).Message;
    }

    private sealed class Stepless(int units) : RecurrentCell(units);

    private static Sequential Model(string layers, Optimizer optimizer)
    {
        var model = new Sequential(seed: 7);
        foreach (Configuration.ObjectConfig layer in Configuration.ObjectConfig.ParseList(layers)) model.Add(Catalog.CreateLayer(layer));
        model.Compile(optimizer, "mse");
        return model;
    }

    private static (float[,,] X, float[] Y) Data(int rows)
    {
        var x = new float[rows, 7, 3];
        var y = new float[rows];
        for (int i = 0; i < rows; i++)
        {
            for (int t = i % 3; t < 7; t++)
                for (int f = 0; f < 3; f++) x[i, t, f] = ((i * 7 + t * 5 + f * 11) % 13 - 6) / 6f;
            y[i] = x[i, 6, 0] - 0.5f * x[i, 5, 1];
        }

        return (x, y);
    }

    private static float[,] Matrix(Tensor<float> tensor)
    {
        float[] values = [.. tensor];
        var matrix = new float[(int)tensor.Lengths[0], (int)tensor.Lengths[1]];
        for (int i = 0; i < values.Length; i++) matrix[i / matrix.GetLength(1), i % matrix.GetLength(1)] = values[i];
        return matrix;
    }

    private static float[,,] Part(float[,,] x, int from, int to)
    {
        var part = new float[x.GetLength(0), to - from, x.GetLength(2)];
        for (int i = 0; i < part.GetLength(0); i++)
            for (int t = from; t < to; t++)
                for (int f = 0; f < part.GetLength(2); f++) part[i, t - from, f] = x[i, t, f];
        return part;
    }
}
