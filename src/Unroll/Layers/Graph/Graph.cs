namespace Unroll.Layers;

/// <summary>
/// The calls between some symbols and others, in Keras' order: a call comes the earlier the more calls follow on it, those
/// that agree in that in the order in which a walk from the outputs first meets their layers.
/// </summary>
internal sealed class Graph
{
    private Graph(Symbols inputs, Symbols outputs, IReadOnlyList<Node> nodes, IReadOnlyList<Layer> operations)
    {
        (Inputs, Outputs, Nodes, Operations) = (inputs, outputs, nodes, operations);
    }

    public Symbols Inputs { get; }

    public Symbols Outputs { get; }

    /// <summary>All calls, those of the inputs too, each behind those that it needs.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The layers called, each once.</summary>
    public IReadOnlyList<Layer> Operations { get; }

    /// <summary>Finds the calls.</summary>
    /// <exception cref="ArgumentException">An output does not follow from the inputs, or two layers have the same name.</exception>
    public static Graph Between(Symbols inputs, Symbols outputs)
    {
        if (inputs.Count == 0) throw new ArgumentException("A model needs at least one input.", nameof(inputs));
        if (outputs.Count == 0) throw new ArgumentException("A model needs at least one output.", nameof(outputs));
        if (inputs.Distinct().Count() < inputs.Count) throw new ArgumentException("An input is given twice.", nameof(inputs));
        HashSet<Node> starts = [.. inputs.Select(symbol => symbol.Node)];
        (List<Node> sorted, Dictionary<Layer, int> met) = Walk(outputs, starts);

        var depths = new Dictionary<Node, int>();
        var layerDepths = new Dictionary<Layer, int>();
        for (int i = sorted.Count - 1; i >= 0; i--)
        {
            Node node = sorted[i];
            int depth = Math.Max(depths.GetValueOrDefault(node), layerDepths.GetValueOrDefault(node.Layer));
            (depths[node], layerDepths[node.Layer]) = (depth, depth);
            foreach (Node parent in starts.Contains(node) ? [] : node.Inputs.Select(symbol => symbol.Node))
                depths[parent] = Math.Max(depths.GetValueOrDefault(parent), depth + 1);
        }

        foreach (Node unused in starts.Where(node => !depths.ContainsKey(node)))
        {
            sorted.Add(unused);
            depths[unused] = 0;
            layerDepths[unused.Layer] = 0;
            met.TryAdd(unused.Layer, -1);
        }

        Node[] nodes = [.. sorted.OrderByDescending(node => depths[node]).ThenBy(node => met[node.Layer])];
        Layer[] operations = [.. layerDepths.Keys.OrderByDescending(layer => layerDepths[layer]).ThenBy(layer => met[layer])];
        RequireUniqueNames(operations);
        return new Graph(inputs, outputs, nodes, operations);
    }

    /// <summary>All calls below the outputs, each behind those that it needs, and when each layer was first met.</summary>
    private static (List<Node> Sorted, Dictionary<Layer, int> Met) Walk(Symbols outputs, HashSet<Node> starts)
    {
        var sorted = new List<Node>();
        var met = new Dictionary<Layer, int>();
        var done = new HashSet<Node>();
        var open = new Stack<(Node Node, int Next)>(); // no recursion: chains may be long
        foreach (Symbol output in outputs)
        {
            Enter(output.Node);
            while (open.TryPop(out (Node Node, int Next) top))
            {
                if (starts.Contains(top.Node) || top.Next == top.Node.Inputs.Count)
                {
                    if (top.Node.Inputs.Count == 0 && !starts.Contains(top.Node))
                    {
                        throw new ArgumentException(
                            $"The output of {output.Layer.Label} needs the input {InputText(top.Node)}, which is none of the model's inputs ({string.Join(", ", starts.Select(InputText))}). List it among them.", nameof(outputs));
                    }

                    sorted.Add(top.Node);
                    continue;
                }

                open.Push((top.Node, top.Next + 1));
                Enter(top.Node.Inputs[top.Next].Node);
            }
        }

        return (sorted, met);

        void Enter(Node node)
        {
            if (!done.Add(node)) return;
            met.TryAdd(node.Layer, met.Count);
            open.Push((node, 0));
        }
    }

    /// <summary>An input by its name, if it has one yet, and its shape.</summary>
    private static string InputText(Node node)
    {
        string shape = ShapeText.Of(node.Outputs[0].Shape);
        return node.Layer.Name.Length > 0 ? $"'{node.Layer.Name}' {shape}" : shape;
    }

    private static void RequireUniqueNames(IEnumerable<Layer> layers)
    {
        foreach (IGrouping<string, Layer> group in layers.Where(layer => layer.Name.Length > 0).GroupBy(layer => layer.Name).Where(group => group.Count() > 1))
            throw new ArgumentException($"The name \"{group.Key}\" is used {group.Count()} times in the model. All names must be unique.");
    }
}
