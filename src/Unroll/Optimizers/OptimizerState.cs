using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;

namespace Unroll.Optimizers;

/// <summary>
/// An optimizer at work on some weights: its arrays and the count of its steps. One step is, in Keras' order: the mean of
/// several gradients, clipping, decay, the rule, averages, constraints.
/// </summary>
internal sealed class OptimizerState(Optimizer optimizer)
{
    private readonly WeightAverages? _averages = optimizer.UseEma ? new WeightAverages(optimizer) : null;
    private readonly Dictionary<Parameter, LaggingRows> _lagging = []; // tables that are updated by rows
    private OptimizedWeight[] _weights = [];
    private Parameter[] _parameters = [];

    public Optimizer Optimizer { get; private set; } = optimizer;

    /// <summary>Calls of <see cref="Update"/> so far; each is a step unless gradients are summed up.</summary>
    public long Calls { get; set; }

    /// <summary>Steps so far: Keras' <c>iterations</c>.</summary>
    public long Steps => Calls / Optimizer.CallsPerStep;

    /// <summary>True once the optimizer has its arrays.</summary>
    public bool IsBuilt => _weights.Length > 0;

    /// <summary>The weights that the optimizer changes; empty before it has its arrays.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// The arrays in the order of Keras' files, behind the step counter and the learning rate: averages, sums of gradients,
    /// slots. Empty before the first step.
    /// </summary>
    public IEnumerable<OptimizerVariable> Variables => [.. Leading(), .. InSteps(Optimizer.InterleavedSlots)];

    /// <summary>The same in the order of older files: all first slots, all second slots.</summary>
    public IEnumerable<OptimizerVariable> VariablesBySlot => [.. Leading(), .. InSteps(0)];

    /// <summary>Variables as Keras counts them: arrays, the step counter, the learning rate unless it follows a schedule, numbers of the rule's own.</summary>
    public long VariableCount => Variables.Sum(variable => (long)variable.Form.Count) + Optimizer.Scalars(1).Count + (Optimizer.Schedule is null ? 2 : 1);

    /// <summary>The learning rate of the next call, float32 like Keras' variable.</summary>
    /// <exception cref="InvalidOperationException">Set although the optimizer follows a schedule.</exception>
    public double LearningRate
    {
        get => (float)Optimizer.RateOfCall(Calls + 1);
        set
        {
            if (Optimizer.Schedule is { } schedule)
                throw new InvalidOperationException($"The learning rate follows {schedule.GetType().Name} and can't be set; compile with a number to change it.");
            CatchUp(); // rows that were put off belong to the rate as it was
            Optimizer = Optimizer.WithLearningRate(value);
        }
    }

    /// <summary>Gives the optimizer its arrays, if it has none yet.</summary>
    /// <param name="parameters">The weights that it changes.</param>
    /// <param name="arena">Memory that lives as long as the weights.</param>
    /// <exception cref="InvalidOperationException">The optimizer was made for other weights.</exception>
    public void Build(IReadOnlyCollection<Parameter> parameters, Arena arena)
    {
        if (IsBuilt)
        {
            if (_parameters.SequenceEqual(parameters)) return;
            throw new InvalidOperationException("The layers that train are not those that the optimizer was made for. Call Compile() again after a change of Trainable.");
        }

        _parameters = [.. parameters];
        _weights = [.. parameters.Select(parameter => new OptimizedWeight(Optimizer, parameter, arena))];
        long scratch = _weights.Select(weight => Optimizer.ScratchOf(weight.Form)).DefaultIfEmpty().Max();
        Block shared = arena.Allocate(scratch);
        foreach (OptimizedWeight weight in _weights)
        {
            if (weight.Slots.Length > weight.Forms.Count) weight.Slots[^1] = shared;
            _averages?.Add(weight.Parameter, arena);
        }
    }

