using System.Diagnostics;
using System.Numerics.Tensors;
using Unroll.Callbacks;
using Unroll.Models.Execution;

namespace Unroll.Models.Training;

/// <summary>Passes over data that change no weight.</summary>
internal sealed class Evaluator(Sequential model)
{
    public Evaluation Evaluate(TrainingState state, Inputs x, Targets y, int batchSize, int verbose, float[]? sampleWeight, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireVerbose(verbose);
        DataChecks.RequireSameCount(x, y);
        DataChecks.RequireWeights(sampleWeight, x.Count, nameof(sampleWeight));
        batchSize = Math.Min(batchSize, x.Count); // buffers are as large as a batch
        int steps = DataChecks.Steps(x.Count, batchSize);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, steps, verbose));
        long start = Stopwatch.GetTimestamp();
        using var session = new ModelSession(model.Layers, x, model.Seed, model.Execution, batchSize, state.Loss, training: false);
        DataChecks.RequireTargets(y, session.Output, state.Loss);
        Dictionary<string, double> logs = Evaluate(session, state, x, y.WithWeights(sampleWeight), DataChecks.Rows(x.Count), batchSize, callbacks);
        return new Evaluation(logs, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>One pass in a session that exists already.</summary>
    public static Dictionary<string, double> Evaluate(
        ModelSession session, TrainingState state, Inputs x, Targets y, ReadOnlyMemory<int> rows, int batchSize, CallbackList callbacks)
    {
        callbacks.TestBegin(); // may change weights, so before the session takes them in
        session.Prepare();
        var means = new RunningMeans(state, session, y);
        for (int step = 0, first = 0; first < rows.Length; step++, first += batchSize)
        {
            callbacks.TestBatchBegin(step);
            ReadOnlyMemory<int> batch = rows.Slice(first, Math.Min(batchSize, rows.Length - first));
            means.Add(session.Score(x, y, batch), batch.Span);
            callbacks.TestBatchEnd(step, means);
        }

        Dictionary<string, double> logs = means.Logs();
        callbacks.TestEnd(logs);
        return logs;
    }

    public Tensor<float> Predict(Inputs x, int batchSize, int verbose, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireVerbose(verbose);
        int count = x.Count;
        batchSize = Math.Min(batchSize, count);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, DataChecks.Steps(count, batchSize), verbose));
        using var session = new ModelSession(model.Layers, x, model.Seed, model.Execution, batchSize, loss: null, training: false);
        OutputShape shape = session.Output;
        var output = new float[checked((long)count * shape.Size)];
        ReadOnlyMemory<int> rows = DataChecks.Rows(count);
        callbacks.PredictBegin();
        session.Prepare();
        for (int step = 0, first = 0; first < count; step++, first += batchSize)
        {
            int taken = Math.Min(batchSize, count - first);
            Memory<float> outputs = output.AsMemory(first * shape.Size, taken * shape.Size);
            callbacks.PredictBatchBegin(step);
            session.Predict(x, rows.Slice(first, taken), outputs);
            callbacks.PredictBatchEnd(step, outputs);
        }

        callbacks.PredictEnd();
        return shape.HasTime
            ? Tensor.Create(output, [count, shape.Steps, shape.Units])
            : Tensor.Create(output, [count, shape.Units]);
    }
}
