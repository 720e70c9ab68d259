using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Memory;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// A layer: arguments, weights, and what it makes of shapes. Stacked in a <see cref="Sequential"/>, or called on symbols
/// and put into a <see cref="Model"/>; a layer that is called twice shares its weights.
/// </summary>
public abstract class Layer : Configurable, IWeightOwner
{
    private static readonly Argument<string> NameArgument = Argument.Text("name", "").KeywordOnly();

    private protected static readonly Argument<bool> TrainableArgument = Argument.Flag("trainable", true).KeywordOnly();

    private protected static readonly Argument<Regularizer?> ActivityRegularizerArgument = Regularizer.Catalog.OptionalArgument("activity_regularizer").KeywordOnly();

    private readonly List<Parameter> _parameters = [];
    private readonly List<Node> _calls = [];
    private int? _builtFor;

    private protected Layer()
    {
    }

    /// <summary>All layers that are known by name.</summary>
    public static Catalog<Layer> Catalog => LayerCatalog.Instance;

    /// <summary>What Keras writes first for every layer: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> CommonArguments { get; } = [NameArgument, TrainableArgument, DType.AsPolicy];

    /// <summary>
    /// Unique within its model. A layer without a name gets one when it is added: the class name in snake case, with <c>_1</c>,
    /// <c>_2</c>… for further ones.
    /// </summary>
    public string Name { get => Get(NameArgument); init => Set(NameArgument, value); }

    /// <summary>Keras' class name, for example <c>SimpleRNN</c>.</summary>
    public abstract string ClassName { get; }

    /// <summary>
    /// Output shape without the batch dimension (null: not known before data), of several outputs the first; null as a whole
    /// while unbuilt.
    /// </summary>
    public IReadOnlyList<int?>? OutputShape => OutputShapes is { Count: > 0 } shapes ? shapes[0] : null;

    /// <summary>Shapes of all outputs of the last call; empty while unbuilt.</summary>
    internal IReadOnlyList<IReadOnlyList<int?>> OutputShapes { get; private protected set; } = [];

    /// <summary>The input shape that <see cref="OutputShape"/> belongs to, without the batch dimension; null while unbuilt.</summary>
    internal IReadOnlyList<int?>? InputShape => InputShapes is { Count: > 0 } shapes ? shapes[0] : null;

    /// <summary>Shapes of all inputs of the last call; empty while unbuilt.</summary>
    internal IReadOnlyList<IReadOnlyList<int?>> InputShapes { get; private protected set; } = [];

    /// <summary>The calls on symbols, in order; shared layers have several.</summary>
    internal IReadOnlyList<Node> Calls => _calls;

    /// <summary>What the only call puts out.</summary>
    /// <exception cref="InvalidOperationException">The layer was not called, or several times, or puts out several tensors.</exception>
    public Symbol Output => _calls is [{ Outputs: [var only] }]
        ? only
        : throw new InvalidOperationException($"{ClassName} '{Name}' has {(_calls.Count == 0 ? "no output yet: call it on a symbol, or build its model with the shape of a sample" : "several outputs: take what Call gave")}.");

    /// <summary>Number of weights; 0 while unbuilt.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Count);

    /// <summary>The weights in Keras' order; empty while unbuilt.</summary>
    public virtual IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// False: training leaves the weights as they are. To be set before the first fit; after a change the model must be
    /// compiled again. Of a model it is set for all layers inside, too.
    /// </summary>
    public virtual bool Trainable { get => Get(TrainableArgument); set => Set(TrainableArgument, value); }

    /// <summary>Copies of all weights in Keras' order, row-major.</summary>
    public IReadOnlyList<float[]> GetWeights() => [.. Parameters.Select(parameter => parameter.ToArray())];

    /// <summary>Replaces all weights. If one does not fit, nothing changes.</summary>
    /// <param name="weights">In the order of <see cref="GetWeights"/>.</param>
    /// <exception cref="ArgumentException">Number or sizes differ.</exception>
    public void SetWeights(IReadOnlyList<float[]> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        IReadOnlyList<Parameter> parameters = Parameters;
        if (weights.Count != parameters.Count)
        {
            string remedy = parameters.Count == 0 && !IsBuilt ? " They are made when the shape of its input is known: call Build first." : "";
            throw new ArgumentException($"{WeightOwner} has {parameters.Count} weights, but {weights.Count} were given.{remedy}", nameof(weights));
        }

        for (int i = 0; i < parameters.Count; i++)
        {
            if (weights[i].Length != parameters[i].Count)
                parameters[i].Set(weights[i]); // throws before anything is replaced
        }

        for (int i = 0; i < parameters.Count; i++) parameters[i].Set(weights[i]);
    }