    public void Update(VectorWidth width, GradientStore gradients)
    {
        long step = Calls / Optimizer.CallsPerStep + 1; // the one that this call makes or leads to
        Calls++;
        if (!Optimizer.Accumulates)
        {
            foreach (OptimizedWeight weight in _weights) weight.Gradient = gradients.Total(weight.Parameter);
            Step(width, step, gradients);
        }
        else
        {
            foreach (OptimizedWeight weight in _weights) UpdateKernels.Blend(width, weight.Sum, 1, gradients.Total(weight.Parameter), 1);
            if (Calls % Optimizer.CallsPerStep == 0) StepByMeans(width, step, gradients);
        }

        _averages?.Update(width, step);
        foreach (OptimizedWeight weight in _weights)
        {
            Parameter parameter = weight.Parameter;
            parameter.Constraint?.Apply(parameter.Value.Slice(0, parameter.Count).Span, parameter.Sizes);
        }
    }

    /// <summary>
    /// Brings rows that were not used of late up to date, the optimizer's arrays included; to be called when a fit ends
    /// and before anybody reads those. Weights alone need no call: reading them catches up.
    /// </summary>
    public void CatchUp()
    {
        foreach (LaggingRows rows in _lagging.Values) rows.End();
        _lagging.Clear();
    }

    /// <summary>Puts the averages in the weights' place; to be called when a fit has come to its end.</summary>
    public void Finish() => _averages?.Finish();

    /// <summary>True while averages and weights have changed places; to be set after reading a file that was written then.</summary>
    public bool AreAveragesInPlace
    {
        get => _averages is { AreInPlace: true };
        set => _ = _averages is null ? value : _averages.AreInPlace = value;
    }

    /// <summary>Lets averages and weights change places, for validation with the averages, or back.</summary>
    /// <param name="averages">True: the averages shall be in the weights' place.</param>
    public void UseAverages(bool averages) => _averages?.Use(averages);

    private void StepByMeans(VectorWidth width, long step, GradientStore gradients)
    {
        foreach (OptimizedWeight weight in _weights)
        {
            weight.Gradient = weight.Sum;
            UpdateKernels.Blend(width, weight.Sum, (float)(1.0 / Optimizer.CallsPerStep), default, 0);
        }

        Step(width, step, gradients);
        foreach (OptimizedWeight weight in _weights) weight.Sum.Clear();
    }

    private void Step(VectorWidth width, long step, GradientStore gradients)
    {
        GradientClipping.Apply(Optimizer, width, _weights);
        foreach (OptimizedWeight weight in _weights)
        {
            Parameter parameter = weight.Parameter;
            if (weight.Decay is { } decay) UpdateKernels.Decay(width, parameter.Value, (float)(decay * Optimizer.RateAt(step)));
            if (weight.LeavesRowsAlone && parameter.IsFree && gradients.UsedRows(parameter) is { } used)
                Lagging(weight, width, used.Width).Update(weight.Gradient, used.Rows.Span);
            else
                Optimizer.Update(width, step, weight);
        }
    }

    private LaggingRows Lagging(OptimizedWeight weight, VectorWidth width, int rowWidth)
    {
        if (_lagging.TryGetValue(weight.Parameter, out LaggingRows? known)) return known;
        var rows = new LaggingRows(Optimizer, weight.Parameter, weight.Slots, width, rowWidth);
        rows.Start(Calls - 1);
        _lagging.Add(weight.Parameter, rows);
        return rows;
    }

    private IEnumerable<OptimizerVariable> Leading()
    {
        CatchUp();
        if (_averages is not null)
            foreach (OptimizedWeight weight in _weights) yield return new OptimizerVariable(new SlotForm(weight.Form.Shape), _averages[weight.Parameter]);
        if (Optimizer.Accumulates)
            foreach (OptimizedWeight weight in _weights) yield return new OptimizerVariable(new SlotForm(weight.Form.Shape), weight.Sum);
    }

    /// <summary>The first slots weight after weight, then of each further slot all weights.</summary>
    private IEnumerable<OptimizerVariable> InSteps(int interleaved)
    {
        foreach (OptimizedWeight weight in _weights)
            for (int i = 0; i < Math.Min(interleaved, weight.Forms.Count); i++) yield return new OptimizerVariable(weight.Forms[i], weight.Slots[i]);
        for (int i = interleaved; i < Optimizer.SlotCount; i++)
            foreach (OptimizedWeight weight in _weights.Where(weight => i < weight.Forms.Count)) yield return new OptimizerVariable(weight.Forms[i], weight.Slots[i]);
    }
}
