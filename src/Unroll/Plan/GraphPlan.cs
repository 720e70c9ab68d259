using Unroll.Execution;
using Unroll.Layers;
using Unroll.Regularizers;

namespace Unroll.Plan;

/// <summary>
/// A graph of calls made flat for inputs of known shapes: nested models are taken apart, tensors have numbers, and it is
/// known where gradients flow. Holds no state of the model: several plans of one model can be at work at the same time.
/// </summary>
internal sealed class GraphPlan
{
    private readonly List<PlannedCall> _calls = [];
    private readonly List<LaneShape> _tensors = [];
    private readonly List<int?> _sources = []; // for each tensor the number of the model's input that it is

    /// <param name="graph">The model.</param>
    /// <param name="inputs">Shapes of the model's inputs for one row.</param>
    public GraphPlan(Graph graph, IReadOnlyList<LaneShape> inputs)
    {
        for (int i = 0; i < inputs.Count; i++) Inputs.Add(AddTensor(inputs[i], i));
        Outputs = [.. Flatten(graph, Inputs, axes: 0)];
        GoesOnFromBatchToBatch = _calls.Any(call => call.Layer.GoesOnFromBatchToBatch);
    }

    /// <summary>True if a layer goes on where the batch before ended: rows can't be run alone.</summary>
    public bool GoesOnFromBatchToBatch { get; }

    /// <summary>The calls in an order in which they can run.</summary>
    public IReadOnlyList<PlannedCall> Calls => _calls;

    /// <summary>Shapes of all tensors by number.</summary>
    public IReadOnlyList<LaneShape> Tensors => _tensors;

    /// <summary>Numbers of the model's inputs.</summary>
    public List<int> Inputs { get; } = [];

    /// <summary>Numbers of the model's outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>For a tensor the number of the model's input that it is; null: a layer puts it out.</summary>
    public int? SourceOf(int tensor) => _sources[tensor];

    /// <summary>How many calls read a tensor, an output of the model counting as one.</summary>
    public int Readers(int tensor) => _calls.Sum(call => call.Inputs.Count(input => input == tensor)) + Outputs.Count(output => output == tensor);

    /// <summary>The call that puts a tensor out; null: it is an input of the model.</summary>
    public PlannedCall? ProducerOf(int tensor) => _calls.FirstOrDefault(call => call.Outputs.Contains(tensor));

    /// <summary>True if a layer is called in several places.</summary>
    public bool IsShared(Layer layer) => _calls.Count(call => call.Layer == layer) > 1;

    /// <summary>All layers that are called, each once, in the order of their first calls.</summary>
    public IReadOnlyList<Layer> Layers() => [.. _calls.Select(call => call.Layer).Distinct()];

    /// <param name="graph">The calls.</param>
    /// <param name="inputs">Numbers of what goes in.</param>
    /// <param name="axes">First axes of the tensors of which the calls know nothing: they are made for each place there.</param>
    private List<int> Flatten(Graph graph, IReadOnlyList<int> inputs, int axes)
    {
        var numbers = new Dictionary<Symbol, int>();
        for (int i = 0; i < graph.Inputs.Count; i++) numbers.Add(graph.Inputs[i], inputs[i]);
        HashSet<Node>? needed = Needed(graph);
        foreach (Node node in graph.Nodes)
        {
            if (graph.Inputs.Any(input => input.Node == node) || needed?.Contains(node) == false) continue;
            int[] read = [.. node.Operands.Select(symbol => numbers[symbol])];
            List<int> written = Add(node.Layer, node.CallOn([.. read.Select(tensor => Without(tensor, axes))]), read, axes);
            for (int i = 0; i < written.Count; i++) numbers.Add(node.Outputs[i], written[i]);
        }

        return [.. graph.Outputs.Select(output => numbers[output])];
    }

    /// <summary>The calls that the outputs need, where there are some that nothing but masks of Keras' own needs; null: all.</summary>
    public static HashSet<Node>? Needed(Graph graph)
    {
        if (!graph.Nodes.Any(node => node.Operands.Count < node.Inputs.Count)) return null;
        var needed = new HashSet<Node>();
        var open = new Stack<Node>(graph.Outputs.Select(output => output.Node));
        while (open.TryPop(out Node? node))
        {
            if (!needed.Add(node) || graph.Inputs.Any(input => input.Node == node)) continue;
            foreach (Symbol operand in node.Operands) open.Push(operand.Node);
        }

        return needed;
    }

