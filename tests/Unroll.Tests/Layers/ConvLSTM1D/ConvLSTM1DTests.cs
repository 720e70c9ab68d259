using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Random;
using Xunit;
using Layer1D = Unroll.Layers.ConvLSTM1D;

namespace Unroll.Tests.Layers.ConvLSTM;

/// <summary>With one place and windows of one it is an LSTM; what it sees of more places is what a convolution sees.</summary>
public sealed class ConvLSTM1DTests
{
    private const int Rows = 18, Steps = 5, Channels = 2, Filters = 3;

    public static TheoryData<bool, bool, bool> Flags
    {
        get
        {
            var data = new TheoryData<bool, bool, bool>();
            for (int i = 0; i < 8; i++) data.Add((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void With_one_place_it_is_an_lstm(bool sequences, bool backwards, bool zeros)
    {
        foreach (bool mask in new[] { false, true })
        {
            foreach (bool states in new[] { false, true })
            {
                Model lstm = Lstm(sequences, backwards, zeros, mask, states), convolved = Convolved(sequences, backwards, zeros, mask, states);
                convolved.SetWeights(lstm.GetWeights());
                Inputs x = Data(mask);
                Predictions expected = lstm.PredictAll(x), actual = convolved.PredictAll(x);
                for (int i = 0; i < expected.Count; i++) Assert.Equal([.. expected[i]], (float[])[.. actual[i]], (a, b) => Math.Abs(a - b) < 1e-5);
                float[][] trained = [Train(lstm, x), Train(convolved, x)];
                for (int i = 0; i < trained[0].Length; i++) Assert.Equal(trained[0][i], trained[1][i], 2e-5f);
            }
        }
    }

    [Fact]
    public void Goes_on_from_batch_to_batch_as_an_lstm_does()
    {
        var lstm = new Sequential(seed: 1) { new LSTM(Filters) { Stateful = true } };
        var convolved = new Sequential(seed: 1) { new Layer1D(Filters, 1) { Stateful = true }, new Flatten() };
        lstm.Build(Steps, Channels);
        convolved.Build(Steps, 1, Channels);
        convolved.SetWeights(lstm.GetWeights());
        float[,,] x = Sequences();
        var first = new List<float[]>();
        for (int batch = 0; batch < 3; batch++)
        {
            if (batch == 2)
            {
                lstm.ResetStates();
                convolved.ResetStates();
            }

            float[] expected = [.. lstm.Predict(x, batchSize: Rows)], actual = [.. convolved.Predict(WithPlaces(x), batchSize: Rows)];
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
            first.Add(actual);
        }

        Assert.NotEqual(first[0], first[1]);
        Assert.Equal(first[0], first[2]);
    }

    /// <summary>In the first step the state is zero: the gates are a convolution of the input.</summary>
    [Theory]
    [InlineData(3, 1, WindowPadding.Valid, 2)]
    [InlineData(3, 2, WindowPadding.Valid, 1)]
    [InlineData(2, 2, WindowPadding.Same, 1)]
    [InlineData(4, 1, WindowPadding.Same, 1)]
    [InlineData(3, 1, WindowPadding.Same, 2)]
    public void Its_first_step_is_a_convolution(int kernelSize, int strides, WindowPadding padding, int dilation)
    {
        const int Places = 7;
        var random = new Philox(5, RandomPurpose.Shuffle);
        var x = new float[Rows, Places, Channels];
        var step = new float[Rows, 1, Places, Channels];
        for (int row = 0; row < Rows; row++)
            for (int p = 0; p < Places; p++)
                for (int c = 0; c < Channels; c++) x[row, p, c] = step[row, 0, p, c] = (float)random.NextNormal();
        var layer = new Layer1D(Filters, kernelSize, strides, padding) { DilationRate = dilation };
        var model = new Sequential(seed: 1) { layer };
        model.Build(1, Places, Channels);
        var gates = new Sequential { new Conv1D(4 * Filters, kernelSize, strides, padding) { DilationRate = dilation } };
        gates.Build(Places, Channels);
        gates.SetWeights([layer.Parameters[0].ToArray(), layer.Parameters[2].ToArray()]);
        float[] z = [.. gates.Predict(x)], h = [.. model.Predict(step)];
        Assert.Equal(z.Length, 4 * h.Length);
        for (int i = 0; i < h.Length; i++)
        {
            double Gate(int gate) => z[i / Filters * 4 * Filters + gate * Filters + i % Filters];
            double cell = Sigmoid(Gate(0)) * Math.Tanh(Gate(2));
            Assert.Equal(Sigmoid(Gate(3)) * Math.Tanh(cell), h[i], 1e-6);
        }

        static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
    }

    [Fact]
    public void Says_what_does_not_fit()
    {
        Symbol sequence = Input.Features(Steps, 4, Channels);
        Assert.Contains("ConvLSTM1D takes [batch, time, places, features]", Message(() => new Layer1D(2, 3).Call(Input.Features(Steps, Channels))), StringComparison.Ordinal);
        Assert.Contains("rows that a window of 5 place(s), 1 apart, fits into", Message(() => new Layer1D(2, 5).Call(sequence)), StringComparison.Ordinal);
        Assert.Contains("`strides > 1` not supported", Message(() => new Layer1D(2, 2, 2) { DilationRate = 2 }.Call(sequence)), StringComparison.Ordinal);
        Assert.Contains("states of the shape (None, 3, 2), but an initial state of (None, 2)", Message(() => new Layer1D(2, 2).Call(sequence, [Input.Features(2), Input.Features(2)])), StringComparison.Ordinal);
        Assert.Contains("has 2 states, but 1 were given", Message(() => new Layer1D(2, 2).Call(sequence, Input.Features(3, 2))), StringComparison.Ordinal);
        Assert.Contains("must be one of valid, same", Message(() => Catalog.CreateLayer(ObjectConfig.Parse("conv_lstm1d(2, 3, 1, causal)"))), StringComparison.Ordinal);

        static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    private static Model Lstm(bool sequences, bool backwards, bool zeros, bool mask, bool states)
    {
        Symbol x = Input.Features([Steps, Channels], "x"), used = Input.Features([Steps], "used");
        var layer = new LSTM(Filters) { ReturnSequences = sequences, GoBackwards = backwards, ZeroOutputForMask = zeros, ReturnState = true };
        Symbols read = layer.Call(x, states ? [First(x, "h"), First(x, "c")] : null, mask ? used : null);
        return Finish(x, mask ? used : null, read, sequences);

        static Symbol First(Symbol x, string name) => new Dense(Filters, "tanh") { Name = name }.Call(new GlobalAveragePooling1D { Name = $"mean_{name}" }.Call(x));
    }

    private static Model Convolved(bool sequences, bool backwards, bool zeros, bool mask, bool states)
    {
        Symbol x = Input.Features([Steps, Channels], "x"), used = Input.Features([Steps], "used");
        var layer = new Layer1D(Filters, 1) { ReturnSequences = sequences, GoBackwards = backwards, ZeroOutputForMask = zeros, ReturnState = true };
        Symbols read = layer.Call(new Reshape(Steps, 1, Channels).Call(x), states ? [First(x, "h"), First(x, "c")] : null, mask ? used : null);
        Symbol output = sequences ? new Reshape(Steps, Filters).Call(read[0]) : new Flatten().Call(read[0]);
        return Finish(x, mask ? used : null, [output, new Flatten().Call(read[1]), new Flatten().Call(read[2])], sequences);

        static Symbol First(Symbol x, string name) =>
            new Reshape(1, Filters).Call(new Dense(Filters, "tanh") { Name = name }.Call(new GlobalAveragePooling1D { Name = $"mean_{name}" }.Call(x)));
    }

    // The reshaping ends masks on one side: the mean is over all steps.
    private static Model Finish(Symbol x, Symbol? used, Symbols read, bool sequences)
    {
        Symbol output = sequences ? new Flatten().Call(read[0]) : read[0];
        Symbol all = new Concatenate().Call([output, read[1], read[2]]);
        return new Model(used is null ? x : Symbols.Create([x, used]), [new Dense(1) { Name = "score" }.Call(all), output, read[1], read[2]], seed: 4);
    }

    private static float[] Train(Model model, Inputs x)
    {
        var y = new float[Rows, 1];
        for (int row = 0; row < Rows; row++) y[row, 0] = row % 3 - 1;
        model.Compile("sgd(0.05)", ["mse", null, null, null]);
        model.Fit(x, Targets.Create(y, null, null, null), batchSize: 8, epochs: 3, verbose: 0);
        return [.. model.GetWeights().SelectMany(weight => weight)];
    }

    private static Inputs Data(bool mask)
    {
        float[,,] x = Sequences();
        if (!mask) return x;
        var used = new float[Rows, Steps];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < Steps; t++) used[row, t] = row % 3 == 1 && t >= 3 || row % 3 == 2 && t < 2 || row % 5 == 1 && t == 2 ? 0 : 1;
        return Inputs.Create(x, used);
    }

    private static float[,,] Sequences()
    {
        var random = new Philox(2, RandomPurpose.Shuffle);
        var x = new float[Rows, Steps, Channels];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < Steps; t++)
                for (int c = 0; c < Channels; c++) x[row, t, c] = (float)random.NextNormal();
        return x;
    }

    private static float[,,,] WithPlaces(float[,,] x)
    {
        var places = new float[Rows, Steps, 1, Channels];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < Steps; t++)
                for (int c = 0; c < Channels; c++) places[row, t, 0, c] = x[row, t, c];
        return places;
    }
}
