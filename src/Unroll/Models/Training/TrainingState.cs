using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Optimizers;

namespace Unroll.Models.Training;

/// <summary>What compiling a model adds to it: optimizer with its slots, loss, metrics, and the count of steps and epochs.</summary>
internal sealed class TrainingState(Optimizer optimizer, CompiledLoss loss, CompiledMetrics metrics)
{
    private readonly Dictionary<Parameter, Block[]> _slots = [];
    private readonly WeightAverages? _averages = optimizer.UseEma ? new WeightAverages(optimizer) : null;

    private readonly Dictionary<Parameter, LaggingRows> _lagging = []; // tables that are updated by rows

    public Optimizer Optimizer { get; private set; } = optimizer;

    public CompiledLoss Loss { get; } = loss;

    public CompiledMetrics Metrics { get; } = metrics;

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
            CatchUp();
            if (_averages is not null)
                foreach (Parameter parameter in _slots.Keys) yield return (parameter, _averages[parameter]);
            int interleaved = Optimizer.InterleavedSlots;
            foreach ((Parameter parameter, Block[] slots) in _slots)
                foreach (Block slot in slots.AsSpan(0, Math.Min(interleaved, slots.Length)).ToArray()) yield return (parameter, slot);
            for (int i = interleaved; i < Optimizer.SlotCount; i++)
                foreach ((Parameter parameter, Block[] slots) in _slots) yield return (parameter, slots[i]);
        }
    }

    /// <summary>The weights that the optimizer changes; empty before it has its slots.</summary>
    public IReadOnlyCollection<Parameter> TrainedParameters => _slots.Keys;

    /// <summary>The same in the order of older files: averages, then all first slots, all second slots.</summary>
    public IEnumerable<(Parameter Parameter, Block Value)> OptimizerVariablesBySlot
    {
        get
        {
            CatchUp();
            if (_averages is not null)
                foreach (Parameter parameter in _slots.Keys) yield return (parameter, _averages[parameter]);
            for (int i = 0; i < Optimizer.SlotCount; i++)
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

    /// <summary>Gives the optimizer its slots, if it has none yet.</summary>
    /// <param name="parameters">The weights that training changes.</param>
    /// <param name="arena">The model's memory.</param>
    /// <exception cref="InvalidOperationException">The optimizer was made for other weights.</exception>
    public void BuildOptimizer(IReadOnlyCollection<Parameter> parameters, Arena arena)
    {
        if (IsOptimizerBuilt)
        {
            if (_slots.Keys.SequenceEqual(parameters)) return;
            throw new InvalidOperationException("The layers that train are not those that the optimizer was made for. Call Compile() again after a change of Trainable.");
        }

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
            if (parameter.IsFree && Optimizer.LeavesRowsAlone(parameter.Count) && gradients.UsedRows(parameter) is { } used)
                Lagging(parameter, width, used.Width).Update(gradient, used.Rows.Span);
            else
                Optimizer.Update(width, Iterations, parameter, gradient, slots);
        }

        _averages?.Update(width, Iterations);
        foreach (Parameter parameter in _slots.Keys)
            parameter.Constraint?.Apply(parameter.Value.Slice(0, parameter.Count).Span, parameter.Sizes);
    }

    /// <summary>
    /// Brings rows that were not used of late up to date, the optimizer's state included; to be called when a fit ends
    /// and before anybody reads that state. Weights alone need no call: reading them catches up.
    /// </summary>
    public void CatchUp()
    {
        foreach (LaggingRows rows in _lagging.Values) rows.End();
        _lagging.Clear();
    }

    /// <summary>Puts the averages in the weights' place; to be called when a fit has come to its end.</summary>
    public void Finish() => _averages?.Finish();

    /// <summary>Lets averages and weights change places, for validation with the averages, or back.</summary>
    /// <param name="averages">True: the averages shall be in the weights' place.</param>
    public void UseAverages(bool averages) => _averages?.Use(averages);

    private LaggingRows Lagging(Parameter parameter, VectorWidth width, int rowWidth)
    {
        if (_lagging.TryGetValue(parameter, out LaggingRows? known)) return known;
        var rows = new LaggingRows(Optimizer, parameter, _slots[parameter], width, rowWidth);
        rows.Start(Iterations - 1);
        _lagging.Add(parameter, rows);
        return rows;
    }
}
