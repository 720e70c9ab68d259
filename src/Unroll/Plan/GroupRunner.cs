using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Plan;

/// <summary>Takes one group of rows at a time through all calls, in buffers of its own.</summary>
internal sealed partial class GroupRunner
{
    private readonly LayerProgram[] _programs;
    private readonly Frame[] _frames;
    private readonly LaneTensor[] _inputs, _outputs;
    private readonly bool[] _runsBackward;
    private readonly LaneTensor[][] _further; // for each call its inputs whose gradient is added to another's
    private readonly LaneTensor[] _furtherOutputs;
    private readonly LaneTensor?[] _maskSources; // for each call the tensor whose mask its output carries, if it is not the layer's to say
    private readonly ActivityPenalty?[] _activities;
    private readonly (Block Values, Block Gradient)[] _activityScratch;

    /// <param name="plan">The calls.</param>
    /// <param name="programs">What runs them.</param>
    /// <param name="flow">Where gradients flow; null in inference.</param>
    /// <param name="inputs">Data of the shape to come.</param>
    /// <param name="floats">For each of the model's inputs whether a call reads it as real values.</param>
    /// <param name="activities">For each call what its output adds to the loss.</param>
    /// <param name="arena">Memory.</param>
    public GroupRunner(
        GraphPlan plan, LayerProgram[] programs, GradientFlow? flow, Inputs inputs, IReadOnlyList<bool> floats, ActivityPenalty?[] activities, Arena arena)
    {
        (_programs, _activities) = (programs, activities);
        _activityScratch = [.. activities.Select(activity => activity?.CreateScratch(arena) ?? default)];
        var tensors = new LaneTensor[plan.Tensors.Count];
        for (int i = 0; i < plan.Inputs.Count; i++)
        {
            LaneShape shape = plan.Tensors[plan.Inputs[i]];
            tensors[plan.Inputs[i]] = new LaneTensor(shape)
            {
                Ids = inputs.HasIds(i) ? new int[BatchGroup.MaxLanes * shape.Size] : [],
                Value = floats[i] ? arena.Allocate(LaneTensor.SizeOf(shape)) : default,
            };
        }

        _frames = new Frame[programs.Length];
        for (int c = 0; c < programs.Length; c++)
        {
            _frames[c] = programs[c].CreateFrame(arena);
            for (int i = 0; i < plan.Calls[c].Outputs.Count; i++) tensors[plan.Calls[c].Outputs[i]] = _frames[c].Outputs[i];
        }

        // Backwards the first reader of a tensor sets its gradient, and what further readers give is added.
        var isSet = new HashSet<int>();
        _runsBackward = flow?.RunsBackward ?? new bool[programs.Length];
        _outputs = [.. plan.Outputs.Select((output, i) => Reader(output, asks: flow is not null && flow.IsScored[i] && flow.HasGradient[output]))];
        _further = new LaneTensor[programs.Length][];
        for (int c = programs.Length - 1; c >= 0; c--)
        {
            PlannedCall call = plan.Calls[c];
            LaneTensor[] read = [.. call.Inputs.Select(input => Reader(input, asks: _runsBackward[c] && flow!.HasGradient[input]))];
            _frames[c].Bind(read, arena);
            _further[c] = [.. read.Where((tensor, i) => tensor != tensors[call.Inputs[i]])];
        }

        _maskSources = [.. plan.Calls.Select(call => call.MaskSource is { } source ? tensors[source] : null)];
        _furtherOutputs = [.. _outputs.Where((tensor, i) => tensor != tensors[plan.Outputs[i]])];
        _inputs = [.. plan.Inputs.Select(input => tensors[input])];

        LaneTensor Reader(int tensor, bool asks) => !asks || isSet.Add(tensor) ? tensors[tensor] : tensors[tensor].ForFurtherReader(arena);
    }

    public BatchGroup Group { get; } = new();

    /// <summary>The calls at work.</summary>
    public IReadOnlyList<Frame> Frames => _frames;