    /// <summary>The weights that training changes, in Keras' order.</summary>
    internal virtual IReadOnlyList<Parameter> TrainableParameters =>
        Trainable && (Wrapped?.Trainable ?? true) ? [.. _parameters.Where(parameter => parameter.IsTrainable)] : [];

    /// <summary>True once the shapes of the weights are known.</summary>
    public bool IsBuilt { get; private protected set; }

    /// <summary>True once the layer was added to a model.</summary>
    internal bool IsAdded { get; set; }

    /// <summary>True if the layer can be a model's first without an input shape: it knows what it is fed.</summary>
    internal virtual bool KnowsItsInput => false;

    /// <summary>What comes in if the layer is a model's first and nobody says it, without the batch dimension; null: the data tell.</summary>
    internal virtual IReadOnlyList<int?>? OwnInputShape => KnowsItsInput ? [null] : null;

    /// <summary>True if the layer goes through time step by step: [batch, time, features].</summary>
    internal virtual bool GoesThroughTime => false;

    /// <summary>True if a batch goes on where the one before ended: rows can't be run alone.</summary>
    internal virtual bool GoesOnFromBatchToBatch => false;

    /// <summary>True if an output carries the mask of the first input.</summary>
    /// <param name="output">Its number.</param>
    internal virtual bool HandsOnMask(int output) => false;

    /// <summary>True if it makes no difference whether the layer sees all steps at once or each by itself.</summary>
    internal virtual bool TreatsStepsAlike => false;

    /// <summary>The layer takes ids from 0 to one less; null: it takes any numbers.</summary>
    internal virtual int? IdLimit => null;

    /// <summary>True if the layer adds its gradients for the whole batch in an order of its own (an embedding).</summary>
    internal virtual bool OrdersItsGradients => false;

    bool IWeightOwner.OrdersItsGradients => OrdersItsGradients;

