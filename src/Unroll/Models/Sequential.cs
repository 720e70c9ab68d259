using System.Collections;
using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Layers;
using Unroll.Models.Training;

namespace Unroll;

/// <summary>
/// A stack of layers, each fed by the one before it: the graph without branches.
/// <code>
/// var model = new Sequential { new Embedding(1000, 8), new LSTM(16), new Dense(1, "sigmoid") };
/// model.Compile("adam", "binary_crossentropy", ["accuracy"]);
/// History history = model.Fit(x, y, epochs: 5, validationSplit: 0.2);
/// </code>
/// </summary>
public sealed class Sequential : Model, IEnumerable<Layer>
{
    private readonly List<Layer> _stack = [];
    private readonly List<Node> _nodes = []; // this model's calls of its layers
    private readonly Lock _building = new(); // predictions of several lengths may come from several threads
    private InputLayer? _input;
    private bool _hasOwnInput; // the user gave an input
    private int?[]? _firstShape; // of a sample, as the stack was built

    /// <summary>Creates an empty model.</summary>
    /// <param name="name">Shown in summaries.</param>
    /// <param name="seed">Key of everything random: initial weights, order of the data, dropout.</param>
    public Sequential(string name = "sequential", int seed = 0) : base(name, seed)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "Sequential";

    /// <summary>The layers in order, without the input.</summary>
    public override IReadOnlyList<Layer> Layers => _stack;

    /// <summary>Where data come in; null while the shape of a sample is not known.</summary>
    internal InputLayer? InputLayer => _input;

