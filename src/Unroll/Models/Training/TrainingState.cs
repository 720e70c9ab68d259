using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Execution;
using Unroll.Optimizers;

namespace Unroll.Models.Training;

/// <summary>What compiling a model adds to it: optimizer with its slots, loss, metrics, and the count of steps and epochs.</summary>
internal sealed class TrainingState(Optimizer optimizer, Loss loss, IReadOnlyList<string> metrics)
{
    private readonly Dictionary<Parameter, Block[]> _slots = [];

    public Optimizer Optimizer { get; } = optimizer;

    public Loss Loss { get; } = loss;

    public IReadOnlyList<string> Metrics { get; } = metrics;

    /// <summary>Training steps so far.</summary>
    public long Iterations { get; private set; }

    /// <summary>Epochs so far over all fits: the key of their random numbers, so that two fits of 5 equal one of 10.</summary>
    public int Epochs { get; set; }

    /// <summary>True once the optimizer has its slots.</summary>
    public bool IsOptimizerBuilt => _slots.Count > 0;

    public void BuildOptimizer(IEnumerable<Parameter> parameters, Arena arena)
    {
        if (IsOptimizerBuilt) return;
        foreach (Parameter parameter in parameters)
            _slots.Add(parameter, [.. Enumerable.Range(0, Optimizer.SlotCount).Select(_ => arena.Allocate(parameter.PaddedCount))]);
    }

    public void Update(VectorWidth width, GradientStore gradients)
    {
        Iterations++;
        foreach ((Parameter parameter, Block[] slots) in _slots)
            Optimizer.Update(width, Iterations, parameter.Value, gradients.Total(parameter), slots);
    }
}