    /// <summary>Takes rows order[start] … of the data as the group's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load(Inputs inputs, ReadOnlySpan<int> order, int firstRow, int rows, int lanes)
    {
        Group.FirstRow = firstRow;
        Group.Rows = rows;
        Group.Lanes = lanes;
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Ids is { Length: > 0 } ids) LoadIds(inputs.Ids(i), ids, _inputs[i].Shape.Size, order, rows, lanes);
            if (_inputs[i].Value.IsEmpty) continue;
            if (inputs.HasIds(i)) LoadIdsAsValues(_inputs[i], lanes);
            else LoadValues(inputs.Values(i), _inputs[i], order, rows, lanes);
        }
    }

    /// <summary>Runs some of the calls.</summary>
    public void Forward(int first, int end)
    {
        for (int c = first; c < end; c++)
        {
            _programs[c].Forward(_frames[c], Group);
            if (_maskSources[c] is { } source) _frames[c].Output.Mask = source.Shape.Steps == _frames[c].Output.Shape.Steps ? source.Mask : default;
            _activities[c]?.Record(_frames[c].Output, Group, _activityScratch[c].Values);
        }
    }

    /// <summary>Before the first call runs backwards: puts together the gradients of losses that look at one tensor.</summary>
    public void BeginBackward()
    {
        foreach (LaneTensor further in _furtherOutputs) further.AddToSource(Group.Lanes);
    }

    /// <summary>Runs some of the calls backwards.</summary>
    public void Backward(int first, int end)
    {
        for (int c = end - 1; c >= first; c--)
        {
            if (!_runsBackward[c]) continue;
            AddActivityGradient(c);
            _programs[c].Backward(_frames[c], Group);
            foreach (LaneTensor further in _further[c]) further.AddToSource(Group.Lanes);
        }
    }

    /// <summary>Adds what the output of a call adds to the loss, once all readers have given their gradients.</summary>
    public void AddActivityGradient(int call)
    {
        if (_activities[call] is { } activity && !_frames[call].Output.Gradient.IsEmpty)
            activity.AddGradient(_frames[call].Output, Group, _activityScratch[call].Values, _activityScratch[call].Gradient);
    }

    /// <summary>Adds the gradients of a call whose order of summation crosses groups.</summary>
    public void AddSharedGradients(int call)
    {
        if (_runsBackward[call]) _programs[call].AddSharedGradients(_frames[call], Group);
    }

    /// <summary>Copies an output of the group's rows, row-major.</summary>
    public void CopyOutput(int index, Span<float> target)
    {
        LaneTensor tensor = _outputs[index];
        ReadOnlySpan<float> output = tensor.Value.Span;
        int units = tensor.Shape.Features, size = tensor.Shape.Size, stride = RecurrentSequence.Stride(units, Group.Lanes);
        for (int row = 0; row < Group.Rows; row++)
        {
            for (int t = 0; t < tensor.Shape.Steps; t++)
            {
                for (int j = 0; j < units; j++)
                    target[row * size + t * units + j] = output[t * stride + j * Group.Lanes + row];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadIds(int[] data, int[] ids, int size, ReadOnlySpan<int> order, int rows, int lanes)
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            Span<int> target = ids.AsSpan(lane * size, size);
            if (lane < rows) data.AsSpan(order[lane] * size, size).CopyTo(target);
            else target.Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadValues(float[] data, LaneTensor tensor, ReadOnlySpan<int> order, int rows, int lanes)
    {
        Span<float> target = tensor.Value.Span;
        int steps = tensor.Shape.Steps, features = tensor.Shape.Features, stride = RecurrentSequence.Stride(features, lanes), size = tensor.Shape.Size;
        for (int lane = 0; lane < lanes; lane++)
        {
            ReadOnlySpan<float> row = lane < rows ? data.AsSpan(order[lane] * size, size) : default;
            for (int t = 0; t < steps; t++)
            {
                for (int f = 0; f < features; f++)
                    target[t * stride + f * lanes + lane] = row.IsEmpty ? 0 : row[t * features + f];
            }
        }
    }

    /// <summary>Ids that also go where numbers are wanted.</summary>
    private static void LoadIdsAsValues(LaneTensor tensor, int lanes)
    {
        Span<float> target = tensor.Value.Span;
        int steps = tensor.Shape.Steps, features = tensor.Shape.Features, stride = RecurrentSequence.Stride(features, lanes), size = tensor.Shape.Size;
        for (int lane = 0; lane < lanes; lane++)
        {
            for (int i = 0; i < size; i++) target[i / features * stride + i % features * lanes + lane] = tensor.Ids[lane * size + i];
        }
    }
}

/// <summary>Loss and share of right answers of one row.</summary>
internal readonly record struct RowResult(double Loss, double Accuracy);
