using System.Diagnostics;
using Unroll.Execution;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>The arguments of a fit.</summary>
internal sealed record FitRequest(
    Inputs X, Targets Y, int? BatchSize, int Epochs, int Verbose, IReadOnlyList<Callback>? Callbacks,
    double ValidationSplit, (Inputs X, Targets Y)? ValidationData, bool Shuffle,
    IReadOnlyDictionary<int, double>? ClassWeight, SampleWeights? SampleWeight, SampleWeights? ValidationSampleWeight,
    int InitialEpoch, int? StepsPerEpoch, int? ValidationSteps, int? ValidationBatchSize, ValidationFrequency ValidationFreq);

/// <summary>The training loop: order of the data, steps, validation, callbacks and history as Keras has them.</summary>
internal sealed class Trainer(Model model, TrainingState state)
{
    private bool _hasWarned;

    public History Fit(FitRequest request, CancellationToken cancellationToken)
    {
        Inputs x = request.X;
        Targets y = request.Y;
        if (request.BatchSize is { } size) DataChecks.RequireBatchSize(size);
        if (request.ValidationBatchSize is { } validationSize) DataChecks.RequireBatchSize(validationSize, "validationBatchSize");
        DataChecks.RequireEpochs(request.Epochs);
        DataChecks.RequireInitialEpoch(request.InitialEpoch);
        DataChecks.RequireSteps(request.StepsPerEpoch, "stepsPerEpoch");
        DataChecks.RequireSteps(request.ValidationSteps, "validationSteps");
        DataChecks.RequireVerbose(request.Verbose);
        DataChecks.RequireSameCount(x, y);
        if (request is { ClassWeight: not null, SampleWeight: not null })
            throw new ArgumentException("Class weights and sample weights can't be given together; multiply them and give sample weights.");
        (int trainCount, int heldOut) = request.ValidationData is null ? DataChecks.Split(x.Samples, request.ValidationSplit) : (x.Samples, 0);
        int batchSize = Math.Min(request.BatchSize ?? DataChecks.BatchSize(trainCount, request.StepsPerEpoch), trainCount);
        var rows = new TrainingRows(trainCount, batchSize, request.StepsPerEpoch, request.Shuffle ? model.Seed : null);

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
            model, request.Callbacks, new FitParameters(request.Epochs, rows.Steps, request.Verbose));
        var means = new RunningMeans(state, session, y, outputs);
        model.StopTraining = false;
        int firstEpoch = callbacks.TrainBegin() ?? request.InitialEpoch;
        IReadOnlyDictionary<string, double> lastLogs = new Dictionary<string, double>();
        try
        {
            for (int epoch = firstEpoch; epoch < request.Epochs && !model.StopTraining; epoch++)
            {
                callbacks.EpochBegin(epoch);
                double seconds = TrainEpoch(session, request with { Y = y }, rows, epoch, means, callbacks, cancellationToken);
                Dictionary<string, double> logs = means.Logs();
                double validationSeconds = request.ValidationFreq.Contains(epoch) ? validation?.AddTo(logs, state, callbacks) ?? 0 : 0;
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
        ModelSession session, FitRequest request, TrainingRows rows, int epoch, RunningMeans means,
        CallbackList callbacks, CancellationToken cancellationToken)
    {
        rows.BeginEpoch(state.Epochs);
        means.Reset();
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < rows.Steps && !model.StopTraining; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.AreUsedUp)
            {
                WarnOfShortEpoch(epoch, step, rows);
                break;
            }

            callbacks.TrainBatchBegin(step);
            ReadOnlyMemory<int> batch = rows.Next();
            session.Train(request.X, request.Y, batch, state.Epochs, step);
            double loss = means.Add(batch.Span);
            bool isFinite = double.IsFinite(loss);
            if (isFinite) state.Update(model.Width, session.Gradients!);
            callbacks.TrainBatchEnd(step, means);
            if (!isFinite && !model.StopTraining) throw new NonFiniteLossException(loss, epoch, step);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Once per fit, as Python warns.</summary>
    private void WarnOfShortEpoch(int epoch, int steps, TrainingRows rows)
    {
        if (_hasWarned) return;
        _hasWarned = true;
        Console.Error.WriteLine(
            $"The data ran out in epoch {epoch + 1} after {steps} of {rows.Steps} steps; the epoch ends there and the next begins a new pass over the data. "
            + $"A pass has {rows.StepsPerPass} batches: choose a stepsPerEpoch that divides this.");
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

        int[] rows = heldOut > 0 ? DataChecks.Rows(heldOut, trainCount) : DataChecks.Rows(x.Samples);
        int batchSize = Math.Min(request.ValidationBatchSize ?? request.BatchSize ?? DataChecks.BatchSize(rows.Length, request.ValidationSteps), rows.Length);
        if (request.ValidationSteps is { } steps && (long)steps * batchSize < rows.Length) Array.Resize(ref rows, steps * batchSize);
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
