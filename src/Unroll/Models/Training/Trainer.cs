using System.Diagnostics;
using Unroll.Callbacks;
using Unroll.Models.Execution;
using Unroll.Random;

namespace Unroll.Models.Training;

/// <summary>The arguments of a fit.</summary>
internal sealed record FitRequest(
    Inputs X, Targets Y, int BatchSize, int Epochs, int Verbose, IReadOnlyList<Callback> Callbacks,
    double ValidationSplit, (Inputs X, Targets Y)? ValidationData, bool Shuffle,
    IReadOnlyDictionary<int, double>? ClassWeight, float[]? SampleWeight, float[]? ValidationSampleWeight);

/// <summary>The training loop: order of the data, steps, validation, callbacks and history as Keras has them.</summary>
internal sealed class Trainer(Sequential model, TrainingState state)
{
    public History Fit(FitRequest request, CancellationToken cancellationToken)
    {
        Inputs x = request.X;
        Targets y = request.Y;
        DataChecks.RequireBatchSize(request.BatchSize);
        DataChecks.RequireEpochs(request.Epochs);
        DataChecks.RequireVerbose(request.Verbose);
        DataChecks.RequireSameCount(x, y);
        DataChecks.RequireWeights(request.SampleWeight, x.Count, "sampleWeight");
        if (request is { ClassWeight: not null, SampleWeight: not null })
            throw new ArgumentException("Class weights and sample weights can't be given together; multiply them and give sample weights.");
        (int trainCount, int heldOut) = request.ValidationData is null ? DataChecks.Split(x.Count, request.ValidationSplit) : (x.Count, 0);
        int batchSize = Math.Min(request.BatchSize, trainCount);

        using var session = new ModelSession(model.Layers, x, model.Seed, model.Execution, batchSize, state.Loss, training: true);
        DataChecks.RequireTargets(y, session.Output, state.Loss);
        y = y.WithWeights(request.SampleWeight ?? DataChecks.WeightsOf(request.ClassWeight, y, session.Output));
        using Validation? validation = CreateValidation(request, trainCount, heldOut, batchSize);
        model.BuildOptimizer();

        var history = new History();
        var callbacks = CallbackList.For(
            model, request.Callbacks, new FitParameters(request.Epochs, DataChecks.Steps(trainCount, batchSize), request.Verbose));
        var means = new RunningMeans(state, session, y);
        model.StopTraining = false;
        int firstEpoch = callbacks.TrainBegin();
        IReadOnlyDictionary<string, double> lastLogs = new Dictionary<string, double>();
        try
        {
            for (int epoch = firstEpoch; epoch < request.Epochs && !model.StopTraining; epoch++)
            {
                callbacks.EpochBegin(epoch);
                double seconds = TrainEpoch(session, request with { Y = y }, trainCount, batchSize, epoch, means, callbacks, cancellationToken);
                Dictionary<string, double> logs = means.Logs();
                double validationSeconds = validation?.AddTo(logs, state, callbacks) ?? 0;
                state.Epochs++;
                callbacks.EpochEnd(epoch, logs);
                history.Add(new EpochResult(epoch, seconds, validationSeconds, logs));
                lastLogs = logs;
            }
        }
        finally
        {
            state.CatchUp(); // also when cancelled: a later fit goes on from here
        }

        if (history.Epochs.Count > 0) state.Finish();
        callbacks.TrainEnd(lastLogs);
        return history;
    }

    /// <summary>One pass over the training rows; returns its seconds.</summary>
    private double TrainEpoch(
        ModelSession session, FitRequest request, int trainCount, int batchSize, int epoch, RunningMeans means,
        CallbackList callbacks, CancellationToken cancellationToken)
    {
        int[] order = DataChecks.Rows(trainCount);
        if (request.Shuffle) new Philox(model.Seed, RandomPurpose.Shuffle, state.Epochs).Shuffle(order.AsSpan());
        means.Reset();
        long start = Stopwatch.GetTimestamp();
        for (int step = 0, first = 0; first < trainCount && !model.StopTraining; step++, first += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            callbacks.TrainBatchBegin(step);
            ReadOnlyMemory<int> rows = order.AsMemory(first, Math.Min(batchSize, trainCount - first));
            double loss = means.Add(session.Train(request.X, request.Y, rows, state.Epochs, step), rows.Span);
            bool isFinite = double.IsFinite(loss);
            if (isFinite) state.Update(model.Width, session.Gradients!);
            callbacks.TrainBatchEnd(step, means);
            if (!isFinite && !model.StopTraining) throw new NonFiniteLossException(loss, epoch, step);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Validation? CreateValidation(FitRequest request, int trainCount, int heldOut, int batchSize)
    {
        (Inputs x, Targets y) = request.ValidationData ?? (request.X, request.Y);
        if (request.ValidationData is null && heldOut == 0) return null;
        if (request.ValidationData is not null)
        {
            model.CheckInputs(x);
            DataChecks.RequireSameCount(x, y);
            DataChecks.RequireWeights(request.ValidationSampleWeight, x.Count, "validationSampleWeight");
        }

        int[] rows = heldOut > 0 ? DataChecks.Rows(heldOut, trainCount) : DataChecks.Rows(x.Count);
        var session = new ModelSession(model.Layers, x, model.Seed, model.Execution, batchSize, state.Loss, training: false);
        try
        {
            DataChecks.RequireTargets(y, session.Output, state.Loss);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        float[]? weights = heldOut > 0 ? request.SampleWeight : request.ValidationSampleWeight; // class weights are for training alone
        return new Validation(session, x, y.WithWeights(weights), rows, batchSize);
    }

    /// <summary>Data that are scored after every epoch.</summary>
    private sealed class Validation(ModelSession session, Inputs x, Targets y, int[] rows, int batchSize) : IDisposable
    {
        /// <summary>Adds <c>val_</c> values and returns the seconds it took.</summary>
        public double AddTo(Dictionary<string, double> logs, TrainingState state, CallbackList callbacks)
        {
            long start = Stopwatch.GetTimestamp();
            foreach ((string name, double value) in Evaluator.Evaluate(session, state, x, y, rows, batchSize, callbacks))
                logs["val_" + name] = value;
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public void Dispose() => session.Dispose();
    }
}
