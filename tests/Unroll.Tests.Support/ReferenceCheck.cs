using Unroll.Kernels.Simd;
using Unroll.Losses;
using Unroll.Plan;
using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Support;

/// <summary>
/// Runs one training step of a model at every vector width and at one and three threads, demands the same bits from all,
/// and compares loss and gradients with the float64 reference, itself compared with numeric differentiation.
/// </summary>
internal static class ReferenceCheck
{
    private const double KernelTolerance = 5e-6; // of the model's largest gradient
    private const double NumericTolerance = 1e-7;
    private const int NumericSamples = 6; // elements per weight

    public static void Run(Sequential model, Inputs inputs, Targets targets, (int Epoch, int Step) at = default)
    {
        int count = inputs.Samples, steps = inputs.Shape[1];
        model.Build([.. inputs.Shape.Skip(1).Select(size => (int?)size)]);
        (double[] losses, float[][] gradients) = Step(model, inputs, targets, VectorWidths.Best, 1, at);
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            foreach (int threads in new[] { 1, 3 })
            {
                (double[] otherLosses, float[][] others) = Step(model, inputs, targets, width, threads, at);
                Assert.Equal(losses, otherLosses);
                for (int w = 0; w < gradients.Length; w++)
                    Assert.True(gradients[w].AsSpan().SequenceEqual(others[w]), $"Weight {w} differs at {width} with {threads} thread(s).");
            }
        }

        double[] input = inputs.HasIds(0) ? Array.ConvertAll(inputs.Ids(0), id => (double)id) : Array.ConvertAll(inputs.Values(0), value => (double)value);
        var reference = new ReferenceModel(model, input, Array.ConvertAll(targets.Values, value => (double)value), count, steps, at);
        Assert.Equal(reference.Loss(), losses.Average(), 2e-6);
        reference.Backward();
        double[][] expected = reference.Gradients;
        double largest = expected.Max(gradient => gradient.Max(Math.Abs));
        var random = new Philox(1, RandomPurpose.Shuffle, count, steps);
        for (int w = 0; w < expected.Length; w++)
        {
            for (int i = 0; i < expected[w].Length; i++)
            {
                double error = Math.Abs(expected[w][i] - gradients[w][i]) / largest;
                Assert.True(error <= KernelTolerance, $"Weight {w}, element {i}: {gradients[w][i]} instead of {expected[w][i]} ({error:E1} of the largest).");
            }

            for (int sample = 0; sample < NumericSamples; sample++)
            {
                int i = random.NextInt32(expected[w].Length);
                double error = Math.Abs(reference.NumericGradient(w, i) - expected[w][i]) / largest;
                Assert.True(error <= NumericTolerance, $"Weight {w}, element {i}: the reference is off by {error:E1} from the numeric gradient.");
            }
        }
    }

    /// <summary>Row losses and weight gradients of one step on the whole data.</summary>
    public static (double[] Losses, float[][] Gradients) Step(
        Sequential model, Inputs inputs, Targets targets, VectorWidth width, int threads, (int Epoch, int Step) at)
    {
        int count = inputs.Samples;
        using ModelSession session = TrainingSession.Create(model, inputs, count, new BinaryCrossentropy(), new ExecutionOptions(threads, width));
        int[] rows = [.. Enumerable.Range(0, count)];
        double[] losses = [.. session.Train(inputs, targets, rows, at.Epoch, at.Step).ToArray().Select(row => row.Loss)];
        float[][] gradients =
        [
            .. model.Layers.SelectMany(layer => layer.Parameters)
                .Select(parameter => session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray()),
        ];
        return (losses, gradients);
    }
}
