using Unroll.Layers;

namespace Unroll.Plan;

/// <summary>
/// What layers do on whole arrays before a model runs: a graph cut in two. Preprocessing layers on the model's inputs, and on what
/// others of them make of these, come first; what they put out is what the rest of the graph, which runs in the lanes, is fed.
/// </summary>
internal sealed class InputPreparation
{
    private readonly Node[] _calls;
    private readonly Symbol[] _fed; // what the rest reads

    /// <param name="graph">The model.</param>
    /// <exception cref="ArgumentException">Texts go into a layer that can't take them.</exception>
    public InputPreparation(Graph graph)
    {
        Whole = graph;
        HashSet<Symbol> prepared = [.. graph.Inputs];
        HashSet<Node> starts = [.. graph.Inputs.Select(input => input.Node)];
        var calls = new List<Node>();
        var fed = new List<Symbol>();
        foreach (Node node in graph.Nodes)
        {
            if (starts.Contains(node)) continue;
            if (node.Layer is PreprocessingLayer && node.Operands.All(prepared.Contains))
            {
                calls.Add(node);
                prepared.Add(node.Outputs[0]);
                continue;
            }

            foreach (Symbol input in node.Inputs.Where(prepared.Contains))
            {
                if (input.IsTexts)
                    throw new ArgumentException($"{node.Layer.Label} takes numbers, but '{input.Layer.Name}' puts out texts. Put a TextVectorization, StringLookup or Hashing between them.");
                fed.Add(input);
            }
        }

        fed.AddRange(graph.Outputs.Where(prepared.Contains));
        _calls = [.. calls];
        _fed = calls.Count == 0 ? [.. graph.Inputs] : [.. fed.Distinct()];
        Lanes = calls.Count == 0 ? graph : Graph.Between(Symbols.Create(_fed), graph.Outputs);
    }

    /// <summary>The model.</summary>
    public Graph Whole { get; }

    /// <summary>What runs in the lanes.</summary>
    public Graph Lanes { get; }

    /// <summary>Makes of a model's inputs what the rest of it is fed.</summary>
    /// <param name="x">In the order of the model's inputs.</param>
    /// <exception cref="ArgumentException">A layer can't work on them.</exception>
    public Inputs Run(Inputs x)
    {
        if (_calls.Length == 0) return x;
        var values = new Dictionary<Symbol, Encoded>();
        for (int i = 0; i < Whole.Inputs.Count; i++) values.Add(Whole.Inputs[i], Encoded.OfPart(x, i));
        foreach (Node call in _calls)
            values.Add(call.Outputs[0], ((PreprocessingLayer)call.Layer).Run([.. call.Operands.Select(operand => values[operand])]));
        return Inputs.Create([.. _fed.Select(Part)]);

        Inputs Part(Symbol symbol)
        {
            int at = IndexOf(Whole.Inputs, symbol);
            if (at >= 0) return x.Part(at);
            Encoded value = values[symbol];
            if (Whole.Outputs.Contains(symbol)) value = value.AsReals();
            RequireShape(symbol, value.Shape);
            return value.ToInputs();
        }
    }

    /// <summary>A vocabulary that grew after the model was put together gives rows of another width.</summary>
    private static void RequireShape(Symbol symbol, IReadOnlyList<int> shape)
    {
        for (int d = 0; d < symbol.Shape.Count; d++)
        {
            if (symbol.Shape[d] is { } size && size != shape[d + 1])
            {
                throw new ArgumentException(
                    $"{symbol.Layer.Label} puts out the shape ({string.Join(", ", shape)}), but the model was made when it put out {ShapeText.Of(symbol.Shape)}. Call Adapt before the model is made.");
            }
        }
    }

    private static int IndexOf(Symbols symbols, Symbol symbol)
    {
        for (int i = 0; i < symbols.Count; i++)
        {
            if (symbols[i] == symbol) return i;
        }

        return -1;
    }
}
