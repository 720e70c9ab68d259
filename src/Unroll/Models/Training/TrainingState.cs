using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Optimizers;

namespace Unroll.Models.Training;

/// <summary>What compiling a model adds to it: optimizer with its slots, loss, metrics, and the count of steps and epochs.</summary>
internal sealed class TrainingState(Optimizer optimizer, CompiledLoss loss, CompiledMetrics metrics)
{
    private readonly OptimizerState _state = new(optimizer);

    public Optimizer Optimizer => _state.Optimizer;

    public CompiledLoss Loss { get; } = loss;

    public CompiledMetrics Metrics { get; } = metrics;

    /// <summary>Training steps so far; where gradients of several are summed up, each of them counts.</summary>
    public long Iterations
    {
        get => _state.Calls;
        set => _state.Calls = value;
    }

    /// <summary>Updates of the weights so far: Keras' <c>optimizer.iterations</c>.</summary>
    public long Updates => _state.Steps;

    /// <summary>Epochs so far over all fits: the key of their random numbers, so that two fits of 5 equal one of 10.</summary>
    public int Epochs { get; set; }

    /// <summary>True once the optimizer has its slots.</summary>
    public bool IsOptimizerBuilt => _state.IsBuilt;

    /// <inheritdoc cref="OptimizerState.Variables"/>
    public IEnumerable<OptimizerVariable> OptimizerVariables => _state.Variables;

    /// <inheritdoc cref="OptimizerState.VariablesBySlot"/>
    public IEnumerable<OptimizerVariable> OptimizerVariablesBySlot => _state.VariablesBySlot;

    /// <inheritdoc cref="OptimizerState.VariableCount"/>
    public long OptimizerVariableCount => _state.VariableCount;

    /// <inheritdoc cref="OptimizerState.Parameters"/>
    public IReadOnlyList<Parameter> TrainedParameters => _state.Parameters;

    /// <inheritdoc cref="OptimizerState.LearningRate"/>
    public double LearningRate
    {
        get => _state.LearningRate;
        set => _state.LearningRate = value;
    }

    /// <summary>Finds the losses and metrics of the outputs, once those are known.</summary>
    /// <exception cref="ArgumentException">Names or numbers don't fit.</exception>
    public void Settle(OutputNames outputs)
    {
        Loss.Settle(outputs);
        Metrics.Settle(outputs);
    }

    /// <summary>The names of logs in the order in which Keras' <c>evaluate</c> lists them.</summary>
    public IReadOnlyList<string> EvaluationOrder(IEnumerable<string> logs, OutputNames outputs)
    {
        string[] known = [.. logs];
        var order = new List<string> { "loss" };
        if (outputs.Count == 1) order.AddRange(Metrics.All.Select(entry => entry.Metric.Name).Where(known.Contains).Distinct());
        order.AddRange(outputs.All.Where((_, output) => Loss.Of(output) is not null).Select(name => name + "_loss").Where(known.Contains));
        order.AddRange(known.Except(order).Order(StringComparer.Ordinal));
        return order;
    }

    /// <summary>The names of logs, in that order, before there are any.</summary>
    public IReadOnlyList<string> LogNames(OutputNames outputs)
    {
        string[] losses = Loss.Count > 1 ? [.. outputs.All.Where((_, output) => Loss.Of(output) is not null).Select(name => name + "_loss")] : [];
        return EvaluationOrder(["loss", .. losses, .. Metrics.All.Select(entry => entry.Name)], outputs);
    }

    /// <inheritdoc cref="OptimizerState.Build"/>
    public void BuildOptimizer(IReadOnlyCollection<Parameter> parameters, Arena arena) => _state.Build(parameters, arena);

    public void Update(VectorWidth width, GradientStore gradients) => _state.Update(width, gradients);

    /// <inheritdoc cref="OptimizerState.CatchUp"/>
    public void CatchUp() => _state.CatchUp();

    /// <inheritdoc cref="OptimizerState.Finish"/>
    public void Finish() => _state.Finish();

    /// <inheritdoc cref="OptimizerState.AreAveragesInPlace"/>
    public bool AreAveragesInPlace
    {
        get => _state.AreAveragesInPlace;
        set => _state.AreAveragesInPlace = value;
    }

    /// <inheritdoc cref="OptimizerState.UseAverages"/>
    public void UseAverages(bool averages) => _state.UseAverages(averages);
}
