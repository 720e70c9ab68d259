using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Base of layers that are made of others: models, and layers that compose. Their weights are those of the layers inside.</summary>
public abstract class GraphLayer : Layer
{
    private protected GraphLayer()
    {
    }

    /// <summary>The weights of all layers inside, in Keras' order; those of shared layers once.</summary>
    public override IReadOnlyList<Parameter> Parameters => [.. InnerLayers.SelectMany(layer => layer.Parameters).Distinct()];

    /// <inheritdoc/>
    public override void ResetStates()
    {
        foreach (Layer layer in InnerLayers) layer.ResetStates();
    }

    /// <summary>The layers inside.</summary>
    internal abstract IReadOnlyList<Layer> InnerLayers { get; }

    /// <summary>The calls; null while the shape of what goes in is not known.</summary>
    internal Graph? Graph { get; private protected set; }

    internal override IReadOnlyList<Parameter> TrainableParameters =>
        Trainable ? [.. InnerLayers.SelectMany(layer => layer.TrainableParameters).Distinct()] : [];

    internal override int LeafCalls => Graph?.Nodes.Sum(node => node.Layer is InputLayer ? 0 : node.Layer.LeafCalls) ?? InnerLayers.Sum(layer => layer.LeafCalls);

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("A layer of layers is taken apart before it runs.");

    /// <summary>Says of all weights inside where they are, as optimizers are told.</summary>
    /// <param name="prefix">Names of the layers around, each with a slash behind it.</param>
    internal void NameWeights(string prefix)
    {
        foreach (Layer layer in InnerLayers)
        {
            if (layer is GraphLayer inside) inside.NameWeights($"{prefix}{layer.Name}/");
            else
                foreach (Parameter parameter in layer.Parameters) parameter.Path = $"{prefix}{layer.Name}/{parameter.Name}";
        }
    }

    internal override void Rekey(int seed, ref int layerIndex)
    {
        var met = new HashSet<Layer>();
        foreach (Layer layer in Graph is { } graph ? graph.Nodes.Select(node => node.Layer).Where(layer => layer is not InputLayer) : InnerLayers)
        {
            if (met.Add(layer)) layer.Rekey(seed, ref layerIndex);
            else layerIndex += layer.LeafCalls;
        }
    }

    /// <summary>Makes the weights of the layers inside; those that nobody has looked at yet get random numbers by their place.</summary>
    private protected void BuildInside(Arena arena, int seed, int firstIndex)
    {
        var met = new HashSet<Layer>();
        int index = firstIndex;
        foreach (Node node in Graph!.Nodes)
        {
            if (node.Layer is InputLayer) continue;
            node.Layer.Build(node.Call, arena, seed, index);
            if (met.Add(node.Layer)) node.Layer.Rekey(seed, ref index);
            else index += node.Layer.LeafCalls;
        }
    }

    /// <summary>The shapes that come out of a graph for what goes in.</summary>
    private protected static IReadOnlyList<IReadOnlyList<int?>> ShapesThrough(Graph graph, CallInputs inputs)
    {
        if (inputs.Shapes.Count != graph.Inputs.Count)
            throw new ArgumentException($"The model has {graph.Inputs.Count} input(s), but {inputs.Shapes.Count} were given.");
        var shapes = new Dictionary<Symbol, IReadOnlyList<int?>>();
        for (int i = 0; i < graph.Inputs.Count; i++) shapes.Add(graph.Inputs[i], inputs.Shapes[i]);
        foreach (Node node in graph.Nodes)
        {
            if (graph.Inputs.Any(input => input.Node == node)) continue;
            IReadOnlyList<IReadOnlyList<int?>> outputs =
                node.Layer.InferOutputShapes(node.CallOn([.. node.Operands.Select(symbol => shapes[symbol])]));
            for (int i = 0; i < outputs.Count; i++) shapes.Add(node.Outputs[i], outputs[i]);
        }

        return [.. graph.Outputs.Select(output => shapes[output])];
    }

    /// <summary>Names layers that have no name: the class in snake case, with a number from the second of a class on.</summary>
    private protected static void NameLayers(Graph graph)
    {
        var taken = graph.Operations.Where(layer => layer.Name.Length > 0).Select(layer => layer.Name).ToHashSet();
        var counts = new Dictionary<string, int>();
        foreach (Layer layer in graph.Operations)
        {
            if (layer.Wrapped is { } wrapped) layer.NameWrapped(wrapped.Name.Length > 0 ? wrapped.Name : Next(wrapped.ClassName));
            if (layer.Name.Length == 0) layer.Rename(Next(layer.ClassName));
        }

        string Next(string className)
        {
            string stem = SnakeCase.Of(className);
            while (true)
            {
                int number = counts.GetValueOrDefault(stem);
                counts[stem] = number + 1;
                string name = number == 0 ? stem : $"{stem}_{number}";
                if (taken.Add(name)) return name;
            }
        }
    }
}