    /// <summary>Where Keras' weights files keep the layer's weights: for each of <see cref="Parameters"/> a path below the layer's group.</summary>
    internal virtual IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"vars/{i}");

    internal override string TypeName => ClassName;

    /// <summary>What messages call the layer: many are called on symbols before a model names them.</summary>
    internal string Label => Name.Length > 0 ? $"{ClassName} '{Name}'" : ClassName;

    /// <summary>Who messages say has weights.</summary>
    private protected virtual string WeightOwner => Label;

    private protected static Argument NameEntry => NameArgument;

    /// <summary>Gives the layer a name, as models do.</summary>
    internal void Rename(string name) => Set(NameArgument, name);

    /// <summary>The layer that a wrapper was made of; in Keras it takes a name of its own from the model's numbering.</summary>
    internal virtual Layer? Wrapped => null;

    /// <summary>Names the layers inside of a wrapper.</summary>
    /// <param name="name">The name that the wrapped layer would have alone.</param>
    internal virtual void NameWrapped(string name)
    {
    }

    /// <summary>The layer that this one is made of is the graph of others; null: it is one piece.</summary>
    /// <param name="inputs">What goes in.</param>
    internal virtual Graph? InnerGraph(CallInputs inputs) => null;

    /// <summary>The activation that comes last in the layer, which a loss may take over; null: none.</summary>
    internal virtual Activation? LastActivation => null;

    /// <summary>What the layer's first output adds to the loss, row by row and divided by the rows of the batch; null: nothing.</summary>
    internal virtual Regularizer? OutputRegularizer => null;

    /// <summary>True if the layer does the work of the layer below as well when that feeds it alone.</summary>
    /// <param name="below">The layer below.</param>
    /// <param name="tokens">Elements of a batch of the layer below's input.</param>
    internal virtual bool Absorbs(Layer below, long tokens) => false;

    /// <summary>The layer that this one applies to every time step by itself, and what goes in there; null: it does no such thing.</summary>
    /// <param name="inputs">What goes in.</param>
    internal virtual (Layer Layer, CallInputs Inputs)? AtEachStep(CallInputs inputs) => null;

    /// <summary>Calls the layer on symbols.</summary>
    /// <param name="inputs">A symbol; a list for layers that take several: <c>new Add().Call([a, b])</c>.</param>
    /// <returns>What it will put out: one symbol, or several.</returns>
    /// <exception cref="ArgumentException">The layer can't work on these shapes.</exception>
    public virtual Symbols Call(Symbols inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw new ArgumentException($"{Label} is called on an empty list; give it at least one symbol.", nameof(inputs));
        return AddCall([new CallArgument(null, inputs)]);
    }

    /// <summary>Makes a stateful layer, and those inside of it, start from zeros again; others have nothing to forget.</summary>
    public virtual void ResetStates()
    {
    }

    /// <summary>Records a call and works out what it puts out.</summary>
    internal Symbols AddCall(IReadOnlyList<CallArgument> arguments)
    {
        var node = new Node(this, arguments);
        return AddCall(node, InferOutputShapes(node.Call));
    }

    private protected Symbols AddCall(IReadOnlyList<CallArgument> arguments, IReadOnlyList<IReadOnlyList<int?>> outputs) =>
        AddCall(new Node(this, arguments), outputs);

    /// <summary>Forgets a call, which a rebuilt stack replaces.</summary>
    internal void RemoveCall(Node node) => _calls.Remove(node);

    /// <summary>Creates the weights for what goes in. A layer that has weights keeps them.</summary>
    /// <exception cref="ArgumentException">The layer can't work on that shape.</exception>
    internal virtual void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        IReadOnlyList<int?> first = inputs.First;
        if (!IsBuilt)
        {
            RequireMemory(inputs);
            foreach ((string name, int[] shape, Initializer initializer) in DescribeWeights(inputs))
            {
                var parameter = new Parameter(name, shape, arena) { IsTrainable = LearnsBySteps(name) };
                (parameter.Regularizer, parameter.Constraint) = RestrictionsOf(name);
                parameter.Constraint?.Check($"{Name}: {name}", shape);
                parameter.FillLater(initializer, new WeightKey(seed, layerIndex, _parameters.Count));
                _parameters.Add(parameter);
            }

            IsBuilt = true;
            _builtFor = first.Count == 0 ? null : first[^1];
        }
        else if (!KnowsItsInput && ParameterCount > 0 && first[^1] != _builtFor)
        {
            throw new ArgumentException($"{ClassName} '{Name}' was built for {_builtFor} input features; these inputs have {first[^1]?.ToString() ?? "an unknown number"}.");
        }

        OutputShapes = InferOutputShapes(inputs);
        InputShapes = inputs.Shapes;
        OnBuilt(first);
    }

    /// <summary>Calls that a plan makes of one call of the layer: more than one only for models.</summary>
    internal virtual int LeafCalls => 1;

    /// <summary>Gives weights that nobody has looked at yet the random numbers of a place in another model.</summary>
    internal virtual void Rekey(int seed, ref int layerIndex)
    {
        for (int i = 0; i < _parameters.Count; i++) _parameters[i].Rekey(new WeightKey(seed, layerIndex, i));
        layerIndex++;
    }

    /// <summary>Makes a layer inside of a wrapper, which owns the weights, know its share of them.</summary>
    internal void Adopt(IEnumerable<Parameter> parameters, IReadOnlyList<int?> inputShape)
    {
        if (!IsBuilt) _parameters.AddRange(parameters);
        IsBuilt = true;
        InputShapes = [inputShape];
        OutputShapes = InferOutputShapes(CallInputs.Single(inputShape));
    }

    /// <summary>Makes a part of a layer know the layer's weights; its shapes follow when it is called.</summary>
    internal void AdoptAll(IEnumerable<Parameter> parameters)
    {
        _parameters.AddRange(parameters);
        IsBuilt = true;
    }

    /// <summary>Called at the end of <see cref="Build"/>.</summary>
    private protected virtual void OnBuilt(IReadOnlyList<int?> inputShape)
    {
    }

    /// <summary>How many weights the layer would make; nothing is made.</summary>
    /// <exception cref="ArgumentException">The layer can't work on that shape.</exception>
    /// <exception cref="OverflowException">There would be more than 2^63.</exception>
    internal virtual long CountWeights(CallInputs inputs)
    {
        long count = 0;
        foreach ((_, int[] shape, _) in DescribeWeights(inputs))
            count = checked(count + shape.Aggregate(1L, (product, size) => checked(product * size)));
        return count;
    }

    /// <summary>Refuses weights that no memory holds before the first of them is made.</summary>
    private void RequireMemory(CallInputs inputs)
    {
        double bytes = 0;
        string sizes = "";
        foreach ((string name, int[] shape, _) in DescribeWeights(inputs))
        {
            bytes += sizeof(float) * shape.Aggregate(1.0, (product, size) => product * size);
            sizes += $"{(sizes.Length > 0 ? ", " : "")}{name} ({string.Join(", ", shape)})";
        }

        if (MachineMemory.IsShort(bytes)) throw new ArgumentException($"{MachineMemory.Refusal($"The weights of {Label} ({sizes})", bytes)} Choose smaller sizes.");
    }

    /// <summary>The weights in Keras' order. Throws if what goes in does not fit.</summary>
    internal virtual IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(CallInputs inputs) => DescribeWeights(inputs.First);

    /// <summary>The weights of a layer with one input, in Keras' order. Throws if the input's shape does not fit.</summary>
    internal virtual IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) => [];

    /// <summary>Regularizer and constraint of a weight, by the name that <see cref="DescribeWeights(CallInputs)"/> gives it.</summary>
    internal virtual (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => default;

    /// <summary>False for numbers that the layer keeps by itself, by the name that <see cref="DescribeWeights(CallInputs)"/> gives them.</summary>
    internal virtual bool LearnsBySteps(string weight) => true;

    /// <summary>False while sizes that the weights depend on are not known: a stack then waits for the shape of a sample.</summary>
    internal virtual bool CanBuild(IReadOnlyList<int?> inputShape) => true;

    /// <summary>The shapes that come out for what goes in, without the batch dimension.</summary>
    internal virtual IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => inputs.Shapes.Count == 1
        ? [InferOutputShape(inputs.First)]
        : throw new ArgumentException($"{Label} takes one input, but {inputs.Shapes.Count} were given: {string.Join(", ", inputs.Shapes.Select(shape => ShapeText.Of(shape)))}. Merge them first, with Concatenate or Add, say.");

    /// <summary>The shape that comes out of a layer with one input and one output, both without the batch dimension.</summary>
    internal virtual IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => inputShape;

    /// <summary>Shapes of the outputs as Keras' summary shows them.</summary>
    internal virtual IReadOnlyList<IReadOnlyList<int?>> ShownShapes(IReadOnlyList<IReadOnlyList<int?>> shapes) => shapes;

    /// <summary>What runs a call of the layer for inputs of a known length.</summary>
    internal abstract LayerProgram CreateProgram(ProgramContext context);

    /// <summary>What predicts single rows; null if the layer has no such form.</summary>
    internal virtual RowLayer? CreateRow(RowContext context) => null;

    /// <summary>
    /// The layer in two parts, for an activation that its own program does not compute: the layer without activation, and the
    /// activation.
    /// </summary>
    /// <param name="linear">A new layer of the same class, which gets all arguments but two.</param>
    /// <param name="argument">The activation.</param>
    private protected Graph Apart(Layer linear, Argument<Activation> argument)
    {
        linear.TakeAll(this);
        linear.Rename(Name + "_linear");
        linear.Put(argument, Activation.Linear);
        linear.Put(ActivityRegularizerArgument, null);
        linear.Adopt(Parameters, InputShape!);
        Symbol input = Input.Features([.. InputShape!]);
        var activation = new ActivationLayer(Get(argument)) { Name = Name + "_activation", Penalty = OutputRegularizer };
        return Graph.Between(input, activation.Call(linear.Call(input)));
    }

    private protected ArgumentException WrongInput(IReadOnlyList<int?> shape, string expected) =>
        new($"{Label} takes {expected}, but its input has the shape {ShapeText.Of(shape)}.");

    private Symbols AddCall(Node node, IReadOnlyList<IReadOnlyList<int?>> outputs)
    {
        node.SetOutputs(outputs);
        _calls.Add(node);
        return node.Outputs.Count == 1 ? node.Outputs[0] : Symbols.Create([.. node.Outputs]);
    }
}
