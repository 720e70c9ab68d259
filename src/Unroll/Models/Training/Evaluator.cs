using System.Diagnostics;
using System.Numerics.Tensors;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Passes over data that change no weight.</summary>
internal sealed class Evaluator(Model model)
{
    public Evaluation Evaluate(
        TrainingState state, Inputs x, Targets y, int batchSize, int verbose, SampleWeights? sampleWeight, IReadOnlyList<Callback>? callbacks, int? steps)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireSteps(steps, nameof(steps));
        DataChecks.RequireSameCount(x, y);
        int count = DataChecks.FirstRows(x.Samples, batchSize, steps);
        batchSize = Math.Min(batchSize, count); // buffers are as large as a batch
        using ModelSession session = model.NewSession(x, model.Execution, batchSize, state.Loss, training: false);
        y = TrainingData.Arrange(y, model.OutputNames, state.Loss);
        TrainingData.Require(y, session, model.OutputNames);
        y = TrainingData.Weigh(y, sampleWeight, session, model.OutputNames, nameof(sampleWeight));
        return Evaluate(state, new ArrayFeed(session, x, y, new TrainingRows(count, batchSize, null, null)), verbose, callbacks);
    }

    public Evaluation Evaluate(TrainingState state, BatchSource source, int? steps, int verbose, IReadOnlyList<Callback>? callbacks)
    {
        DataChecks.RequireSteps(steps, nameof(steps));
        using var feed = new SourceFeed(model, state, source, FeedUse.Score, steps);
        return Evaluate(state, feed, verbose, callbacks);
    }

    /// <summary>One pass over a feed that exists already.</summary>
    public static Dictionary<string, double> Evaluate(BatchFeed feed, TrainingState state, CallbackList callbacks, OutputNames outputs)
    {
        callbacks.TestBegin(); // may change weights, so before the session takes them in
        feed.TakeWeights();
        feed.BeginEpoch(0);
        LoadedBatch sample = feed.Sample;
        var means = new RunningMeans(state, sample.Session, sample.Y, outputs, feed.IsSteady);
        for (int step = 0; !(step >= feed.Steps) && feed.MoveNext(); step++)
        {
            callbacks.TestBatchBegin(step);
            LoadedBatch batch = feed.Current;
            means.Use(batch.Session, batch.Y);
            batch.Session.Score(batch.X, batch.Y, batch.Rows);
            means.Add(batch.Rows.Span);
            callbacks.TestBatchEnd(step, means);
        }

        Dictionary<string, double> logs = means.Logs();
        callbacks.TestEnd(logs);
        return logs;
    }

    /// <summary>One tensor per output, the batches of a source one below the other.</summary>
    /// <exception cref="ArgumentException">Outputs of two batches differ in shape.</exception>
    public Tensor<float>[] Predict(BatchSource source, int? steps, int verbose, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireSteps(steps, nameof(steps));
        DataChecks.RequireVerbose(verbose);
        using var feed = new SourceFeed(model, null, source, FeedUse.Predict, steps);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, steps ?? 0, verbose));
        IReadOnlyList<int>[] shapes = [.. feed.Sample.Session.Shapes.Select(shape => shape.Dimensions)];
        var outputs = new List<float>[shapes.Length];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = [];
        int count = 0;
        callbacks.PredictBegin();
        feed.TakeWeights();
        feed.BeginEpoch(0);
        for (int step = 0; !(step >= steps) && feed.MoveNext(); step++)
        {
            callbacks.PredictBatchBegin(step);
            LoadedBatch batch = feed.Current;
            int samples = batch.Rows.Length;
            var taken = new Memory<float>[shapes.Length];
            for (int i = 0; i < taken.Length; i++)
            {
                IReadOnlyList<int> shape = batch.Session.Shapes[i].Dimensions;
                if (!shape.SequenceEqual(shapes[i]))
                    throw new ArgumentException($"Batch {step} gives outputs of the shape ({string.Join(", ", shape)}), those before had ({string.Join(", ", shapes[i])}): they don't fit into one array. Predict them one by one.");
                taken[i] = new float[checked(samples * batch.Session.Shapes[i].Size)];
            }

            batch.Session.Predict(batch.X, batch.Rows, taken);
            for (int i = 0; i < taken.Length; i++) outputs[i].AddRange(taken[i].Span);
            count += samples;
            callbacks.PredictBatchEnd(step, taken);
        }

        callbacks.PredictEnd();
        return [.. outputs.Select((output, i) => Tensor.Create(output.ToArray(), [count, .. shapes[i].Select(size => (nint)size)]))];
    }

    /// <summary>One tensor per output.</summary>
    public Tensor<float>[] Predict(Inputs x, int batchSize, int verbose, IReadOnlyList<Callback>? userCallbacks, int? steps)
    {
        DataChecks.RequireBatchSize(batchSize);
        DataChecks.RequireVerbose(verbose);
        DataChecks.RequireSteps(steps, nameof(steps));
        int count = DataChecks.FirstRows(x.Samples, batchSize, steps);
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

    private Evaluation Evaluate(TrainingState state, BatchFeed feed, int verbose, IReadOnlyList<Callback>? userCallbacks)
    {
        DataChecks.RequireVerbose(verbose);
        CallbackList callbacks = CallbackList.For(model, userCallbacks, new FitParameters(1, feed.Steps ?? 0, verbose));
        long start = Stopwatch.GetTimestamp();
        Dictionary<string, double> logs = Evaluate(feed, state, callbacks, model.OutputNames);
        return new Evaluation(logs, state.EvaluationOrder(logs.Keys, model.OutputNames), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
