using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Execution;
using Unroll.Optimizers;

namespace Unroll.Models.Training;

/// <summary>What compiling a model adds to it: optimizer with its slots, loss, metrics, and the count of steps and epochs.</summary>
internal sealed class TrainingState(Optimizer optimizer, Loss loss, IReadOnlyList<string> metrics)
{
    private readonly Dictionary<Parameter, Block[]> _slots = [];
    private readonly WeightAverages? _averages = optimizer.UseEma ? new WeightAverages(optimizer) : null;

    // Tables that are updated by rows: for every row, the step up to which the optimizer's state is.
    private readonly Dictionary<Parameter, long[]> _lastSteps = [];

    public Optimizer Optimizer { get; private set; } = optimizer;

    public Loss Loss { get; } = loss;

    public IReadOnlyList<string> Metrics { get; } = metrics;

    /// <summary>Training steps so far.</summary>
    public long Iterations { get; set; }

    /// <summary>Epochs so far over all fits: the key of their random numbers, so that two fits of 5 equal one of 10.</summary>
    public int Epochs { get; set; }

    /// <summary>True once the optimizer has its slots.</summary>
    public bool IsOptimizerBuilt => _slots.Count > 0;

    /// <summary>
    /// The optimizer's arrays in the order of Keras' files, behind the step counter and the learning rate: averages, then
    /// slots. Empty before the first fit.
    /// </summary>
    public IEnumerable<(Parameter Parameter, Block Value)> OptimizerVariables
    {
        get
        {
            if (_averages is not null)
                foreach (Parameter parameter in _slots.Keys) yield return (parameter, _averages[parameter]);
            int interleaved = Optimizer.InterleavedSlots;
            foreach ((Parameter parameter, Block[] slots) in _slots)
                foreach (Block slot in slots.AsSpan(0, Math.Min(interleaved, slots.Length)).ToArray()) yield return (parameter, slot);
            for (int i = interleaved; i < Optimizer.SlotCount; i++)
                foreach ((Parameter parameter, Block[] slots) in _slots) yield return (parameter, slots[i]);
        }
    }

    /// <summary>The learning rate of the next step, float32 like Keras' variable.</summary>
    /// <exception cref="InvalidOperationException">Set although the optimizer follows a schedule.</exception>
    public double LearningRate
    {
        get => (float)Optimizer.RateAt(Iterations + 1);
        set
        {
            if (Optimizer.Schedule is { } schedule)
                throw new InvalidOperationException($"The learning rate follows {schedule.GetType().Name} and can't be set; compile with a number to change it.");
            CatchUp(); // rows that were put off belong to the rate as it was
            Optimizer = Optimizer.WithLearningRate(value);
        }
    }

    public void BuildOptimizer(IEnumerable<Parameter> parameters, Arena arena)
    {
        if (IsOptimizerBuilt) return;
        foreach (Parameter parameter in parameters)
        {
            Block[] slots = [.. Enumerable.Range(0, Optimizer.SlotCount).Select(_ => arena.Allocate(parameter.PaddedCount))];
            if (Optimizer.FirstSlotValue != 0)
                foreach (Block slot in slots) slot.Span.Fill((float)Optimizer.FirstSlotValue);
            _slots.Add(parameter, slots);
            _averages?.Add(parameter, arena);
        }
    }

    public void Update(VectorWidth width, GradientStore gradients)
    {
        Iterations++;
        GradientClipping.Apply(Optimizer, width, gradients, _slots.Keys);
        foreach ((Parameter parameter, Block[] slots) in _slots)
        {
            Block gradient = gradients.Total(parameter);
            if (Optimizer.WeightDecay is { } decay)
                UpdateKernels.Decay(width, parameter.Value, (float)(decay * Optimizer.RateAt(Iterations)));
            if (Optimizer.LeavesRowsAlone && gradients.UsedRows(parameter) is { } used)
                Optimizer.UpdateRows(width, Iterations, parameter.Value, gradient, slots, used.Rows.Span, used.Width, LastSteps(parameter, used.Width));
            else
                Optimizer.Update(width, Iterations, parameter.Value, gradient, slots);
        }

        _averages?.Update(width, Iterations);
    }

    /// <summary>Brings the optimizer's state of rows that were not used of late up to date; to be called when a fit ends.</summary>
    public void CatchUp()
    {
        foreach ((Parameter parameter, long[] lastSteps) in _lastSteps)
            Optimizer.CatchUp(Iterations, _slots[parameter], parameter.Count / lastSteps.Length, lastSteps);
        _lastSteps.Clear();
    }

    /// <summary>Puts the averages in the weights' place; to be called when a fit has come to its end.</summary>
    public void Finish() => _averages?.Overwrite();

    private long[] LastSteps(Parameter parameter, int width)
    {
        if (_lastSteps.TryGetValue(parameter, out long[]? known)) return known;
        var lastSteps = new long[parameter.Count / width];
        Array.Fill(lastSteps, Iterations - 1);
        _lastSteps.Add(parameter, lastSteps);
        return lastSteps;
    }
}
