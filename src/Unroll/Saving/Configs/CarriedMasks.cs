using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Which tensors of a graph carry a mask with them, and whether a mask that a file gives a layer is just that. Keras writes
/// the masks that it fills in by itself as if the user had given them.
/// </summary>
internal sealed class CarriedMasks
{
    private readonly Dictionary<Symbol, bool> _known = [];

    /// <summary>True if a mask that is given for a tensor is the one that it carries anyway.</summary>
    public bool IsCarried(Symbol mask, IReadOnlyList<Symbol> tensors)
    {
        if (!tensors.Any(Carries)) return false;
        HashSet<Symbol> marked = [.. tensors.SelectMany(MarkedBy)];
        var open = new Stack<Symbol>([mask]);
        var met = new HashSet<Symbol>();
        while (open.TryPop(out Symbol? symbol))
        {
            if (!met.Add(symbol)) continue;
            if (symbol.Layer is not Operation operation) return false;
            if (operation.Kind.Name is "NotEqual")
            {
                if (!marked.Contains(symbol.Node.Inputs[0])) return false;
            }
            else if (operation.Kind.Name is not ("ZerosLike" or "OnesLike")) // which ask for a shape alone
            {
                foreach (Symbol input in symbol.Node.Inputs) open.Push(input);
            }
        }

        return true;
    }

    private bool Carries(Symbol symbol)
    {
        if (_known.TryGetValue(symbol, out bool known)) return known;
        Node node = symbol.Node;
        bool carries = node.Layer switch
        {
            InputLayer or Operation => false,
            Embedding embedding => embedding.MaskZero,
            Masking => true,
            MergeLayer => node.Operands.All(Carries),
            Concatenate => node.Operands.Any(Carries),
            GraphLayer { Graph: { } graph } => CarriesThrough(graph, node)[symbol.Index],
            Sequential stack => CarriesThrough(stack, Carries(node.Inputs[0])),
            Layer layer => layer.HandsOnMask(symbol.Index) && Carries(node.Inputs[0]),
        };
        _known[symbol] = carries;
        return carries;
    }

    /// <summary>What comes out of a model inside of the model.</summary>
    private bool[] CarriesThrough(Graph graph, Node node)
    {
        var inner = new CarriedMasks();
        for (int i = 0; i < graph.Inputs.Count; i++) inner._known[graph.Inputs[i]] = Carries(node.Operands[i]);
        return [.. graph.Outputs.Select(inner.Carries)];
    }

    private static bool CarriesThrough(Sequential stack, bool carries)
    {
        foreach (Layer layer in stack.Layers)
        {
            carries = layer switch
            {
                Embedding embedding => embedding.MaskZero,
                Masking => true,
                _ => layer.HandsOnMask(0) && carries,
            };
        }

        return carries;
    }

    /// <summary>The tensors below a tensor of which the mask is made: what an Embedding or a Masking reads.</summary>
    private static HashSet<Symbol> MarkedBy(Symbol tensor)
    {
        var marked = new HashSet<Symbol>();
        var met = new HashSet<Node>();
        var open = new Stack<Symbol>([tensor]);
        while (open.TryPop(out Symbol? symbol))
        {
            if (!met.Add(symbol.Node)) continue;
            if (symbol.Layer is Embedding { MaskZero: true } or Masking) marked.Add(symbol.Node.Inputs[0]);
            if (symbol.Layer is GraphLayer) marked.UnionWith(symbol.Node.Inputs);
            foreach (Symbol operand in symbol.Node.Operands) open.Push(operand);
        }

        return marked;
    }
}
