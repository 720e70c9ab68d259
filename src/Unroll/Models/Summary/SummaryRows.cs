using Unroll.Layers;

namespace Unroll.Models;

/// <summary>Makes the rows of a model's summary, those of operations included.</summary>
/// <param name="batchSize">First dimension of all shapes; null: any.</param>
/// <param name="expandNested">Whether the layers of models inside of the model are shown.</param>
internal sealed class SummaryRows(int? batchSize, bool expandNested)
{
    private readonly List<SummaryRow> _rows = [];

    /// <summary>The rows of a model.</summary>
    public static IReadOnlyList<SummaryRow> Of(Model model, int? batchSize, bool expandNested, (string First, string Last)? range)
    {
        var rows = new SummaryRows(batchSize, expandNested);
        rows.Add(model, level: 0);
        if (range is not { } named) return rows._rows;
        int first = rows.PlaceOf(named.First), last = rows.PlaceOf(named.Last);
        if (first > last) throw new ArgumentException($"layerRange goes from '{named.First}' to '{named.Last}', but the second comes before the first.", nameof(range));
        return rows._rows[first..(last + 1)];
    }

    /// <summary>True if the calls follow each other one by one, so that there is nothing to tell of connections.</summary>
    public static bool IsChain(Model model)
    {
        if (model is Sequential || model.Graph is not { } graph) return true;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            IReadOnlyList<Symbol> inputs = graph.Nodes[i].Inputs;
            if (inputs.Count > 1 || (i == 0) != (inputs.Count == 0) || i > 0 && inputs[0].Node != graph.Nodes[i - 1]) return false;
        }

        return graph.Operations.Count == graph.Nodes.Count;
    }

    private void Add(Model model, int level)
    {
        bool isGraph = model is not Sequential && model.Graph is not null;
        HashSet<Node> nodes = isGraph ? [.. model.Graph!.Nodes] : [];
        foreach (Layer layer in isGraph ? model.Graph!.Operations : model.Layers)
        {
            Node[] calls = [.. layer.Calls.Where(nodes.Contains)];
            string connected = level > 0 ? "" : string.Join(", ", calls.SelectMany(call => call.Inputs).Select(Place));
            string prefix = level == 0 ? "" : new string(' ', 3 * level) + "└ ";
            IReadOnlyList<IReadOnlyList<int?>> shapes = calls.Length > 0 ? [.. layer.Calls[^1].Outputs.Select(output => output.Shape)] : layer.OutputShapes;
            shapes = layer.ShownShapes(shapes);
            _rows.Add(new SummaryRow(
                prefix + layer.Name, layer.ClassName, shapes.Count > 0 ? shapes[0] : null, layer.ParameterCount, layer.IsBuilt || isGraph,
                layer.ParameterCount > 0 ? layer.TrainableParameters.Count > 0 : null, connected.Length > 0 ? connected : null, Several(layer, shapes)));
            if (expandNested && layer is Model inner) Add(inner, level + 1);
        }
    }

    private int PlaceOf(string name)
    {
        int place = _rows.FindIndex(row => row.Name == name);
        return place >= 0 ? place
            : throw new ArgumentException($"layerRange names '{name}', but the summary's layers are {string.Join(", ", _rows.Select(row => row.Name))}.", nameof(name));
    }

    private string? Several(Layer layer, IReadOnlyList<IReadOnlyList<int?>> shapes)
    {
        if (layer is Model { Graph.Outputs.Keys: { } keys }) return $"{{{string.Join(", ", keys.Zip(shapes, (key, shape) => $"{key}: {ShapeText.Of(shape, batchSize)}"))}}}";
        return shapes.Count > 1 ? $"[{string.Join(", ", shapes.Select(shape => ShapeText.Of(shape, batchSize)))}]" : null;
    }

    /// <summary>Calls are counted wherever they were made.</summary>
    private static string Place(Symbol symbol)
    {
        int call = 0;
        while (symbol.Layer.Calls[call] != symbol.Node) call++;
        return $"{symbol.Layer.Name}[{call}][{symbol.Index}]";
    }
}
