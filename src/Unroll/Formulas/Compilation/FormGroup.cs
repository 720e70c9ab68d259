namespace Unroll.Formulas.Compilation;

/// <summary>A linear form with its place among the frame's rows.</summary>
internal sealed class Form(Node node)
{
    public Node Node { get; } = node;

    /// <summary>The function that takes the form's place in memory, if it has one.</summary>
    public Node? InPlace { get; init; }

    /// <summary>First row of the frame.</summary>
    public int Row { get; set; }

    /// <summary>Where the form's gradient lies: in the place of its value, unless that is read after the time loop.</summary>
    public Slot Delta { get; set; } = node.Value.Slot;

    public int DeltaRow => Delta.Place!.Value.Row;
}

/// <summary>Linear forms with the same operands: one product computes them side by side.</summary>
internal sealed class FormGroup(Node[] operands, Form[] forms)
{
    public Node[] Operands { get; } = operands;

    public Form[] Forms { get; } = forms;

    public int Row => Forms[0].Row;

    public int Width => Forms.Sum(form => form.Node.Features);

    /// <summary>
    /// Groups in the order of their rows: those of the input alone or with what the step computes, those of input and
    /// states, those without the input. So the forms of each operand are mostly neighbours, and one transposed product
    /// brings their gradients back to it.
    /// </summary>
    public static List<FormGroup> Of(IEnumerable<Node> nodes, Func<Node, Node?> inPlace)
    {
        List<FormGroup> groups = [];
        foreach (Node form in nodes.Where(node => node.Kind == NodeKind.Form))
        {
            if (groups.Exists(group => group.Forms.Any(other => other.Node == form))) continue;
            Node[] same = [.. nodes.Where(node => node.Kind == NodeKind.Form && node.Operands.SequenceEqual(form.Operands))];

            // Forms with the same function behind them lie side by side: one pass for all.
            Form[] forms = [.. same.Select(node => new Form(node) { InPlace = inPlace(node) }).OrderBy(each => each.InPlace is { } function ? (int)function.Code : int.MaxValue)];
            groups.Add(new FormGroup(form.Operands, forms));
        }

        int row = 0;
        groups = [.. groups.OrderBy(group => group.Rank)];
        foreach (Form form in groups.SelectMany(group => group.Forms))
        {
            form.Row = row;
            row += form.Node.Features;
        }

        return groups;
    }

    /// <summary>Inputs come first among a product's operands, then states, then what the step computes.</summary>
    public static int RankOf(Node operand) => operand.Kind switch
    {
        NodeKind.Input => 0,
        NodeKind.State => 1,
        NodeKind.Slice => RankOf(operand.Operands[0]),
        NodeKind.Operation when operand.Operands.Length == 2 && operand.Operands[1].Kind == NodeKind.Factor => RankOf(operand.Operands[0]),
        _ => 2,
    };

    private int Rank
    {
        get
        {
            bool input = Operands.Any(operand => RankOf(operand) == 0), state = Operands.Any(operand => RankOf(operand) == 1);
            return !input ? 2 : state ? 1 : 0;
        }
    }
}
