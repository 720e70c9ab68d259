using Unroll.Layers;
using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Layers.Distributed;

/// <summary>A layer at every time step does what it does with that step alone.</summary>
public sealed class AnyLayerTests
{
    private const int Rows = 21, Steps = 3, Words = 4, Features = 2;

    public static TheoryData<string> Names => [.. Inner.Keys];

    private static Dictionary<string, Func<Layer>> Inner { get; } = new()
    {
        ["Conv1D"] = () => new Conv1D(3, 2, activation: "tanh"),
        ["LSTM"] = () => new LSTM(3),
        ["GRU with sequences"] = () => new GRU(3) { ReturnSequences = true, GoBackwards = true },
        ["Flatten"] = () => new Flatten(),
        ["LayerNormalization"] = () => new LayerNormalization(1, 2),
        ["Dense"] = () => new Dense(3, "relu"),
        ["cells"] = () => new RNN(new LSTMCell(3), new GRUCell(2)),
        ["both directions"] = () => new Bidirectional(new LSTM(2)),
        ["stack"] = () => new Sequential { new Conv1D(3, 2), new GRU(3), new Dense(2, "tanh") },
        ["masked stack"] = () => new Sequential { new Masking(), new LSTM(3), new Dense(2) },
        ["branches"] = Branches,
        ["each word"] = () => new TimeDistributed(new Dense(2)),
        ["each word's own"] = () => new TimeDistributed(new Reshape(2, 1)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Predicts_as_the_layer_predicts_each_step(string name)
    {
        float[,,,] x = Data();
        Symbol whole = Input.Features(Steps, Words, Features), step = Input.Features(Words, Features);
        var model = new Model(whole, new TimeDistributed(Inner[name]()).Call(whole), seed: 3);
        var alone = new Model(step, Inner[name]().Call(step));
        alone.SetWeights(model.GetWeights());
        float[] all = [.. model.PredictAll(x)[0]];
        int size = all.Length / Rows / Steps;
        for (int t = 0; t < Steps; t++)
        {
            float[] expected = [.. alone.PredictAll(StepOf(x, t))[0]];
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], all[(i / size * Steps + t) * size + i % size]);
        }

        float[] few = [.. model.PredictAll(FirstRows(x, 2))[0]]; // in another form
        for (int i = 0; i < few.Length; i++) Assert.Equal(all[i], few[i], 1e-6f);
    }

    [Fact]
    public void A_model_may_be_called_beside_its_wrapper()
    {
        Symbol words = Input.Features(Words, Features), texts = Input.Features(Steps, Words, Features);
        var encoder = new Model(words, new LSTM(3).Call(words), "encoder");
        Symbol both = new Concatenate().Call([new Flatten().Call(new TimeDistributed(encoder).Call(texts)), encoder.Call(words)]);
        var model = new Model([texts, words], new Dense(1).Call(both), seed: 1);
        Assert.Equal(4 * 3 * (Features + 3 + 1) + 3 * (Steps + 1) + 1, model.ParameterCount);
        float[,,,] x = Data();
        var y = new float[Rows, 1];
        for (int row = 0; row < Rows; row++) y[row, 0] = row % 2;
        model.Compile("adam(0.05)", "mse");
        History history = model.Fit(Inputs.Create(x, StepOf(x, 0)), y, epochs: 12, verbose: 0);
        Assert.True(history["loss"][^1] < history["loss"][0]);
    }

