using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Memory;
using Unroll.Models.Execution;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>A layer of a <see cref="Sequential"/> model. A layer belongs to one model only.</summary>
public abstract class Layer : Configurable
{
    private static readonly Argument<string> NameArgument = Argument.Text("name", "").KeywordOnly();

    private protected static readonly Argument<bool> TrainableArgument = Argument.Flag("trainable", true).KeywordOnly();

    private readonly List<Parameter> _parameters = [];
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

    /// <summary>Output shape without the batch dimension (null: not known before data); null as a whole while unbuilt.</summary>
    public IReadOnlyList<int?>? OutputShape { get; private set; }

    /// <summary>The input shape that <see cref="OutputShape"/> belongs to, without the batch dimension; null while unbuilt.</summary>
    internal IReadOnlyList<int?>? InputShape { get; private set; }

    /// <summary>Number of weights; 0 while unbuilt.</summary>
    public long ParameterCount => _parameters.Sum(parameter => (long)parameter.Count);

    /// <summary>The weights in Keras' order; empty while unbuilt.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// False: training leaves the weights as they are. To be set before the first fit; after a change the model must be
    /// compiled again.
    /// </summary>
    public bool Trainable { get => Get(TrainableArgument); set => Set(TrainableArgument, value); }

    /// <summary>The weights that training changes, in Keras' order.</summary>
    internal IReadOnlyList<Parameter> TrainableParameters => Trainable && (Wrapped?.Trainable ?? true) ? _parameters : [];

    /// <summary>True once the shapes of the weights are known.</summary>
    public bool IsBuilt { get; private set; }

    /// <summary>True once the layer was added to a model.</summary>
    internal bool IsAdded { get; set; }

    /// <summary>True if the layer can be a model's first without an input shape: it knows what it is fed.</summary>
    internal virtual bool KnowsItsInput => false;

    /// <summary>True if the layer adds its gradients for the whole batch in an order of its own (an embedding).</summary>
    internal virtual bool OrdersItsGradients => false;

    /// <summary>Where Keras' weights files keep the layer's weights: for each of <see cref="Parameters"/> a path below the layer's group.</summary>
    internal virtual IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"vars/{i}");

    internal override string TypeName => ClassName;

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

    /// <summary>Creates the weights for an input shape (without the batch dimension; null: not known yet).</summary>
    /// <exception cref="ArgumentException">The layer can't work on that shape.</exception>
    internal void Build(IReadOnlyList<int?> inputShape, Arena arena, int seed, int layerIndex)
    {
        if (!IsBuilt)
        {
            foreach ((string name, int[] shape, Initializer initializer) in DescribeWeights(inputShape))
            {
                var parameter = new Parameter(name, shape, arena);
                initializer.Start(
                    parameter.Value.Slice(0, parameter.Count).Span, shape,
                    new RandomSource(new Philox(seed, RandomPurpose.InitialWeights, layerIndex, _parameters.Count)));
                (parameter.Regularizer, parameter.Constraint) = RestrictionsOf(name);
                parameter.Constraint?.Check($"{Name}: {name}", shape);
                _parameters.Add(parameter);
            }

            IsBuilt = true;
            _builtFor = inputShape[^1];
        }
        else if (!KnowsItsInput && inputShape[^1] != _builtFor)
        {
            throw new ArgumentException($"{ClassName} '{Name}' was built for {_builtFor} input features; these inputs have {inputShape[^1]?.ToString() ?? "an unknown number"}.");
        }

        OutputShape = InferOutputShape(inputShape);
        InputShape = inputShape;
        OnBuilt(inputShape);
    }

    /// <summary>Makes a layer inside of a wrapper, which owns the weights, know its share of them.</summary>
    internal void Adopt(IEnumerable<Parameter> parameters, IReadOnlyList<int?> inputShape)
    {
        if (!IsBuilt) _parameters.AddRange(parameters);
        IsBuilt = true;
        InputShape = inputShape;
        OutputShape = InferOutputShape(inputShape);
    }

    /// <summary>Called at the end of <see cref="Build"/>.</summary>
    private protected virtual void OnBuilt(IReadOnlyList<int?> inputShape)
    {
    }

    /// <summary>How many weights the layer would make for an input shape, and the shape that it would put out; nothing is made.</summary>
    /// <exception cref="ArgumentException">The layer can't work on that shape.</exception>
    /// <exception cref="OverflowException">There would be more than 2^63.</exception>
    internal (long Count, IReadOnlyList<int?> OutputShape) Foresee(IReadOnlyList<int?> inputShape)
    {
        long count = 0;
        foreach ((_, int[] shape, _) in DescribeWeights(inputShape))
            count = checked(count + shape.Aggregate(1L, (product, size) => checked(product * size)));
        return (count, InferOutputShape(inputShape));
    }

    /// <summary>The weights in Keras' order. Throws if the input's shape does not fit.</summary>
    internal abstract IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape);

    /// <summary>Regularizer and constraint of a weight, by the name that <see cref="DescribeWeights"/> gives it.</summary>
    internal virtual (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => default;

    /// <summary>The shape that comes out for a shape that goes in, both without the batch dimension.</summary>
    internal abstract IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape);

    /// <summary>What runs the layer for inputs of a known length.</summary>
    internal abstract LayerProgram CreateProgram(ProgramContext context);

    /// <summary>What predicts single rows; null if the layer has no such form.</summary>
    internal virtual RowLayer? CreateRow(RowContext context) => null;

    private protected ArgumentException WrongInput(IReadOnlyList<int?> shape, string expected) =>
        new($"{ClassName} '{Name}' takes {expected}, but its input has the shape ({string.Join(", ", ["None", .. shape.Select(size => size?.ToString() ?? "None")])}).");
}
