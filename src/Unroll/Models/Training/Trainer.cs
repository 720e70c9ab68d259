using System.Diagnostics;
using Unroll.Execution;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Arguments of a fit that don't depend on where the data come from.</summary>
internal sealed record FitRun(
    int Epochs, int Verbose, IReadOnlyList<Callback>? Callbacks, int InitialEpoch, int? StepsPerEpoch, int? ValidationSteps,
    ValidationFrequency ValidationFreq, IReadOnlyDictionary<int, double>? ClassWeight);

/// <summary>A fit on arrays.</summary>
internal sealed record ArrayData(
    Inputs X, Targets Y, int? BatchSize, double ValidationSplit, (Inputs X, Targets Y)? ValidationData, bool Shuffle,
    SampleWeights? SampleWeight, SampleWeights? ValidationSampleWeight, int? ValidationBatchSize);

/// <summary>The training loop: order of the data, steps, validation, callbacks and history as Keras has them.</summary>
internal sealed class Trainer(Model model, TrainingState state)
{
    private bool _hasWarned;

    public History Fit(ArrayData data, FitRun run, CancellationToken cancellation)
    {
        if (data.BatchSize is { } size) DataChecks.RequireBatchSize(size);
        if (data.ValidationBatchSize is { } validationSize) DataChecks.RequireBatchSize(validationSize, "validationBatchSize");
        Require(run);
        DataChecks.RequireSameCount(data.X, data.Y);
        if (run.ClassWeight is not null && data.SampleWeight is not null)
            throw new ArgumentException("Class weights and sample weights can't be given together; multiply them and give sample weights.");
        (int count, int heldOut) = data.ValidationData is null ? DataChecks.Split(data.X.Samples, data.ValidationSplit) : (data.X.Samples, 0);
        int batchSize = Math.Min(data.BatchSize ?? DataChecks.BatchSize(count, run.StepsPerEpoch), count);
        var rows = new TrainingRows(count, batchSize, run.StepsPerEpoch, data.Shuffle ? model.Seed : null);

        using WorkerTeam team = NewTeam();
        using ModelSession session = model.NewSession(data.X, model.Execution, batchSize, state.Loss, training: true, team);
        InputChecks.RequireChoices(session.Plan);
        Targets y = TrainingData.Arrange(data.Y, model.OutputNames, state.Loss);
        TrainingData.Require(y, session, model.OutputNames);
        SampleWeights? weights = data.SampleWeight ?? ClassWeighting.Of(run.ClassWeight, y, session.Output, session.Scores[0].Loss);
        Targets weighted = TrainingData.Weigh(y, weights, session, model.OutputNames, "sampleWeight");
        using BatchFeed? validation = NewValidation(data with { Y = y }, count, heldOut, run.ValidationSteps, team);
        return Run(new ArrayFeed(session, data.X, weighted, rows), validation, run, cancellation);
    }

    public History Fit(BatchSource source, BatchSource? validationData, FitRun run, CancellationToken cancellation)
    {
        Require(run);
        using WorkerTeam team = NewTeam();
        using var feed = new SourceFeed(model, state, source, FeedUse.Train, run.StepsPerEpoch, run.ClassWeight, team, cancellation);
        using SourceFeed? validation = validationData is null ? null
            : new SourceFeed(model, state, validationData, FeedUse.Score, run.ValidationSteps, null, team, cancellation);
        return Run(feed, validation, run, cancellation);
    }

