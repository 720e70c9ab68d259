using System.Numerics.Tensors;
using System.Text.Json;
using Unroll.Models.Training;
using Unroll.Plan;
using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// Every whole model that Keras wrote: it loads and does what it did in Keras, or what it lacks here is named.
/// </summary>
public sealed class KerasFileTests
{
    public static TheoryData<string> Files => [.. KerasFiles.Names(".keras", ".h5").Where(name => !name.EndsWith(".weights.h5", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Works_as_in_Keras(string file)
    {
        KerasCase recorded = KerasCase.Of(file);
        Model model = Model.Load(KerasFiles.Path(file));
        AssertPredictions(recorded, model);
        Targets y = TargetsOf(recorded);
        AssertEvaluation(recorded, model, y);
        if (recorded.Fit is not { } fit) return;
        AssertFirstGradients(recorded, model, y);
        AssertTraining(recorded, model, y, fit);
    }

    private static Targets TargetsOf(KerasCase recorded)
    {
        (float[] values, int[] shape) = recorded.Y;
        if (shape.Length == 1) return values;
        if (shape.Length == 3)
        {
            var steps = new float[shape[0], shape[1], shape[2]];
            Buffer.BlockCopy(values, 0, steps, 0, 4 * values.Length);
            return steps;
        }

        var y = new float[shape[0], shape[1]];
        Buffer.BlockCopy(values, 0, y, 0, 4 * values.Length);
        return y;
    }

    private static void AssertPredictions(KerasCase recorded, Model model)
    {
        Tensor<float> predicted = model.Predict(recorded.X);
        float[] expected = recorded.Predictions, actual = [.. predicted];
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-5, $"Prediction {i} is {actual[i]}, Keras has {expected[i]}.");
    }

    private static void AssertEvaluation(KerasCase recorded, Model model, Targets y)
    {
        Evaluation actual = model.Evaluate(recorded.X, y, recorded.BatchSize, verbose: 0, recorded.SampleWeight);
        foreach (JsonProperty value in recorded.Evaluation.EnumerateObject()) Assert.Equal(value.Value.GetDouble(), actual.Logs[value.Name], 2e-6);
        Assert.Equal(recorded.Evaluation.EnumerateObject().Count(), actual.Logs.Count);
    }

    private static void AssertFirstGradients(KerasCase recorded, Model model, Targets y)
    {
        Inputs x = recorded.X;
        double split = recorded.Fit!.Value.GetProperty("validation_split").GetDouble();
        int[] rows = [.. Enumerable.Range(0, Math.Min(recorded.BatchSize, (int)(x.Count * (1 - split))))];
        using ModelSession session = TrainingSession.Create(model, x, rows.Length, model.State!.Loss.Given);
        SampleWeights? weights = recorded.SampleWeight is { } given ? given : DataChecks.WeightsOf(recorded.ClassWeight, y, session.Output);
        y = TrainingData.Weigh(y, weights, session, model.OutputNames, "sampleWeight");
        var means = new RunningMeans(model.State!, session, y, model.OutputNames);
        session.Train(x, y, rows, 0, 0);
        double loss = means.Add(rows);
        Assert.Equal(recorded.FirstBatchLoss, loss, 2e-6);
        KerasTensor[] expected = [.. recorded.FirstBatchGradients];
        double largest = expected.Max(gradient => gradient.Largest);
        var parameters = model.Layers.SelectMany(layer => layer.TrainableParameters).ToArray();
        Assert.Equal(expected.Length, parameters.Length);
        foreach ((KerasTensor gradient, var parameter) in expected.Zip(parameters))
            gradient.AssertClose(session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray(), 1e-5 * largest, "Gradient");
    }

    private static void AssertTraining(KerasCase recorded, Model model, Targets y, JsonElement fit)
    {
        History history = model.Fit(
            recorded.X, y, recorded.BatchSize, fit.GetProperty("epochs").GetInt32(), verbose: 0, shuffle: false,
            validationSplit: fit.GetProperty("validation_split").GetDouble(), classWeight: recorded.ClassWeight, sampleWeight: recorded.SampleWeight);
        foreach (JsonProperty series in fit.GetProperty("history").EnumerateObject())
        {
            double[] expected = [.. series.Value.EnumerateArray().Select(value => value.GetDouble())];
            for (int epoch = 0; epoch < expected.Length; epoch++)
            {
                double actual = history[series.Name][epoch];
                Assert.True(
                    Math.Abs(actual - expected[epoch]) <= 2e-4 * Math.Abs(expected[epoch]),
                    $"{series.Name} of epoch {epoch} is {actual}, Keras has {expected[epoch]}.");
            }
        }

        KerasTensor[] weights = [.. recorded.WeightsAfterFit];
        IReadOnlyList<float[]> trained = model.GetWeights();
        Assert.Equal(weights.Length, trained.Count);
        foreach ((KerasTensor expected, float[] actual) in weights.Zip(trained)) expected.AssertClose(actual, 1e-4, "Trained");
    }
}
