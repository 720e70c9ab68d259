using Unroll.Formulas;
using Unroll.Layers;
using Unroll.Random;
using Xunit;
using static Unroll.Formulas.Formula;

namespace Unroll.Tests.Layers.BothDirections;

/// <summary>Both directions of layers that have no kernel for it.</summary>
public sealed class AnyRecurrentLayerTests
{
    private const int Rows = 19, Steps = 5, Features = 3;

    public static TheoryData<MergeMode, bool, bool> Modes
    {
        get
        {
            var data = new TheoryData<MergeMode, bool, bool>();
            foreach (MergeMode mode in Enum.GetValues<MergeMode>())
                foreach (bool sequences in new[] { false, true })
                    foreach (bool mask in new[] { false, true }) data.Add(mode, sequences, mask);
            return data;
        }
    }

    /// <summary>The built-in cells have a kernel of their own for both directions: the same weights give the same training to the bit.</summary>
    [Theory]
    [MemberData(nameof(Modes))]
    public void Trains_as_the_layers_of_the_same_cells(MergeMode mode, bool sequences, bool mask)
    {
        Model fused = Create(new LSTM(3) { ReturnSequences = sequences }), apart = Create(new RNN(new LSTMCell(3)) { ReturnSequences = sequences });
        apart.SetWeights(fused.GetWeights());
        float[][] trained = [Train(fused), Train(apart)];
        Assert.Equal(trained[0], trained[1]);

        Model Create(IRecurrentLayer layer)
        {
            Symbol x = Input.Features(Steps, Features);
            Symbols read = new Bidirectional(layer) { MergeMode = mode }.Call(mask ? new Masking().Call(x).ToSymbol() : x);
            Symbol all = read.Count == 1 ? read[0] : new Concatenate().Call(read);
            return new Model(x, new Dense(1).Call(sequences ? new GlobalAveragePooling1D().Call(all).ToSymbol() : all), seed: 6);
        }
    }

    [Fact]
    public void States_are_those_of_the_layers_of_the_same_cells()
    {
        Model fused = Create(new GRU(3) { ReturnState = true, ReturnSequences = true }), apart = Create(new RNN(new GRUCell(3)) { ReturnState = true, ReturnSequences = true });
        apart.SetWeights(fused.GetWeights());
        Predictions expected = fused.PredictAll(Data()), actual = apart.PredictAll(Data());
        Assert.Equal(3, actual.Count);
        for (int i = 0; i < 3; i++) Assert.Equal<float>(expected[i], actual[i]);

        static Model Create(IRecurrentLayer layer)
        {
            Symbol x = Input.Features(Steps, Features);
            Symbol average = new GlobalAveragePooling1D().Call(x);
            return new Model(x, new Bidirectional(layer).Call(x, [new Dense(3).Call(average), new Dense(3).Call(average)]), seed: 6);
        }
    }

    [Fact]
    public void A_cell_of_ones_own_has_two_sets_of_weights()
    {
        var layer = new Bidirectional(new RNN(new Slow(2), new LSTMCell(3)) { ReturnSequences = true });
        var model = new Sequential(seed: 3) { new Masking(), layer, new GlobalAveragePooling1D(), new Dense(1) };
        model.Build(Steps, Features);
        Assert.Equal([null, 6], [(int?)null, layer.OutputShape![1]!.Value]);
        Assert.Equal(2 * (2 + 3), layer.Parameters.Count);
        Assert.Equal("forward_layer/cell/cells/slow/vars/0", layer.WeightPaths.First());
        Assert.Equal("backward_layer/cell/cells/lstm_cell/vars/2", layer.WeightPaths.Last());
        Assert.NotEqual(layer.ForwardLayer.Parameters[0].ToArray(), layer.BackwardLayer.Parameters[0].ToArray());
        float[] before = model.GetWeights()[5];
        Train(model);
        Assert.NotEqual(before, model.GetWeights()[5]);
    }

    [Fact]
    public void A_stateful_layer_goes_on_in_both_directions()
    {
        var model = new Sequential(seed: 3) { new Bidirectional(new RNN(new GRUCell(2)) { Stateful = true }) };
        float[] first = [.. model.Predict(Data(), batchSize: Rows)], second = [.. model.Predict(Data(), batchSize: Rows)];
        Assert.NotEqual(first, second);
        model.ResetStates();
        Assert.Equal<float>(first, model.Predict(Data(), batchSize: Rows));
    }

    private static float[] Train(Model model)
    {
        var y = new float[Rows, 1];
        for (int row = 0; row < Rows; row++) y[row, 0] = row % 3 - 1;
        model.Compile("adam(0.02)", "mse");
        model.Fit(Data(), y, batchSize: 8, epochs: 3, verbose: 0);
        return [.. model.GetWeights().SelectMany(weight => weight)];
    }

    private static float[,,] Data()
    {
        var random = new Philox(2, RandomPurpose.Shuffle);
        var x = new float[Rows, Steps, Features];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < Steps; t++)
                for (int f = 0; f < Features; f++) x[row, t, f] = row % 3 == 1 && t >= 3 || row % 3 == 2 && t < 2 ? 0 : (float)random.NextNormal();
        return x;
    }

    private sealed class Slow(int units) : RecurrentCell(units)
    {
        protected override Value Step(Value x, Value h) => 0.5f * h + 0.5f * Tanh(x * Kernel("k") + h * RecurrentKernel("r"));
    }
}
