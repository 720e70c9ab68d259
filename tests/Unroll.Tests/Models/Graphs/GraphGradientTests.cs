using Unroll.Kernels.Simd;
using Xunit;

namespace Unroll.Tests.Models.Graphs;

/// <summary>Gradients are slopes of the loss, and bits depend on neither vectors nor threads, whatever the graph.</summary>
public class GraphGradientTests
{
    private const int SamplesPerWeight = 10;
    private const float Move = 1f / 128;

    // A maximum has kinks, where differences say nothing; they show in differences that do not go with the move.
    private const double Kink = 1e-3;

    // Of the largest slope of the model: what is left of float32 in a difference of two losses, and the curvature.
    private const double Tolerance = 2e-3;

    public static TheoryData<string> Cases => [.. GraphCases.Names];

    /// <summary>One step of gradient descent at rate 1 moves a weight by its slope, which differences of the loss show.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_slopes(string name)
    {
        GraphCase graph = GraphCases.Find(name);
        (Inputs x, Targets y) = graph.Data(9);
        Model model = graph.Compiled("sgd(1)"), trained = graph.Compiled("sgd(1)");
        IReadOnlyList<float[]> before = model.GetWeights();
        trained.TrainOnBatch(x, y);
        float[][] gradients = [.. before.Zip(trained.GetWeights(), (from, to) => from.Zip(to, (a, b) => a - b).ToArray())];
        double largest = gradients.Max(gradient => gradient.Max(Math.Abs));
        Assert.True(largest > 1e-2, $"The largest gradient is {largest}: this graph shows nothing.");
        double rest = model.TestOnBatch(x, y).Loss;
        int compared = 0, kinks = 0;
        for (int w = 0; w < gradients.Length; w++)
        {
            for (int k = 0; k < Math.Min(SamplesPerWeight, gradients[w].Length); k++)
            {
                int i = gradients[w].Length <= SamplesPerWeight ? k : k * gradients[w].Length / SamplesPerWeight;
                Differences near = At(w, i, Move), far = At(w, i, 2 * Move);
                if (Math.Abs(near.Slope - far.Slope) > Kink * largest || Math.Abs(far.Bend - 2 * near.Bend) > Kink * largest)
                {
                    kinks++;
                    continue;
                }

                // Two differences give the slope but for the fourth power of the move.
                double slope = (4 * near.Slope - far.Slope) / 3, error = Math.Abs(slope - gradients[w][i]) / largest;
                Assert.True(error <= Tolerance, $"Weight {w}, element {i}: {gradients[w][i]} instead of {slope} ({error:E1} of the largest, {largest}).");
                compared++;
            }
        }

        Assert.True(compared > 2 * kinks, $"The loss has a kink at {kinks} of {compared + kinks} weights: choose other data.");

        Differences At(int weight, int index, float by)
        {
            double right = LossAt(weight, index, by), left = LossAt(weight, index, -by);
            return new Differences((right - left) / (2 * by), (right - 2 * rest + left) / by);
        }

        double LossAt(int weight, int index, float by)
        {
            float[][] values = [.. before.Select((block, w) => w == weight ? (float[])block.Clone() : block)];
            values[weight][index] += by;
            model.SetWeights(values);
            return model.TestOnBatch(x, y).Loss;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vectors_and_threads_change_no_bit(string name)
    {
        GraphCase graph = GraphCases.Find(name);
        (Inputs x, Targets y) = graph.Data(75);
        (string weights, float[] outputs) = Trained(VectorWidths.Best, 1);
        foreach ((VectorWidth width, int threads) in new[] { (VectorWidth.Bits128, 1), (VectorWidth.Bits256, 2), (VectorWidth.Bits512, 3), (VectorWidth.Bits128, 3) })
        {
            (string otherWeights, float[] otherOutputs) = Trained(width, threads);
            Assert.True(weights == otherWeights, $"Other weights at {width} with {threads} thread(s).");
            Assert.Equal(outputs, otherOutputs);
        }

        (string Weights, float[] Outputs) Trained(VectorWidth width, int threads)
        {
            Model model = graph.Compiled("adam(0.01)");
            (model.Width, model.Threads) = (width, threads);
            model.Fit(x, y, batchSize: 33, epochs: 2, verbose: 0);
            return (model.Fingerprint(), [.. model.PredictAll(x).SelectMany(output => output)]);
        }
    }

    /// <summary>What the loss does around a weight.</summary>
    /// <param name="Slope">The mean of the slopes to both sides.</param>
    /// <param name="Bend">How much they differ.</param>
    private readonly record struct Differences(double Slope, double Bend);
}
