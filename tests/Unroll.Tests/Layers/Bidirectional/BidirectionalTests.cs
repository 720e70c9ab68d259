using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Golden;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.BothDirections;

public class BidirectionalTests
{
    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void Gradients(string cell, bool mask)
    {
        foreach (MergeMode mode in new[] { MergeMode.Concat, MergeMode.Sum, MergeMode.Ave, MergeMode.Mul })
        {
            Check(7, mask, new Bidirectional(Create(cell, 3)) { MergeMode = mode });
            Check(33, mask, new Bidirectional(Create(cell, 4, returnSequences: true)) { MergeMode = mode }, new Bidirectional(Create(cell, 2, returnSequences: true)) { MergeMode = mode }, new LSTM(3));
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void Gradients_with_dropout(string cell, bool mask)
    {
        Check(33, mask, new Bidirectional(Create(cell, 5, dropout: 0.3, recurrentDropout: 0.4)));
        Check(17, mask, new Bidirectional(Create(cell, 2, dropout: 0.3, recurrentDropout: 0.4, returnSequences: true, perStep: true)), new GRU(2));
    }

    [Fact]
    public void Gradients_of_two_different_cells() => Check(
        20, true,
        new Bidirectional(Create("GRU", 3, returnSequences: true, goBackwards: true)) { BackwardLayer = Create("LSTM", 2, returnSequences: true) },
        new SimpleRNN(4) { ZeroOutputForMask = true, ReturnSequences = true, GoBackwards = true },
        new LSTM(2) { ZeroOutputForMask = true });

    [Fact]
    public void Gradients_on_real_inputs()
    {
        var random = new Philox(6, RandomPurpose.Shuffle);
        var x = new float[9, Steps, 4];
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref x[0, 0, 0], x.Length)) value = (float)random.NextNormal();
        ReferenceCheck.Run(new Sequential(seed: 3) { new Bidirectional(new GRU(5)), new Dense(1, "sigmoid") }, x, Labels(9, 1, random));
    }

    /// <summary>Keras' own numbers for the golden weights.</summary>
    [Fact]
    public void Outputs_of_Keras()
    {
        // x is 0 where the mask of the recorded case is false, and Masking finds these steps.
        bool[,] mask = { { true, true, false, true }, { false, false, true, true } };
        var x = new float[2, 4, 3];
        float[] values = GoldenWeights.W(0.1, 24);
        for (int i = 0; i < values.Length; i++) x[i / 12, i / 3 % 4, i % 3] = mask[i / 12, i / 3 % 4] ? 2 * values[i] : 0;

        double[] last = [-0.1298825, -0.1345622, 0.1301219, 0.1750118, -0.0740686, -0.1010653, 0.0631437, 0.1086054];
        Floats.AssertNear(last, Predict(returnSequences: false), 1e-6, "last step");
        double[] all =
        [
            -0.0657264, -0.0731273, 0.1301219, 0.1750118, -0.074296, -0.0979553, 0.1121384, 0.1644075, 0, 0, 0, 0, -0.1298825, -0.1345622, 0.1873726, 0.1921904,
            0, 0, 0, 0, 0, 0, 0, 0, -0.0511177, -0.0669563, 0.0631437, 0.1086054, -0.0740686, -0.1010653, 0.0373461, 0.074332,
        ];
        Floats.AssertNear(all, Predict(returnSequences: true), 1e-6, "all steps");

        float[] Predict(bool returnSequences)
        {
            var model = new Sequential { new Masking(), new Bidirectional(new LSTM(2) { ReturnSequences = returnSequences }) };
            model.Build(4, 3);
            model.SetWeights([.. model.GetWeights().Select((weight, i) => GoldenWeights.W(i + 1, weight.Length))]);
            return [.. model.Predict(x)];
        }
    }

    [Fact]
    public void Directions_start_with_different_weights_and_both_count()
    {
        var model = new Sequential { new Embedding(5, 2), new Bidirectional(new LSTM(3)) };
        Assert.Equal(10 + 2 * 4 * 3 * (2 + 3 + 1), model.ParameterCount);
        float[][] weights = [.. model.GetWeights()];
        Assert.Equal(7, weights.Length);
        Assert.NotEqual(weights[1], weights[4]);
        Assert.Equal(
            ["forward_layer/cell/vars/0", "forward_layer/cell/vars/1", "forward_layer/cell/vars/2", "backward_layer/cell/vars/0", "backward_layer/cell/vars/1", "backward_layer/cell/vars/2"],
            model.Layers[1].WeightPaths);
    }

    [Fact]
    public void Names_follow_Keras()
    {
        var model = new Sequential
        {
            new Embedding(5, 2), new Bidirectional(new LSTM(3) { ReturnSequences = true }), new LSTM(3) { ReturnSequences = true }, new Bidirectional(new LSTM(3)),
            new Dense(1),
        };
        Assert.Equal(["embedding", "bidirectional", "lstm_1", "bidirectional_1", "dense"], model.Layers.Select(layer => layer.Name));
        var last = (Bidirectional)model.Layers[3];
        Assert.Equal(("forward_lstm_2", "backward_lstm_2"), (last.ForwardLayer.Name, last.BackwardLayer.Name));
    }

    [Theory]
    [InlineData("bidirectional", "Bidirectional: argument 'layer' is missing; write Bidirectional(layer=lstm(16)), say.")]
    [InlineData("bidirectional(dense(3))", "Bidirectional: argument 'layer' is 'dense(3)'; it must be a recurrent layer: SimpleRNN, LSTM, GRU, RNN or ConvLSTM1D.")]
    [InlineData("bidirectional(lstm(3), max)", "Bidirectional: argument 'merge_mode' is 'max'; it must be one of concat, sum, ave, mul, none.")]
    [InlineData("bidirectional(lstm(3), backward_layer=lstm(3))", "Bidirectional: both layers read in the same direction")]
    [InlineData("bidirectional(lstm(3), backward_layer=lstm(3, go_backwards=true, return_sequences=true))", "Bidirectional: return_sequences must be the same")]
    [InlineData("bidirectional(lstm(3), sum, backward_layer=lstm(4, go_backwards=true))", "Bidirectional: 3 and 4 units can only be concatenated")]
    public void Wrong_arguments(string text, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Catalog.CreateLayer(ObjectConfig.Parse(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_layer_that_is_in_use_is_refused()
    {
        var lstm = new LSTM(3);
        _ = new Sequential { new Embedding(5, 2), lstm };
        Assert.Contains("'lstm' is in a model already", Assert.Throws<ArgumentException>(() => new Bidirectional(lstm)).Message, StringComparison.Ordinal);
    }
}