    private History Run(BatchFeed feed, BatchFeed? validation, FitRun run, CancellationToken cancellation)
    {
        model.BuildOptimizer();
        var history = new History();
        var callbacks = CallbackList.For(model, run.Callbacks, new FitParameters(run.Epochs, feed.Steps ?? 0, run.Verbose));
        LoadedBatch sample = feed.Sample;
        var means = new RunningMeans(state, sample.Session, sample.Y, model.OutputNames, feed.IsSteady);
        model.StopTraining = false;
        int firstEpoch = callbacks.TrainBegin() ?? run.InitialEpoch;
        foreach (EpochResult earlier in callbacks.EarlierEpochs) history.Add(earlier);
        IReadOnlyDictionary<string, double> lastLogs = history.Epochs.Count > 0 ? history.Epochs[^1].Logs : new Dictionary<string, double>();
        try
        {
            for (int epoch = firstEpoch; epoch < run.Epochs && !model.StopTraining; epoch++)
            {
                callbacks.EpochBegin(epoch);
                double seconds = TrainEpoch(feed, epoch, means, callbacks, cancellation);
                RequireFiniteWeights(epoch, isLast: epoch == run.Epochs - 1 || model.StopTraining);
                Dictionary<string, double> logs = means.Logs();
                double validationSeconds = validation is not null && run.ValidationFreq.Contains(epoch) ? Validate(validation, logs, callbacks, epoch) : 0;
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

    /// <summary>One epoch; returns its seconds.</summary>
    private double TrainEpoch(BatchFeed feed, int epoch, RunningMeans means, CallbackList callbacks, CancellationToken cancellation)
    {
        feed.BeginEpoch(state.Epochs);
        means.Reset();
        long start = Stopwatch.GetTimestamp();
        int step = 0;
        for (; !(step >= feed.Steps) && !model.StopTraining; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!feed.MoveNext())
            {
                if (feed.Steps is { } wanted) WarnOfShortEpoch(epoch, step, wanted, feed.StepsPerPass);
                break;
            }

            callbacks.TrainBatchBegin(step);
            LoadedBatch batch = feed.Current;
            means.Use(batch.Session, batch.Y);
            batch.Session.Train(batch.X, batch.Y, batch.Rows, state.Epochs, step);
            double loss = means.Add(batch.Rows.Span);
            bool isFinite = double.IsFinite(loss);
            if (isFinite) state.Update(model.Width, batch.Session.Gradients!);
            callbacks.TrainBatchEnd(step, means);
            if (!isFinite && !model.StopTraining) throw new NonFiniteLossException(loss, epoch, step);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (feed.Steps is null) callbacks.SetSteps(step);
        return seconds;
    }

    /// <summary>The last update is followed by no loss that would show what became of it. Rows that are put off are looked at in the end.</summary>
    private void RequireFiniteWeights(int epoch, bool isLast)
    {
        foreach (Parameter parameter in state.TrainedParameters)
        {
            Span<float> values = (isLast ? parameter.Value : parameter.Stored).Slice(0, parameter.Count).Span;
            int at = Finite.IndexOfOther(values);
            if (at < 0) continue;
            string layer = WeightPlaces.Paths(model.Layers).FirstOrDefault(place => place.Parameter == parameter).Layer?.Name ?? model.Name;
            throw NonFiniteLossException.OfWeight($"'{parameter.Name}' of '{layer}'", values[at], epoch);
        }
    }

    /// <summary>Adds <c>val_</c> values and returns the seconds it took.</summary>
    private double Validate(BatchFeed validation, Dictionary<string, double> logs, CallbackList callbacks, int epoch)
    {
        long start = Stopwatch.GetTimestamp();
        foreach ((string name, double value) in Evaluator.Evaluate(validation, state, callbacks, model.OutputNames)) logs["val_" + name] = value;
        if (!double.IsFinite(logs["val_loss"]) && !model.StopTraining) throw NonFiniteLossException.OfValidation(logs["val_loss"], epoch);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Once per fit, as Python warns.</summary>
    private void WarnOfShortEpoch(int epoch, int steps, int wanted, int? stepsPerPass)
    {
        if (_hasWarned) return;
        _hasWarned = true;
        string pass = stepsPerPass is { } known ? $" A pass has {known} batches: choose a stepsPerEpoch that divides this." : "";
        Console.Error.WriteLine(
            $"The data ran out in epoch {epoch + 1} after {steps} of {wanted} steps; the epoch ends there and the next begins a new pass over the data.{pass}");
    }

    private void Require(FitRun run)
    {
        DataChecks.RequireEpochs(run.Epochs);
        DataChecks.RequireInitialEpoch(run.InitialEpoch);
        DataChecks.RequireSteps(run.StepsPerEpoch, "stepsPerEpoch");
        DataChecks.RequireSteps(run.ValidationSteps, "validationSteps");
        DataChecks.RequireVerbose(run.Verbose);
        if (run.ClassWeight is not null && model.Graph?.Outputs.Count > 1)
            throw new ArgumentException("`class_weight` is only supported for Models with a single output.");
    }

    private WorkerTeam NewTeam() => new(Math.Min(model.Threads, WorkerTeam.Most));

    private ArrayFeed? NewValidation(ArrayData data, int trainCount, int heldOut, int? steps, WorkerTeam team)
    {
        (Inputs x, Targets y) = data.ValidationData ?? (data.X, data.Y);
        if (data.ValidationData is null && heldOut == 0) return null;
        if (data.ValidationData is not null)
        {
            x = model.CheckInputs(x);
            DataChecks.RequireSameCount(x, y);
            y = TrainingData.Arrange(y, model.OutputNames, state.Loss);
        }

        (int start, int count) = heldOut > 0 ? (trainCount, heldOut) : (0, x.Samples);
        int batchSize = Math.Min(data.ValidationBatchSize ?? data.BatchSize ?? DataChecks.BatchSize(count, steps), count);
        var rows = new TrainingRows(DataChecks.FirstRows(count, batchSize, steps), batchSize, null, null, start);
        ModelSession session = model.NewSession(x, model.Execution, batchSize, state.Loss, training: false, team);
        try
        {
            TrainingData.Require(y, session, model.OutputNames);
            SampleWeights? weights = heldOut > 0 ? data.SampleWeight : data.ValidationSampleWeight; // class weights are for training alone
            y = TrainingData.Weigh(y, weights, session, model.OutputNames, heldOut > 0 ? "sampleWeight" : "validationSampleWeight");
            return new ArrayFeed(session, x, y, rows);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