    /// <summary>Says what comes in, as the first entry of the stack: <c>new Sequential { Input.Features(20, 3), new LSTM(8) }</c>.</summary>
    /// <exception cref="ArgumentException">The stack has layers already, or the symbol is no input.</exception>
    public void Add(Symbol input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Layer is not InputLayer layer) throw new ArgumentException($"Only an Input can be added as a symbol, not what '{input.Layer.Name}' puts out.", nameof(input));
        if (_stack.Count > 0 || _input is not null) throw new ArgumentException("An Input can only come first in the stack.", nameof(input));
        (_input, _hasOwnInput) = (layer, true);
    }

    /// <summary>Appends a layer. Its weights are made as soon as its input's shape is known.</summary>
    /// <exception cref="ArgumentException">The layer is in the stack already, or does not fit the one before it.</exception>
    public void Add(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (_stack.Contains(layer) || layer.IsAdded)
            throw new ArgumentException($"Layer '{layer.Name}' ({layer.ClassName}) is in a model already; create a new one, or call it twice in a functional model.", nameof(layer));
        if (layer.KnowsItsInput && _stack.Count > 0 && !(_stack[^1] is PreprocessingLayer { PutsOutIds: true } && _stack.TrueForAll(below => below is PreprocessingLayer)))
            throw new ArgumentException($"{layer.ClassName} takes token ids and can only be the first layer; here it follows '{_stack[^1].Name}'.", nameof(layer));
        if (layer is InputLayer input)
        {
            Add(input.Symbol);
            return;
        }

        if (layer.Wrapped is { } wrapped) layer.NameWrapped(wrapped.Name.Length > 0 ? wrapped.Name : UniqueName(wrapped.ClassName));
        if (layer.Name.Length == 0)
            layer.Rename(UniqueName(layer.ClassName));
        else if (_stack.Any(other => other.Name == layer.Name))
            throw new ArgumentException($"The name '{layer.Name}' is taken by another layer of the model; names must be unique.", nameof(layer));
        IReadOnlyList<int?>? inputShape = _stack.Count > 0 ? _stack[^1].OutputShape : _input?.Symbol.Shape ?? layer.OwnInputShape;
        if (inputShape is not null && layer.CanBuild(inputShape)) BuildLayer(layer, inputShape, _stack.Sum(each => each.LeafCalls));
        layer.IsAdded = layer is not Model;
        _stack.Add(layer);
        (State, _firstShape) = (null, null);
        ForgetGraph();
    }

    /// <summary>Takes the last layer off the stack. Weights of the others stay; the model must be compiled again.</summary>
    /// <returns>The layer, with its weights; it can be added to another stack that feeds it the same shape.</returns>
    /// <exception cref="InvalidOperationException">The model has no layers.</exception>
    public Layer Pop()
    {
        if (_stack.Count == 0) throw new InvalidOperationException("The model has no layers to take off.");
        IReadOnlyList<int?>? shape = Graph?.Inputs[0].Shape;
        Layer last = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        last.IsAdded = false;
        State = null;
        ForgetGraph();
        _firstShape = shape?.ToArray();
        if (shape is not null && _stack.Count > 0) SetGraph(shape);
        else IsBuilt = false;
        return last;
    }

    /// <summary>Makes the weights for inputs of a shape: <c>Build(30)</c> for 30 ids, <c>Build(null, 8)</c> for 8 features over time.</summary>
    /// <param name="sampleShape">Shape of one sample, without the batch dimension; null: any size.</param>
    /// <exception cref="ArgumentException">A layer does not fit that shape.</exception>
    /// <exception cref="InvalidOperationException">The model has no layers.</exception>
    public void Build(params int?[] sampleShape)
    {
        ArgumentNullException.ThrowIfNull(sampleShape);
        if (_stack.Count == 0) throw new InvalidOperationException("The model has no layers. Add some first.");
        if (IsFor(sampleShape)) return;
        lock (_building)
        {
            if (IsFor(sampleShape)) return;
            IReadOnlyList<int?> shape = sampleShape;
            if (Graph is null) RequireFit(CallInputs.Single(shape));
            _firstShape ??= [.. sampleShape];
            int index = 0;
            foreach (Layer layer in _stack)
            {
                BuildLayer(layer, shape, index);
                index += layer.LeafCalls;
                shape = layer.OutputShape!;
            }

            SetGraph(sampleShape);
            IsBuilt = true;
        }
    }

    /// <summary>
    /// Goes back to the shape that the stack was built for first, which is the one that files say. Samples of other lengths, which a
    /// prediction may have brought, change shapes of layers, but not what is saved.
    /// </summary>
    internal void BuildAsAtFirst()
    {
        if (_firstShape is { } shape && Graph is not null) Build(shape);
    }

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => _stack.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal override bool KnowsItsInput => _stack.Count > 0 && _stack[0].KnowsItsInput;

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<IReadOnlyList<int?>> shapes = inputs.Shapes;
        foreach (Layer layer in _stack) shapes = layer.InferOutputShapes(new CallInputs(shapes, [.. shapes.Select(_ => (string?)null)]));
        return shapes;
    }

    internal override Graph? InnerGraph(CallInputs inputs)
    {
        if (Graph is null) Build([.. inputs.First]);
        return Graph;
    }

    internal override long CountWeights(CallInputs inputs)
    {
        long count = 0;
        foreach (Layer layer in _stack)
        {
            count = checked(count + layer.CountWeights(inputs));
            inputs = CallInputs.Single(layer.InferOutputShapes(inputs)[0]);
        }

        return count;
    }

    internal override void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        if (Graph is null) Build([.. inputs.First]);
        base.Build(inputs, arena, seed, layerIndex);
    }

    internal override Inputs CheckInputs(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (_stack.Count == 0) throw new InvalidOperationException("The model has no layers. Add some first.");
        if (x.Parts != 1) throw new ArgumentException($"The model has one input, but {x.Parts} were given.", nameof(x));
        x = x.Part(0);
        InputKind kind = ComingIn;
        if (x.HasTexts(0) != (kind == InputKind.Texts))
        {
            throw new ArgumentException(
                kind == InputKind.Texts
                    ? $"The {_stack[0].ClassName} '{_stack[0].Name}' takes texts; pass string[] instead of numbers."
                    : $"Texts need a TextVectorization, StringLookup or Hashing as the first layer; here it is {_stack[0].ClassName} '{_stack[0].Name}'.", nameof(x));
        }

        bool wantsIds = kind == InputKind.Ids;
        if (wantsIds && !x.HasIds(0))
            throw new ArgumentException($"The {_stack[0].ClassName} '{_stack[0].Name}' takes token ids; pass int[,] instead of floats.", nameof(x));
        if (!wantsIds && x.HasIds(0))
            throw new ArgumentException($"Token ids need an Embedding as the first layer; here it is {_stack[0].ClassName} '{_stack[0].Name}'.", nameof(x));
        InputChecks.RequireSamples(x);
        InputChecks.RequireFinite(x, Graph);
        if (x.Shape.Count == 2 && !wantsIds && _stack[0].GoesThroughTime)
        {
            throw new ArgumentException(
                $"{_stack[0].Label} is the first layer and takes [samples, time, features], but the inputs have the shape ({x.Shape[0]}, {x.Shape[1]}). "
                + $"Pass float[samples, time, features]: [{x.Shape[0]}, {x.Shape[1]}, 1] if the columns are steps of one feature, [{x.Shape[0]}, 1, {x.Shape[1]}] if they are features of one step.", nameof(x));
        }

        Build([.. x.Shape.Skip(1).Select(size => (int?)size)]);
        return Prepare(x);
    }

    /// <summary>What comes in: as the input says, or else as the first layer takes it.</summary>
    internal InputKind ComingIn => _input is { IsTexts: true } ? InputKind.Texts
        : KnowsItsInput || _input is { IsIds: true } ? InputKind.Ids
        : _input is null && _stack[0] is PreprocessingLayer first ? first.Takes : InputKind.Values;

    private bool IsFor(IReadOnlyList<int?> sampleShape) => Graph is { } graph && graph.Inputs[0].Shape.SequenceEqual(sampleShape);

    /// <summary>Refuses a shape that a layer does not take, or weights that no memory holds, before the first layer is made for it.</summary>
    private void RequireFit(CallInputs inputs)
    {
        double bytes = sizeof(float) * (double)CountWeights(inputs);
        if (MachineMemory.IsShort(bytes)) throw new ArgumentException($"{MachineMemory.Refusal($"The weights of the model '{Name}'", bytes)} Choose smaller layers.");
    }

    private void BuildLayer(Layer layer, IReadOnlyList<int?> inputShape, int index) =>
        layer.Build(CallInputs.Single(inputShape), Arena, Seed, index);

    /// <summary>Calls the layers one after the other on an input of a shape; earlier calls are forgotten. The graph of
    /// another shape serves until then: threads that predict at the same time plan by it for shapes of their own.</summary>
    private void SetGraph(IReadOnlyList<int?> sampleShape)
    {
        ForgetCalls();
        if (!_hasOwnInput || !_input!.Symbol.Shape.SequenceEqual(sampleShape))
        {
            string name = _input?.Name ?? "input_layer";
            while (_stack.Any(layer => layer.Name == name)) name += "_";
            InputKind kind = ComingIn;
            _input = new InputLayer(sampleShape, kind == InputKind.Ids, _input?.BatchSize) { Name = name, IsTexts = kind == InputKind.Texts };
        }

        Symbol symbol = _input.Symbol;
        foreach (Layer layer in _stack)
        {
            Symbols outputs = layer.AddCall([new CallArgument(null, symbol)]);
            _nodes.Add(outputs[0].Node);
            if (outputs.Count > 1 && layer != _stack[^1])
                throw new ArgumentException($"{layer.ClassName} '{layer.Name}' has {outputs.Count} outputs, which the next layer of a stack can't take; use a functional model.");
            symbol = outputs[0];
        }

        Node last = _nodes[^1];
        Graph = Graph.Between(_input.Symbol, last.Outputs.Count == 1 ? last.Outputs[0] : Symbols.Create([.. last.Outputs]));
    }

    private void ForgetGraph()
    {
        ForgetCalls();
        Graph = null;
        ForgetPlans();
    }

    private void ForgetCalls()
    {
        foreach (Node node in _nodes) node.Layer.RemoveCall(node);
        _nodes.Clear();
    }

    private string UniqueName(string className)
    {
        string stem = SnakeCase.Of(className);
        int number = _stack.Count(layer => layer.ClassName == className || layer.Wrapped?.ClassName == className);
        string name = number == 0 ? stem : $"{stem}_{number}";
        while (_stack.Any(layer => layer.Name == name)) name = $"{stem}_{++number}";
        return name;
    }
}
