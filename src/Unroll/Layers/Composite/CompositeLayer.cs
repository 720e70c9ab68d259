using Unroll.Configuration;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>
/// A layer of your own that calls other layers. They are made once, in the constructor or in fields:
/// <code>
/// public sealed class Residual(int units) : CompositeLayer
/// {
///     private readonly Dense _inside = new(units, "relu");
///     protected override Symbols Compose(Symbols inputs) => inputs[0] + _inside.Call(inputs[0]).ToSymbol();
/// }
/// </code>
/// Weights, gradients, masks and files follow from the layers inside.
/// </summary>
public abstract class CompositeLayer : GraphLayer
{
    private readonly List<(IReadOnlyList<IReadOnlyList<int?>> Shapes, IReadOnlyList<string?> Roles, Graph Graph)> _graphs = [];
    private Layer[] _inside = [];

    /// <inheritdoc/>
    public override string ClassName => GetType().Name;

    internal override IReadOnlyList<Layer> InnerLayers => _inside;

    internal override IEnumerable<string> WeightPaths
    {
        get
        {
            var counts = new Dictionary<string, int>();
            foreach (Layer layer in _inside)
            {
                string stem = SnakeCase.Of(layer.ClassName);
                int number = counts.GetValueOrDefault(stem);
                counts[stem] = number + 1;
                foreach (string path in layer.WeightPaths) yield return $"layers/{(number == 0 ? stem : $"{stem}_{number}")}/{path}";
            }
        }
    }

    /// <summary>Puts the layers together: calls them on what goes in and returns what comes out.</summary>
    /// <param name="inputs">What the layer is called on.</param>
    protected abstract Symbols Compose(Symbols inputs);

    /// <summary>The same for layers whose calls have arguments with names.</summary>
    private protected virtual Symbols Compose(Symbols inputs, IReadOnlyList<string?> roles) => Compose(inputs);

    internal override Graph? InnerGraph(CallInputs inputs) => GraphFor(inputs);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => ShapesThrough(GraphFor(inputs), inputs);

    internal override long CountWeights(CallInputs inputs)
    {
        long count = 0;
        var met = new HashSet<Layer>();
        foreach (Node node in GraphFor(inputs).Nodes)
            if (node.Layer is not InputLayer && met.Add(node.Layer)) count = checked(count + node.Layer.CountWeights(node.Call));
        return count;
    }

    internal override void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        Graph = GraphFor(inputs);
        BuildInside(arena, seed, layerIndex);
        (InputShapes, OutputShapes, IsBuilt) = (inputs.Shapes, ShapesThrough(Graph, inputs), true);
    }

    private Graph GraphFor(CallInputs inputs)
    {
        lock (_graphs)
        {
            foreach ((IReadOnlyList<IReadOnlyList<int?>> shapes, IReadOnlyList<string?> roles, Graph known) in _graphs)
            {
                if (roles.SequenceEqual(inputs.Roles) && shapes.Zip(inputs.Shapes, (a, b) => a.SequenceEqual(b)).All(same => same)) return known;
            }

            Symbols symbols = Symbols.Create([.. inputs.Shapes.Select(shape => new InputLayer(shape, isIds: false, null).Symbol)]);
            Graph graph = Graph.Between(symbols, Compose(symbols, inputs.Roles));
            Layer[] inside = [.. graph.Operations.Where(layer => layer is not (InputLayer or Operation))];
            if (_inside.Length == 0)
            {
                _inside = inside;
                NameLayers(graph);
            }
            else if (!_inside.ToHashSet().SetEquals(inside))
            {
                throw new InvalidOperationException($"{ClassName} '{Name}' composes other layers the second time: make them in the constructor, not in Compose.");
            }

            _graphs.Add((inputs.Shapes, inputs.Roles, graph));
            return graph;
        }
    }
}
