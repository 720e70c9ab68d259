using Unroll.Layers;

namespace Unroll.Models;

/// <summary>A box of a drawing, or a place at which a line passes a row of boxes.</summary>
internal sealed class PlotBox
{
    /// <summary>The layer; null: a line passes.</summary>
    public Layer? Layer { get; init; }

    /// <summary>The calls that the box stands for.</summary>
    public IReadOnlyList<Node> Calls { get; init; } = [];

    /// <summary>What is written in it; empty where a line passes.</summary>
    public IReadOnlyList<string> Lines { get; set; } = [];

    public List<PlotBox> Above { get; } = [];

    public List<PlotBox> Below { get; } = [];

    public int Row { get; set; }

    public double Width { get; set; }

    /// <summary>The middle.</summary>
    public double X { get; set; }
}

/// <summary>The boxes and arrows of a model's drawing: a box for each layer.</summary>
internal static class PlotGraph
{
    /// <summary>The boxes in rows, arrows going down; every arrow leads to the next row.</summary>
    public static IReadOnlyList<List<PlotBox>> RowsOf(Model model)
    {
        List<PlotBox> boxes = model.Graph is { } graph ? Of(graph) : Chain(model.Layers);
        var rows = new List<List<PlotBox>>();
        foreach (PlotBox box in Sorted(boxes)!) box.Row = box.Above.Count == 0 ? 0 : box.Above.Max(above => above.Row) + 1;

        // What comes in is drawn next to where it is used, not far above.
        foreach (PlotBox box in boxes.Where(box => box.Above.Count == 0 && box.Below.Count > 0)) box.Row = box.Below.Min(below => below.Row) - 1;
        for (int row = boxes.Max(box => box.Row); row >= 0; row--) rows.Insert(0, [.. boxes.Where(box => box.Row == row)]);
        foreach (PlotBox box in boxes) Lead(box, rows);
        return rows;
    }

    private static List<PlotBox> Chain(IReadOnlyList<Layer> layers)
    {
        List<PlotBox> boxes = [.. layers.Select(layer => new PlotBox { Layer = layer })];
        for (int i = 1; i < boxes.Count; i++) Connect(boxes[i - 1], boxes[i]);
        return boxes;
    }

    private static List<PlotBox> Of(Graph graph)
    {
        // One box for all calls of a layer, unless the layer works on what it put out itself.
        List<PlotBox> shared = Of(graph, perLayer: true);
        return Sorted(shared) is null ? Of(graph, perLayer: false) : shared;
    }

    private static List<PlotBox> Of(Graph graph, bool perLayer)
    {
        // Masks that Keras' files hold as operations travel on the tensors: they would only be in the way.
        HashSet<Node>? needed = Plan.GraphPlan.Needed(graph);
        Node[] nodes = [.. graph.Nodes.Where(node => needed is null || needed.Contains(node) || node.Layer is InputLayer)];
        var boxes = new Dictionary<Node, PlotBox>();
        var all = new List<PlotBox>();
        foreach (IGrouping<object, Node> calls in nodes.GroupBy(node => perLayer ? (object)node.Layer : node))
        {
            Node[] own = [.. calls];
            var box = new PlotBox { Layer = own[0].Layer, Calls = own };
            all.Add(box);
            foreach (Node call in own) boxes.Add(call, box);
        }

        HashSet<Node> starts = [.. graph.Inputs.Select(input => input.Node)];
        foreach (Node node in nodes.Where(node => !starts.Contains(node)))
        {
            foreach (Symbol operand in node.Operands)
                if (boxes.TryGetValue(operand.Node, out PlotBox? above)) Connect(above, boxes[node]);
        }

        return all;
    }

    private static void Connect(PlotBox above, PlotBox below)
    {
        if (above.Below.Contains(below)) return;
        above.Below.Add(below);
        below.Above.Add(above);
    }

    /// <summary>Each box behind those above it; null: they go round in a circle.</summary>
    private static List<PlotBox>? Sorted(List<PlotBox> boxes)
    {
        Dictionary<PlotBox, int> waits = boxes.ToDictionary(box => box, box => box.Above.Count);
        var ready = new Queue<PlotBox>(boxes.Where(box => box.Above.Count == 0));
        var sorted = new List<PlotBox>();
        while (ready.TryDequeue(out PlotBox? box))
        {
            sorted.Add(box);
            foreach (PlotBox below in box.Below)
                if (--waits[below] == 0) ready.Enqueue(below);
        }

        return sorted.Count == boxes.Count ? sorted : null;
    }

    /// <summary>Gives lines that go further than the next row a place in each row between.</summary>
    private static void Lead(PlotBox box, List<List<PlotBox>> rows)
    {
        for (int i = 0; i < box.Below.Count; i++)
        {
            PlotBox target = box.Below[i], from = box;
            for (int row = box.Row + 1; row < target.Row; row++)
            {
                var pass = new PlotBox { Row = row };
                rows[row].Add(pass);
                if (from == box) box.Below[i] = pass;
                else from.Below.Add(pass);
                pass.Above.Add(from);
                from = pass;
            }

            if (from == box) continue;
            from.Below.Add(target);
            target.Above[target.Above.IndexOf(box)] = from;
        }
    }
}
