using System.Diagnostics;
using Unroll.Callbacks;
using Unroll.Models.Execution;
using Unroll.Random;

namespace Unroll.Models.Training;

/// <summary>The arguments of a fit.</summary>
internal sealed record FitRequest(
    Inputs X, Targets Y, int BatchSize, int Epochs, int Verbose, IReadOnlyList<Callback>? Callbacks,
    double ValidationSplit, (Inputs X, Targets Y)? ValidationData, bool Shuffle,
    IReadOnlyDictionary<int, double>? ClassWeight, SampleWeights? SampleWeight, SampleWeights? ValidationSampleWeight);

/// <summary>The training loop: order of the data, steps, validation, callbacks and history as Keras has them.</summary>
internal sealed class Trainer(Model model, TrainingState state)
{
    public History Fit(FitRequest request, CancellationToken cancellationToken)
    {
        Inputs x = request.X;
        Targets y = request.Y;
        DataChecks.RequireBatchSize(request.BatchSize);
        DataChecks.RequireEpochs(request.Epochs);
        DataChecks.RequireVerbose(request.Verbose);
        DataChecks.RequireSameCount(x, y);
        if (request is { ClassWeight: not null, SampleWeight: not null })
            throw new ArgumentException("Class weights and sample weights can't be given together; multiply them and give sample weights.");
        (int trainCount, int heldOut) = request.ValidationData is null ? DataChecks.Split(x.Count, request.ValidationSplit) : (x.Count, 0);
        int batchSize = Math.Min(request.BatchSize, trainCount);

        OutputNames outputs = model.OutputNames;
        if (request.ClassWeight is not null && outputs.Count > 1)
            throw new ArgumentException("`class_weight` is only supported for Models with a single output.");
        using WorkerTeam team = new(Math.Min(model.Threads, WorkerTeam.Most));
        using ModelSession session = model.NewSession(x, model.Execution, batchSize, state.Loss, training: true, team);
        y = TrainingData.Arrange(y, outputs, state.Loss);
        TrainingData.Require(y, session, outputs);
        SampleWeights? weights = request.SampleWeight ?? DataChecks.WeightsOf(request.ClassWeight, y, session.Output);
        Targets weighted = TrainingData.Weigh(y, weights, session, outputs, "sampleWeight");
        using Validation? validation = CreateValidation(request with { Y = y }, trainCount, heldOut, team);
        y = weighted;
        model.BuildOptimizer();

        var history = new History();
        var callbacks = CallbackList.For(
            model, request.Callbacks, new FitParameters(request.Epochs, DataChecks.Steps(trainCount, batchSize), request.Verbose));
        var means = new RunningMeans(state, session, y, outputs);
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
                logs = new Dictionary<string, double>(new SortedDictionary<string, double>(logs, StringComparer.Ordinal));
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
            session.Train(request.X, request.Y, rows, state.Epochs, step);
            double loss = means.Add(rows.Span);
            bool isFinite = double.IsFinite(loss);
            if (isFinite) state.Update(model.Width, session.Gradients!);
            callbacks.TrainBatchEnd(step, means);
            if (!isFinite && !model.StopTraining) throw new NonFiniteLossException(loss, epoch, step);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Validation? CreateValidation(FitRequest request, int trainCount, int heldOut, WorkerTeam team)
    {
        (Inputs x, Targets y) = request.ValidationData ?? (request.X, request.Y);
        if (request.ValidationData is null && heldOut == 0) return null;
        if (request.ValidationData is not null)
        {
            x = model.CheckInputs(x);
            DataChecks.RequireSameCount(x, y);
            y = TrainingData.Arrange(y, model.OutputNames, state.Loss);
        }

        int[] rows = heldOut > 0 ? DataChecks.Rows(heldOut, trainCount) : DataChecks.Rows(x.Count);
        int batchSize = Math.Min(request.BatchSize, rows.Length);
        ModelSession session = model.NewSession(x, model.Execution, batchSize, state.Loss, training: false, team);
        try
        {
            TrainingData.Require(y, session, model.OutputNames);
            SampleWeights? weights = heldOut > 0 ? request.SampleWeight : request.ValidationSampleWeight; // class weights are for training alone
            y = TrainingData.Weigh(y, weights, session, model.OutputNames, heldOut > 0 ? "sampleWeight" : "validationSampleWeight");
            return new Validation(session, x, y, rows, batchSize, model.OutputNames);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Data that are scored after every epoch.</summary>
    private sealed class Validation(ModelSession session, Inputs x, Targets y, int[] rows, int batchSize, OutputNames outputs) : IDisposable
    {
        /// <summary>Adds <c>val_</c> values and returns the seconds it took.</summary>
        public double AddTo(Dictionary<string, double> logs, TrainingState state, CallbackList callbacks)
        {
            long start = Stopwatch.GetTimestamp();
            foreach ((string name, double value) in Evaluator.Evaluate(session, state, x, y, rows, batchSize, callbacks, outputs))
                logs["val_" + name] = value;
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public void Dispose() => session.Dispose();
    }
}
