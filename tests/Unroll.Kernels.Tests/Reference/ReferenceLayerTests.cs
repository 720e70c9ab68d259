using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Tests.Recurrent;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Reference;

/// <summary>The scalar layers that kernels are compared with, themselves compared with formulas and numeric gradients.</summary>
public class ReferenceLayerTests
{
    [Theory]
    [InlineData(nameof(ActivationKind.Linear))]
    [InlineData(nameof(ActivationKind.Tanh))]
    [InlineData(nameof(ActivationKind.Sigmoid))]
    [InlineData(nameof(ActivationKind.Relu))]
    [InlineData(nameof(ActivationKind.HardSigmoid))]
    [InlineData(nameof(ActivationKind.HardSigmoidKeras2))]
    [InlineData(nameof(ActivationKind.Softsign))]
    public void ActivationAndSlope(string name)
    {
        ActivationKind kind = Enum.Parse<ActivationKind>(name);
        // A dense layer with one weight of 1 is the activation itself; its gradient is the slope.
        foreach (double x in new[] { -7, -3.5, -2.9, -1, -0.3, 0.2, 1, 2.9, 3.5, 7 })
        {
            var layer = new ReferenceDense { Weights = [[1]], Inputs = 1, Units = 1, Activation = kind };
            double y = layer.Forward([x], null, 1, 1)[0];
            Assert.Equal(Formula(kind, x), y, 1e-14);
            double slope = layer.Backward([1])[0];
            Assert.Equal((Formula(kind, x + 1e-6) - Formula(kind, x - 1e-6)) / 2e-6, slope, 1e-8);
            Assert.Equal(slope * x, layer.Gradients[0][0], 1e-12);
        }
    }

    [Fact]
    public void Dense()
    {
        var layer = new ReferenceDense { Weights = [[1, 2, 3, 4, 5, 6], [10, 20, 30]], Inputs = 2, Units = 3, Activation = ActivationKind.Linear };
        Assert.Equal([1 + 8 + 10, 2 + 10 + 20, 3 + 12 + 30], layer.Forward([1, 2], null, 1, 1));
        Assert.Equal([1 + 4 + 9, 4 + 10 + 18], layer.Backward([1, 2, 3]));
        Assert.Equal([1, 2, 3, 2, 4, 6], layer.Gradients[0]);
        Assert.Equal([1, 2, 3], layer.Gradients[1]);
    }

    [Fact]
    public void Embedding()
    {
        var layer = new ReferenceEmbedding { MaskZero = false, Weights = [[1, 2, 3, 4, 5, 6]], Width = 2 };
        Assert.Equal([5, 6, 1, 2, 5, 6], layer.Forward([2, 0, 2], null, 1, 3));
        layer.Backward([1, 2, 3, 4, 5, 6]);
        Assert.Equal([3, 4, 0, 0, 6, 8], layer.Gradients[0]);
    }

    [Theory]
    [InlineData(nameof(CellKind.SimpleRnn))]
    [InlineData(nameof(CellKind.Lstm))]
    [InlineData(nameof(CellKind.Gru))]
    [InlineData(nameof(CellKind.GruResetBefore))]
    public void RecurrentGradients(string name)
    {
        CellKind cell = Enum.Parse<CellKind>(name);
        const int Batch = 2, Steps = 4, Inputs = 2, Units = 3;
        foreach (bool sequences in new[] { false, true })
        {
            var random = new System.Random(3);
            double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
            var layer = new ReferenceRecurrent
            {
                Weights = RecurrentCase.Weights(cell, Inputs, Units, Draw),
                Cell = cell,
                Inputs = Inputs,
                Units = Units,
                ReturnSequences = sequences,
                GoBackwards = sequences,
            };
            double[] input = Draw(Batch * Steps * Inputs);
            bool[] mask = [true, false, true, true, false, false, true, true];
            double[] outputGradient = Draw(Batch * Units * (sequences ? Steps : 1));
            double Loss() => layer.Forward(input, mask, Batch, Steps).Zip(outputGradient, (y, g) => y * g).Sum();
            Loss();
            double[] inputGradient = layer.Backward(outputGradient);
            double[][] gradients = layer.Gradients;
            Check(input, inputGradient);
            for (int w = 0; w < gradients.Length; w++) Check(layer.Weights[w], gradients[w]);

            void Check(double[] values, double[] gradient)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    double value = values[i];
                    values[i] = value + 1e-6;
                    double above = Loss();
                    values[i] = value - 1e-6;
                    double below = Loss();
                    values[i] = value;
                    Assert.Equal((above - below) / 2e-6, gradient[i], 1e-8);
                }
            }
        }
    }

    private static double Formula(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Tanh => System.Math.Tanh(x),
        ActivationKind.Sigmoid => 1 / (1 + System.Math.Exp(-x)),
        ActivationKind.Relu => x > 0 ? x : 0,
        ActivationKind.HardSigmoid => x < -3 ? 0 : x > 3 ? 1 : x / 6 + 0.5,
        ActivationKind.HardSigmoidKeras2 => x < -2.5 ? 0 : x > 2.5 ? 1 : x / 5 + 0.5,
        ActivationKind.Softsign => x / (1 + System.Math.Abs(x)),
        _ => x,
    };
}
