using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Forward passes of single layers as real Keras computed them, on x = 2·W(0.1, (2, 4, 3)).</summary>
public class ForwardTests
{
    private static readonly bool[,] Mask = { { true, true, false, true }, { false, false, true, true } };

    [Fact]
    public void SimpleRnn() => Check(new SimpleRNN(2), mask: false, [-0.10916, -0.3262545, 0.8937503, 0.7789174]);

    [Fact]
    public void SimpleRnnMasked() => Check(new SimpleRNN(2), mask: true, [-0.0448472, -0.2993339, 0.9219706, 0.8144503]);

    [Fact]
    public void SimpleRnnSequencesMasked() => Check(new SimpleRNN(2) { ReturnSequences = true }, mask: true,
        [0.5113216, 0.2327071, 0.9087608, 0.7967708, 0.9087608, 0.7967708, -0.0448472, -0.2993339,
         0, 0, 0, 0, 0.7263874, 0.5138294, 0.9219706, 0.8144503]);

    [Fact]
    public void SimpleRnnSequencesBackwards() => Check(new SimpleRNN(2) { ReturnSequences = true, GoBackwards = true }, mask: false,
        [-0.5467734, -0.5636735, 0.2542957, 0.2401879, 0.8864208, 0.7616844, 0.8063107, 0.5065814,
         0.8246998, 0.7057902, 0.8924685, 0.6996367, 0.2623507, -0.1753938, -0.7621083, -0.781463]);

    [Fact]
    public void Lstm() => Check(new LSTM(2), mask: false, [-0.1430115, -0.145249, -0.1066649, -0.1222283]);

    [Fact]
    public void LstmSequencesMasked() => Check(new LSTM(2) { ReturnSequences = true }, mask: true,
        [-0.0657264, -0.0731273, -0.074296, -0.0979553, -0.074296, -0.0979553, -0.1298825, -0.1345622,
         0, 0, 0, 0, -0.0511177, -0.0669563, -0.0740686, -0.1010653]);

    [Fact]
    public void LstmSequencesBackwardsMasked() => Check(new LSTM(2) { ReturnSequences = true, GoBackwards = true }, mask: true,
        [-0.1067555, -0.1005461, -0.1067555, -0.1005461, -0.1007744, -0.1092108, -0.1121781, -0.1231357,
         -0.0492152, -0.0714392, -0.0760523, -0.10171, -0.0760523, -0.10171, -0.0760523, -0.10171]);

    [Fact]
    public void Gru() => Check(new GRU(2), mask: false, [-0.3294905, -0.3334062, -0.2999529, -0.2322304]);

    [Fact]
    public void GruMasked() => Check(new GRU(2), mask: true, [-0.3274622, -0.3071213, -0.2650442, -0.223551]);

    [Fact]
    public void GruResetBefore() => Check(new GRU(2) { ResetAfter = false }, mask: false, [-0.3688161, -0.4275802, -0.3506909, -0.3492257]);

    /// <summary>Feeds x through an embedding with one row per step; a masked step gets id 0.</summary>
    private static void Check(RecurrentLayer layer, bool mask, double[] expected)
    {
        var model = new Sequential { new Embedding(9, 3) { MaskZero = mask }, layer };
        float[] x = Array.ConvertAll(GoldenWeights.W(0.1, 24), value => 2 * value);
        var ids = new int[2, 4];
        for (int b = 0; b < 2; b++)
            for (int t = 0; t < 4; t++) ids[b, t] = mask && !Mask[b, t] ? 0 : 1 + 4 * b + t;
        float[][] weights = [.. model.GetWeights().Select((weight, k) => GoldenWeights.W(k, weight.Length))];
        weights[0] = [0, 0, 0, .. x];
        model.SetWeights(weights);
        GoldenWeights.AssertClose(expected, [.. model.Predict(ids)], 1e-6);
    }
}
