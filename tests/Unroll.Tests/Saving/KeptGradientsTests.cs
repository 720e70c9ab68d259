using Unroll.Models.Training;
using Unroll.Plan;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// A case whose training was recorded with weights that share a path, the cells of both directions: Keras on PyTorch knows weights
/// by their paths and clears the gradient of the last of that name alone, so that the first direction's gradients add up from step
/// to step. With gradients that are kept in the same way the recorded weights are those that come out.
/// </summary>
public sealed class KeptGradientsTests
{
    private const string File = "sq_rnn_lstm_cell.keras";
    private const int FirstKept = 4, EndKept = 7; // the forward cell's weights

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_with_kept_gradients_is_what_was_recorded(bool isSavedAgain)
    {
        if (!KerasFiles.NamesIn(KerasFiles.GraphDirectory, ".keras").Contains(File)) Assert.Skip($"There is no {File}.");
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.keras");
        try
        {
            Model model = Model.Load(Path.Combine(KerasFiles.GraphDirectory, File));
            if (isSavedAgain)
            {
                model.Save(path);
                model = Model.Load(path);
            }

            KerasCase recorded = KerasCase.Of(File, KerasFiles.GraphDirectory);
            var run = new KerasRun(recorded, () => model);
            run.AssertPredictions();
            run.AssertEvaluation(1e-5);
            run.AssertFirstGradients(1e-5);
            Train(model, recorded, epochs: recorded.Fit!.Value.GetProperty("epochs").GetInt32());
            foreach ((KerasTensor expected, float[] actual) in recorded.WeightsAfterFit.Zip(model.GetWeights())) expected.AssertClose(actual, 1e-5, "Trained");
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    /// <summary>Adam in float64, from the slots of the file on.</summary>
    private static void Train(Model model, KerasCase recorded, int epochs)
    {
        TrainingState state = model.State!;
        double[][] slots = [.. state.OptimizerVariables.Select(slot => Doubles(slot.Value.Slice(0, slot.Form.Count).Span))];
        IReadOnlyList<Parameter> parameters = model.TrainableParameters;
        double[][] gradients = [.. parameters.Select(parameter => new double[parameter.Count])];
        Inputs x = model.CheckInputs(recorded.X);
        using ModelSession session = TrainingSession.Create(model, x, recorded.BatchSize, state.Loss.Given);
        long iterations = state.Iterations;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[][] batches = [.. Enumerable.Range(0, x.Samples).Chunk(recorded.BatchSize)];
            for (int step = 0; step < batches.Length; step++)
            {
                session.Train(x, recorded.Y, batches[step], epoch, step);
                double rate = state.LearningRate * Math.Sqrt(1 - Math.Pow(0.999, ++iterations)) / (1 - Math.Pow(0.9, iterations));
                for (int k = 0; k < parameters.Count; k++)
                {
                    double[] kept = gradients[k], now = Doubles(session.Gradients!.Total(parameters[k]).Slice(0, kept.Length).Span);
                    float[] weight = parameters[k].ToArray();
                    for (int i = 0; i < weight.Length; i++)
                    {
                        kept[i] = now[i] + (k is >= FirstKept and < EndKept ? kept[i] : 0);
                        slots[2 * k][i] += 0.1 * (kept[i] - slots[2 * k][i]);
                        slots[2 * k + 1][i] += 0.001 * (kept[i] * kept[i] - slots[2 * k + 1][i]);
                        weight[i] -= (float)(rate * slots[2 * k][i] / (Math.Sqrt(slots[2 * k + 1][i]) + 1e-7));
                    }

                    parameters[k].Set(weight);
                }
            }
        }
    }

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
