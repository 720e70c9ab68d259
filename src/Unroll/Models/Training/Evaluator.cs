using System.Diagnostics;
using System.Numerics.Tensors;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Passes over data that change no weight.</summary>
internal sealed class Evaluator(Model model)
{
    public Evaluation Evaluate(
        TrainingState state, Inputs x, Targets y, int batchSize, int verbose, SampleWeights? sampleWeight, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireVerbose(verbose);
        DataChecks.RequireSameCount(x, y);
        batchSize = Math.Min(batchSize, x.Samples); // buffers are as large as a batch
        int steps = DataChecks.Steps(x.Samples, batchSize);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, steps, verbose));
        long start = Stopwatch.GetTimestamp();
        using ModelSession session = model.NewSession(x, model.Execution, batchSize, state.Loss, training: false);
        y = TrainingData.Arrange(y, model.OutputNames, state.Loss);
        TrainingData.Require(y, session, model.OutputNames);
        y = TrainingData.Weigh(y, sampleWeight, session, model.OutputNames, nameof(sampleWeight));
        Dictionary<string, double> logs = Evaluate(session, state, x, y, DataChecks.Rows(x.Samples), batchSize, callbacks, model.OutputNames);
        return new Evaluation(logs, state.EvaluationOrder(logs, model.OutputNames), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>One pass in a session that exists already.</summary>
    public static Dictionary<string, double> Evaluate(
        ModelSession session, TrainingState state, Inputs x, Targets y, ReadOnlyMemory<int> rows, int batchSize, CallbackList callbacks,
        OutputNames outputs)
    {
        callbacks.TestBegin(); // may change weights, so before the session takes them in
        session.Prepare();
        var means = new RunningMeans(state, session, y, outputs);
        for (int step = 0, first = 0; first < rows.Length; step++, first += batchSize)
        {
            callbacks.TestBatchBegin(step);
            ReadOnlyMemory<int> batch = rows.Slice(first, Math.Min(batchSize, rows.Length - first));
            session.Score(x, y, batch);
            means.Add(batch.Span);
            callbacks.TestBatchEnd(step, means);
        }

        Dictionary<string, double> logs = means.Logs();
        callbacks.TestEnd(logs);
        return logs;
    }

    /// <summary>One tensor per output.</summary>
    public Tensor<float>[] Predict(Inputs x, int batchSize, int verbose, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireVerbose(verbose);
        int count = x.Samples;
        batchSize = Math.Min(batchSize, count);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, DataChecks.Steps(count, batchSize), verbose));
        using ModelSession session = model.NewSession(x, model.Execution, batchSize, loss: null, training: false);
        int[] sizes = [.. session.Scores.Select(score => score.Shape.Size)];
        float[][] outputs = [.. sizes.Select(size => new float[checked((long)count * size)])];
        ReadOnlyMemory<int> rows = DataChecks.Rows(count);
        callbacks.PredictBegin();
        session.Prepare();
        for (int step = 0, first = 0; first < count; step++, first += batchSize)
        {
            int samples = Math.Min(batchSize, count - first);
            Memory<float>[] taken = [.. outputs.Select((output, i) => output.AsMemory(first * sizes[i], samples * sizes[i]))];
            callbacks.PredictBatchBegin(step);
            session.Predict(x, rows.Slice(first, samples), taken);
            callbacks.PredictBatchEnd(step, taken);
        }

        callbacks.PredictEnd();
        return [.. outputs.Select((output, i) => Tensor.Create(output, [count, .. session.Shapes[i].Dimensions.Select(size => (nint)size)]))];
    }
}
