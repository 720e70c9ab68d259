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

    // Tables that are updated by rows: for every row, the step up to which the optimizer's state is.
    private readonly Dictionary<Parameter, long[]> _lastSteps = [];

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
        {
            Block gradient = gradients.Total(parameter);
            if (Optimizer.CanUpdateRows && gradients.UsedRows(parameter) is { } used)
                Optimizer.UpdateRows(width, Iterations, parameter.Value, gradient, slots, used.Rows.Span, used.Width, LastSteps(parameter, used.Width));
            else
                Optimizer.Update(width, Iterations, parameter.Value, gradient, slots);
        }
    }

    /// <summary>Brings the optimizer's state of rows that were not used of late up to date; to be called when a fit ends.</summary>
    public void CatchUp()
    {
        foreach ((Parameter parameter, long[] lastSteps) in _lastSteps)
            Optimizer.CatchUp(Iterations, _slots[parameter], parameter.Count / lastSteps.Length, lastSteps);
        _lastSteps.Clear();
    }

    private long[] LastSteps(Parameter parameter, int width)
    {
        if (_lastSteps.TryGetValue(parameter, out long[]? known)) return known;
        var lastSteps = new long[parameter.Count / width];
        Array.Fill(lastSteps, Iterations - 1);
        _lastSteps.Add(parameter, lastSteps);
        return lastSteps;
    }
}
