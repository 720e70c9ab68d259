using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Layers.Drops;

/// <summary>
/// Networks of one unit whose weights let nothing but the masks through, 4,000 rows. What they put out is 0 or a value that is
/// known, so that the mean square tells the share of the rows that are alive; the shares are those recorded from tf_keras 2.21
/// and Keras 3.15.
/// </summary>
public class DropoutGenerationTests
{
    private const int Rows = 4000;

    /// <summary>Recurrent dropout .3, one gate: alive after each step .70 .49 .34 .24 in Keras 2, .70 .70 .70 in Keras 3.</summary>
    [Theory]
    [InlineData(DropoutGeneration.Keras2, 2, .70)]
    [InlineData(DropoutGeneration.Keras2, 3, .49)]
    [InlineData(DropoutGeneration.Keras2, 4, .34)]
    [InlineData(DropoutGeneration.Keras2, 5, .24)]
    [InlineData(DropoutGeneration.Keras3, 2, .70)]
    [InlineData(DropoutGeneration.Keras3, 5, .70)]
    public void States_of_one_gate(DropoutGeneration generation, int steps, double alive)
    {
        double value = Math.Pow(.7, 1 - steps); // what a mask keeps is raised by 1 / .7
        var simple = new SimpleRNN(1) { Activation = "linear", UseBias = false, RecurrentDropout = .3, DropoutGeneration = generation };
        AssertAlive(alive, MeanSquare(simple, steps, [[1], [1]]) / (value * value));

        // h = g, which is the hidden state: the input gate and the output gate are 1, the forget gate is 0.
        var lstm = new LSTM(1) { Activation = "linear", RecurrentActivation = "linear", UnitForgetBias = false, RecurrentDropout = .3, DropoutGeneration = generation };
        AssertAlive(alive, MeanSquare(lstm, steps, [[0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1]]) / (value * value));

        // h = hh, which is the hidden state: the update gate is 0, the reset gate 1.
        var gru = new GRU(1) { Activation = "linear", RecurrentActivation = "linear", RecurrentDropout = .3, DropoutGeneration = generation };
        AssertAlive(alive, MeanSquare(gru, steps, [[0, 0, 1], [0, 0, 1], [0, 1, 0, 0, 0, 0]]) / (value * value));
    }

    /// <summary>Two gates together: .48 .23 .12 in Keras 2, .49 .49 .49 in Keras 3: each has a mask of its own.</summary>
    [Theory]
    [InlineData(DropoutGeneration.Keras2, 2, .48)]
    [InlineData(DropoutGeneration.Keras2, 3, .23)]
    [InlineData(DropoutGeneration.Keras2, 4, .12)]
    [InlineData(DropoutGeneration.Keras3, 2, .49)]
    [InlineData(DropoutGeneration.Keras3, 4, .49)]
    public void States_of_two_gates(DropoutGeneration generation, int steps, double alive)
    {
        double value = 1;
        for (int t = 1; t < steps; t++) value = value * value / .49;
        var lstm = new LSTM(1) { Activation = "linear", RecurrentActivation = "linear", UnitForgetBias = false, RecurrentDropout = .3, DropoutGeneration = generation };
        AssertAlive(alive, MeanSquare(lstm, steps, [[1, 0, 1, 0], [1, 0, 1, 0], [0, 0, 0, 1]]) / (value * value));
    }

    /// <summary>Input dropout .5: the masks of two steps agree in 50 % of the rows in Keras 2, in all of them in Keras 3.</summary>
    [Theory]
    [InlineData(DropoutGeneration.Keras2, 0, .5)]
    [InlineData(DropoutGeneration.Keras3, 0, 1)]
    [InlineData(DropoutGeneration.Keras2, .3, .5)]
    public void Inputs(DropoutGeneration generation, double recurrent, double agreement)
    {
        // The sum of both inputs, 2 each where it is kept: the mean square is 8 where the masks agree and 4 where they don't.
        // A recurrent dropout beside it gives each gate a mask; here only the forget gate looks back, at a constant.
        var lstm = new LSTM(1) { Activation = "linear", RecurrentActivation = "linear", UnitForgetBias = true, Dropout = .5, RecurrentDropout = recurrent, DropoutGeneration = generation };
        double square = MeanSquare(lstm, 2, [[0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 0, 1]], everyStep: true);
        AssertAlive(agreement, (square - 4) / 4);
    }

    private static double MeanSquare(RecurrentLayer layer, int steps, float[][] weights, bool everyStep = false)
    {
        var model = new Sequential(seed: 5) { layer };
        model.Build(steps, 1);
        layer.SetWeights(weights);
        model.Compile(new SGD(0), "mse");
        var x = new float[Rows, steps, 1];
        for (int row = 0; row < Rows; row++)
            for (int t = 0; t < (everyStep ? steps : 1); t++) x[row, t, 0] = 1;
        return model.TrainOnBatch(x, new float[Rows, 1]).Loss;
    }

    // Three standard errors of the difference between two shares, ours and the recorded one, of 4,000 rows each.
    private static void AssertAlive(double expected, double actual) => Assert.InRange(actual, expected - .034, expected + .034);
}