    private List<int> Add(Layer layer, CallInputs inputs, int[] read, int axes)
    {
        if (layer.AtEachStep(inputs) is var (applied, step)) return AddAtEachStep(applied, step, read, axes);
        if (layer.InnerGraph(inputs) is { } inner) return Flatten(inner, read, axes);
        IEnumerable<int?> first = _tensors[read[0]].AsOpen().Take(axes);
        List<int> written =
            [.. layer.InferOutputShapes(inputs).Select(shape => AddTensor(LaneShape.Of([.. first, .. shape], $"{layer.ClassName} '{layer.Name}'"), null))];
        _calls.Add(new PlannedCall(layer, inputs.Roles, read, written, _calls.Count) { Axes = axes });
        return written;
    }

    /// <summary>The layer inside is called with one axis more out of its sight; the mask of what goes in goes around it.</summary>
    private List<int> AddAtEachStep(Layer applied, CallInputs step, int[] read, int axes)
    {
        int before = _calls.Count;
        List<int> written = Add(applied, step, read, axes + 1);
        int last = _calls.FindLastIndex(call => call.Outputs.Contains(written[0]));
        if (last < before) return written;
        _calls[last] = _calls[last] with { MaskSource = read[0], IgnoresActivity = applied is not GraphLayer };
        return written;
    }

    private IReadOnlyList<int?> Without(int tensor, int axes) => [.. _tensors[tensor].AsOpen().Skip(axes)];

    private int AddTensor(LaneShape shape, int? source)
    {
        _tensors.Add(shape);
        _sources.Add(source);
        return _tensors.Count - 1;
    }
}

/// <summary>A call of a layer in a plan.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Roles">For each input Keras' name of the argument; null: by position.</param>
/// <param name="Inputs">Numbers of the tensors that go in.</param>
/// <param name="Outputs">Numbers of the tensors that go out.</param>
/// <param name="Index">Place among the calls.</param>
internal sealed record PlannedCall(Layer Layer, IReadOnlyList<string?> Roles, IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs, int Index)
{
    /// <summary>First axes of the tensors that the layer does not see: it is applied at each place there by itself.</summary>
    public int Axes { get; init; }

    /// <summary>The tensor whose mask the first output carries, if it has as many steps; null: the layer decides.</summary>
    public int? MaskSource { get; init; }

    /// <summary>True if what the layer would add to the loss for its output is not heeded.</summary>
    public bool IgnoresActivity { get; init; }

    /// <summary>What the first output adds to the loss; null: nothing.</summary>
    public Regularizer? OutputRegularizer => IgnoresActivity ? null : Layer.OutputRegularizer;

    /// <summary>True if the layer is to do the same at places that it can't see, by something else than itself.</summary>
    public bool IsDistributed => Axes > 0 && !Layer.TreatsStepsAlike;

    /// <summary>What runs the call.</summary>
    public LayerProgram CreateProgram(ProgramContext context) =>
        IsDistributed ? new DistributedProgram(Layer, context, Axes) : Layer.CreateProgram(context);
}

/// <summary>Where gradients flow in a plan.</summary>
internal sealed class GradientFlow
{
    /// <param name="plan">The calls.</param>
    /// <param name="trainable">Weights that training changes.</param>
    /// <param name="scored">For each of the model's outputs whether a loss looks at it.</param>
    public GradientFlow(GraphPlan plan, IReadOnlySet<Parameter> trainable, IReadOnlyList<bool> scored)
    {
        var learns = new bool[plan.Tensors.Count]; // something below the tensor learns
        foreach (PlannedCall call in plan.Calls)
        {
            bool any = call.Layer.Parameters.Any(trainable.Contains) || call.Inputs.Any(input => learns[input]);
            foreach (int output in call.Outputs) learns[output] = any;
        }

        IsScored = scored;
        HasGradient = new bool[plan.Tensors.Count];
        RunsBackward = new bool[plan.Calls.Count];
        for (int i = 0; i < plan.Outputs.Count; i++)
            if (scored[i] && learns[plan.Outputs[i]]) HasGradient[plan.Outputs[i]] = true;
        for (int c = plan.Calls.Count - 1; c >= 0; c--)
        {
            PlannedCall call = plan.Calls[c];
            RunsBackward[c] = call.Outputs.Any(output => HasGradient[output]);
            if (!RunsBackward[c]) continue;
            foreach (int input in call.Inputs.Where(input => learns[input])) HasGradient[input] = true;
        }
    }

    /// <summary>For each of the model's outputs whether a loss looks at it.</summary>
    public IReadOnlyList<bool> IsScored { get; }

    /// <summary>For each tensor whether a gradient comes in there.</summary>
    public bool[] HasGradient { get; }

    /// <summary>For each call whether gradients pass through it.</summary>
    public bool[] RunsBackward { get; }
}
