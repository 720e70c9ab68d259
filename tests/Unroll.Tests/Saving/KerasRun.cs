using System.Text.Json;
using Unroll.Models.Training;
using Unroll.Plan;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Does with a model what was done with it in Keras, and compares.</summary>
internal sealed class KerasRun(KerasCase recorded, Func<Model> load)
{
    private Model _model = load();

    /// <summary>Predictions, evaluation, gradients of the first batch, and training on from the saved state.</summary>
    public void AssertAll(double evaluationTolerance)
    {
        AssertPredictions();
        AssertEvaluation(evaluationTolerance);
        if (recorded.Fit is not { } fit) return;
        AssertFirstGradients(evaluationTolerance);
        AssertTraining(fit);
    }

    public void AssertPredictions()
    {
        Predictions predicted = _model.PredictAll(recorded.X, recorded.BatchSize);
        IReadOnlyList<float[]> expected = recorded.Predictions;
        Assert.Equal(expected.Count, predicted.Count);
        for (int output = 0; output < expected.Count; output++)
            AssertClose(expected[output], [.. predicted[output]], 1e-5, $"Prediction of output {output}");
    }

    public static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance, $"{what}: value {i} is {actual[i]}, Keras has {expected[i]}.");
    }

    public void AssertEvaluation(double tolerance)
    {
        ResetStates();
        Evaluation actual = _model.Evaluate(recorded.X, recorded.Y, recorded.BatchSize, verbose: 0, recorded.SampleWeight);
        foreach (JsonProperty value in recorded.Evaluation.EnumerateObject()) Assert.Equal(value.Value.GetDouble(), actual.Logs[value.Name], tolerance);
        Assert.Equal(recorded.Evaluation.EnumerateObject().Count(), actual.Logs.Count);
        if (recorded.EvaluationList is not { } list) return;
        Assert.Equal(list.Length, actual.Values.Count);
        for (int i = 0; i < list.Length; i++) Assert.Equal(list[i], actual.Values[i], tolerance);
    }

    public void AssertFirstGradients(double tolerance)
    {
        ResetStates();
        Inputs x = _model.CheckInputs(recorded.X);
        double split = recorded.Fit!.Value.GetProperty("validation_split").GetDouble();
        int[] rows = [.. Enumerable.Range(0, Math.Min(recorded.BatchSize, (int)(x.Samples * (1 - split))))];
        TrainingState state = _model.State!;
        using ModelSession session = TrainingSession.Create(_model, recorded.X, rows.Length, state.Loss.Given, lossWeights: state.Loss.GivenWeights);
        state.Settle(_model.OutputNames);
        Targets y = TrainingData.Arrange(recorded.Y, _model.OutputNames, state.Loss);
        SampleWeights? weights = recorded.SampleWeight ?? ClassWeighting.Of(recorded.ClassWeight, y, session.Output, session.Scores[0].Loss);
        y = TrainingData.Weigh(y, weights, session, _model.OutputNames, "sampleWeight");
        var means = new RunningMeans(state, session, y, _model.OutputNames);
        session.Train(x, y, rows, 0, 0);
        double loss = means.Add(rows);
        Assert.Equal(recorded.FirstBatchLoss, loss, tolerance);
        KerasTensor[] expected = [.. recorded.FirstBatchGradients];
        double largest = expected.Where(gradient => gradient.HasValues).Max(gradient => gradient.Largest);
        var parameters = _model.TrainableParameters;
        Assert.Equal(expected.Length, parameters.Count);
        foreach ((KerasTensor gradient, var parameter) in expected.Zip(parameters))
        {
            float[] actual = session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray();
            if (gradient.HasValues) gradient.AssertClose(actual, 1e-5 * largest, "Gradient");
            else Assert.All(actual, value => Assert.Equal(0f, value));
        }
    }

    private void AssertTraining(JsonElement fit)
    {
        _model = load(); // the step before may have moved statistics
        History history = _model.Fit(
            recorded.X, recorded.Y, recorded.BatchSize, fit.GetProperty("epochs").GetInt32(), verbose: 0, shuffle: false,
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
        IReadOnlyList<float[]> trained = _model.GetWeights();
        Assert.Equal(weights.Length, trained.Count);
        foreach ((KerasTensor expected, float[] actual) in weights.Zip(trained)) expected.AssertClose(actual, 1e-4, "Trained");
    }

    // Keras' numbers are those of a freshly loaded model each.
    private void ResetStates() => _model.ResetStates();
}
