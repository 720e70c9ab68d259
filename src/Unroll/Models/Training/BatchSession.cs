using System.Diagnostics;
using Unroll.Execution;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>What single training steps keep from one to the next: programs and buffers for batches of one size.</summary>
internal sealed class BatchSession
{
    private readonly Model _model;
    private readonly TrainingState _state;
    private readonly ModelSession _session;
    private readonly GraphPlan _plan;
    private readonly int _rows;

    public BatchSession(Model model, Inputs x, TrainingState state)
    {
        (_model, _state, _rows) = (model, state, x.Samples);
        _session = model.NewSession(x, model.Execution with { Threads = 1 }, x.Samples, state.Loss, training: true); // threads would wait between steps
        _plan = _session.Plan;
        InputChecks.RequireChoices(_plan);
    }

    /// <summary>True for batches of the same shape and at most as many rows.</summary>
    public bool Fits(Inputs x) => x.Samples <= _rows && LaneShape.OfSamples(x).Select((shape, i) => shape.Dimensions.SequenceEqual(_plan.Tensors[_plan.Inputs[i]].Dimensions)).All(fits => fits);

    /// <summary>One step.</summary>
    public Evaluation Train(Inputs x, Targets y, SampleWeights? sampleWeight, IReadOnlyDictionary<int, double>? classWeight)
    {
        long start = Stopwatch.GetTimestamp();
        DataChecks.RequireSameCount(x, y);
        y = TrainingData.Arrange(y, _model.OutputNames, _state.Loss);
        TrainingData.Require(y, _session, _model.OutputNames);
        y = TrainingData.Weigh(
            y, sampleWeight ?? ClassWeighting.Of(classWeight, y, _session.Output, _session.Scores[0].Loss), _session, _model.OutputNames, nameof(sampleWeight));
        _model.BuildOptimizer();
        int[] rows = DataChecks.Rows(x.Samples);
        var means = new RunningMeans(_state, _session, y, _model.OutputNames);
        int step = (int)(_state.Iterations & int.MaxValue);
        _session.Train(x, y, rows, _state.Epochs, step);
        double loss = means.Add(rows);
        if (!double.IsFinite(loss)) throw new NonFiniteLossException(loss, _state.Epochs, step);
        _state.Update(_model.Width, _session.Gradients!);
        _state.CatchUp();
        Dictionary<string, double> logs = means.Logs();
        return new Evaluation(logs, _state.EvaluationOrder(logs.Keys, _model.OutputNames), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