    [Fact]
    public void Batch_normalisation_takes_statistics_of_every_step_by_itself()
    {
        const double Momentum = 0.9;
        var layer = new BatchNormalization { Momentum = Momentum };
        var model = new Sequential(seed: 2) { new TimeDistributed(layer), new Flatten(), new Dense(1) };
        var random = new Philox(1, RandomPurpose.Shuffle);
        var x = new float[Rows, Steps, Features];
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref x[0, 0, 0], x.Length)) value = (float)random.NextNormal();
        model.Compile("sgd(0)", "mse");
        model.Fit(x, new float[Rows, 1], batchSize: Rows, epochs: 1, verbose: 0, shuffle: false);
        for (int f = 0; f < Features; f++)
        {
            double mean = 0, variance = 1;
            for (int t = 0; t < Steps; t++)
            {
                double[] values = [.. Enumerable.Range(0, Rows).Select(row => (double)x[row, t, f])];
                double average = values.Average();
                mean = mean * Momentum + average * (1 - Momentum);
                variance = variance * Momentum + values.Average(value => (value - average) * (value - average)) * (1 - Momentum);
            }

            Assert.Equal(mean, layer.Parameters[2].ToArray()[f], 1e-5);
            Assert.Equal(variance, layer.Parameters[3].ToArray()[f], 1e-5);
        }
    }

    /// <summary>Ones behind a dropout, and a weight for each step whose gradient is what is left of it.</summary>
    [Fact]
    public void Steps_are_dropped_on_their_own()
    {
        const int Many = 64;
        var model = new Sequential(seed: 4)
        {
            new TimeDistributed(new Dropout(0.5) { NoiseShape = [null, 1, 1] }), new Flatten(), new Dense(1) { KernelInitializer = "zeros", UseBias = false },
        };
        var x = new float[1, Many, 1, 1];
        for (int t = 0; t < Many; t++) x[0, t, 0, 0] = 1;
        model.Compile("sgd(0.25)", "mse");
        model.Fit(x, new float[,] { { 1 } }, batchSize: 1, epochs: 1, verbose: 0);
        float[] kernel = model.GetWeights()[0];
        Assert.All(kernel, weight => Assert.True(weight is 0 or 1));
        Assert.InRange(kernel.Sum(), Many / 4, 3 * Many / 4);
    }

    [Fact]
    public void Files_hold_models_inside()
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.keras");
        try
        {
            Symbol step = Input.Features(Words, Features);
            var model = new Sequential(seed: 5)
            {
                new TimeDistributed(new TimeDistributed(new Dense(3))),
                new TimeDistributed(new Sequential(name: "words") { new GRU(3), new BatchNormalization() }) { Name = "sentences" },
                new TimeDistributed(new Model(Input3(out Symbol x), new Dense(2, "tanh").Call(x), "head")), new LSTM(2), new Dense(1),
            };
            float[] before = [.. model.Predict(Data())];
            model.Save(path);
            var loaded = (Sequential)Model.Load(path);
            Assert.Equal<float>(before, loaded.Predict(Data()));
            Assert.Equal(["words", "head"], loaded.Layers.OfType<TimeDistributed>().Select(layer => layer.Layer.Name).Where(name => name is "words" or "head"));
            Assert.Equal("sentences", loaded.Layers[1].Name);
        }
        finally
        {
            File.Delete(path);
        }

        static Symbol Input3(out Symbol symbol) => symbol = Input.Features(3);
    }

    [Fact]
    public void Frozen_it_freezes_what_is_inside()
    {
        var inner = new Sequential { new GRU(3), new Dense(2) };
        var model = new Sequential { new TimeDistributed(inner) { Trainable = false }, new LSTM(2), new Dense(1) };
        model.Build(Steps, Words, Features);
        Assert.False(inner.Trainable);
        Assert.Equal(5, model.TrainableParameters.Count);
        Assert.Equal(10, model.Parameters.Count);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Symbol flat = Input.Features(3), sequence = Input.Features(Steps, Words, Features);
        Assert.Contains("TimeDistributed takes [batch, time, …]", Message(() => new TimeDistributed(new Dense(1)).Call(flat)), StringComparison.Ordinal);
        Assert.Contains("LSTM takes [batch, time, features]", Message(() => new TimeDistributed(new LSTM(2)).Call(Input.Features(3, 2))), StringComparison.Ordinal);
        Assert.Contains("puts out 3 tensors at every step", Message(() => new TimeDistributed(new LSTM(2) { ReturnState = true }).Call(sequence)), StringComparison.Ordinal);
        var used = new Dense(2);
        _ = new Sequential { used };
        Assert.Contains("is in a model already", Message(() => _ = new TimeDistributed(used)), StringComparison.Ordinal);

        static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
    }

    private static Model Branches()
    {
        Symbol x = Input.Features(Words, Features);
        Symbol convolved = new Conv1D(2, 1).Call(x);
        return new Model(x, new GlobalAveragePooling1D().Call(new Add().Call([convolved, x])), "branches");
    }

    private static float[,,,] Data()
    {
        var random = new Philox(7, RandomPurpose.Shuffle);
        var x = new float[Rows, Steps, Words, Features];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < Steps; t++)
                for (int w = 0; w < Words; w++)
                    for (int f = 0; f < Features; f++) x[row, t, w, f] = (row + t) % 3 == 1 && w >= 2 ? 0 : (float)random.NextNormal();
        return x;
    }

    private static float[,,] StepOf(float[,,,] x, int t)
    {
        var step = new float[Rows, Words, Features];
        for (int row = 0; row < Rows; row++)
            for (int w = 0; w < Words; w++)
                for (int f = 0; f < Features; f++) step[row, w, f] = x[row, t, w, f];
        return step;
    }

    private static float[,,,] FirstRows(float[,,,] x, int rows)
    {
        var few = new float[rows, Steps, Words, Features];
        Array.Copy(x, few, few.Length);
        return few;
    }
}
