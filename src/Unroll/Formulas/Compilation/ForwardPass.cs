using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>Orders the nodes, gathers linear forms into products and writes the steps of the forward pass.</summary>
internal sealed class ForwardPass
{
    private const int MostOperands = 2; // of one product

    private readonly Node[] _results;
    private readonly int _factorsBase;
    private readonly HashSet<Node> _done = [];
    private readonly Dictionary<Node, FormGroup> _groupOf = [];
    private readonly Dictionary<Node, Node> _inPlace = []; // function by form
    private int _constantRows;

    /// <param name="results">The states after the step and the output, each a node of its own.</param>
    public ForwardPass(Node[] results)
    {
        _results = results;
        _factorsBase = FormulaBases.Factor(0, results.Length);
        Node[] all = Reachable(results);
        foreach (Node node in all)
        {
            if (node.IsFunction && node.Operands[0] is { Kind: NodeKind.Form, Uses: 1 } form && !FormulaCodes.SlopeOf(node.Code).OfArgument && !results.Contains(node))
                _inPlace.Add(form, node);
        }

        foreach (Node node in all) node.Gradient = null;
        foreach (Node node in all.Where(node => node.Kind == NodeKind.Form)) node.Value = new Reference(new Slot(node.Features), 0);
        Groups = FormGroup.Of(all, form => _inPlace.GetValueOrDefault(form));
        foreach (FormGroup group in Groups)
        {
            foreach (Form form in group.Forms)
            {
                form.Node.Value = new Reference(Slot.Pinned(form.Node.Features, FormulaBases.Frame, form.Row), 0);
                form.Delta = form.Node.Value.Slot;
                _groupOf.Add(form.Node, group);
            }
        }

        foreach (Node result in results) Emit(result);
    }

    public List<FormGroup> Groups { get; }

    /// <summary>The nodes in the order in which they are computed.</summary>
    public List<Node> Order { get; } = [];

    public List<Step> Steps { get; } = [];

    public List<FormulaProduct> Products { get; } = [];

    public List<(int Row, int Features, float Value)> Numbers { get; } = [];

    public List<FormulaVector> Vectors { get; } = [];

    public int ConstantRows => _constantRows;

    /// <summary>The operands of each product: they get their places with the values.</summary>
    public List<Node[]> ProductOperands { get; } = [];

    /// <summary>All nodes that the results need, operands first.</summary>
    public static Node[] Reachable(Node[] results)
    {
        List<Node> found = [];
        var seen = new HashSet<Node>();
        foreach (Node result in results) Visit(result);
        return [.. found];

        void Visit(Node node)
        {
            if (!seen.Add(node)) return;
            foreach (Node operand in node.Operands) Visit(operand);
            found.Add(node);
        }
    }

    private void Emit(Node node)
    {
        if (_done.Contains(node)) return;
        foreach (Node operand in node.Operands) Emit(operand);
        if (!_done.Add(node)) return; // in the place of a form
        if (node.Kind == NodeKind.Form)
        {
            EmitProduct(_groupOf[node]);
            return;
        }

        Order.Add(node);
        switch (node.Kind)
        {
            case NodeKind.Input: node.Value = At(node, FormulaBases.Input, 0); return;
            case NodeKind.State: node.Value = At(node, FormulaBases.Before(node.Index), 0); return;
            case NodeKind.Factor: node.Value = At(node, _factorsBase + node.Index, 0); return;
            case NodeKind.Number: Numbers.Add((_constantRows, node.Features, (float)node.Offset)); node.Value = Constant(node); return;
            case NodeKind.Vector: Vectors.Add(new FormulaVector(node.Index, node.First, node.Features, _constantRows)); node.Value = Constant(node); return;
            case NodeKind.Slice: node.Value = node.Operands[0].Value.From(node.First); return;
        }

        int state = Array.IndexOf(_results, node);
        node.Value = state >= 0 ? At(node, FormulaBases.After(state), 0) : new Reference(new Slot(node.Features), 0);
        if (node.Kind == NodeKind.Concat)
        {
            int first = 0;
            foreach (Node part in node.Operands)
            {
                Steps.Add(new Step(FormulaCode.Copy, part.Features, node.Value.From(first)) { A = part.Value });
                first += part.Features;
            }

            return;
        }

        Node[] operands = node.Operands;
        Steps.Add(new Step(node.Code, node.Code == FormulaCode.Sum ? operands[0].Features : node.Features, node.Value)
        {
            A = operands[0].Value,
            B = operands.Length > 1 ? operands[1].Value : null,
            C = operands.Length > 2 ? operands[2].Value : null,
            Scale = node.Scale,
            Offset = node.Offset,
            Product = node.Code == FormulaCode.Function ? node.Index : 0,
        });
    }

    /// <summary>A product of all forms of a group, and the functions that take their places.</summary>
    private void EmitProduct(FormGroup group)
    {
        foreach (Form form in group.Forms)
        {
            _done.Add(form.Node);
            Order.Add(form.Node);
        }

        Reference target = group.Forms[0].Node.Value;
        for (int first = 0; first < group.Operands.Length; first += first == 0 ? MostOperands : 1)
        {
            Node[] operands = group.Operands[first..Math.Min(group.Operands.Length, first + (first == 0 ? MostOperands : 1))];
            Steps.Add(new Step(FormulaCode.Product, group.Width, target) { Product = Products.Count, Operands = [.. operands.Select(operand => operand.Value)], Adds = first > 0 });
            ProductOperands.Add(operands);
            Products.Add(ProductOf(group, first, operands));
        }

        for (int i = 0; i < group.Forms.Length;)
        {
            Form form = group.Forms[i];
            int features = 0;
            for (; i < group.Forms.Length && (features == 0 || (form.InPlace is { } function && group.Forms[i].InPlace?.Code == function.Code)); i++)
                features += group.Forms[i].Node.Features;
            if (form.InPlace is { } first) Steps.Add(new Step(first.Code, features, form.Node.Value) { A = form.Node.Value });
        }

        foreach (Form form in group.Forms)
        {
            if (form.InPlace is not { } function) continue;
            function.Value = form.Node.Value;
            _done.Add(function);
            Order.Add(function);
        }
    }

    private static FormulaProduct ProductOf(FormGroup group, int first, Node[] operands)
    {
        List<FormulaPart> parts = [];
        List<FormulaVector> biases = [];
        foreach (Form form in group.Forms)
        {
            int row = 0, column = form.Row - group.Row;
            for (int i = 0; i < operands.Length; i++)
            {
                FormTerm term = form.Node.Terms[first + i];
                parts.Add(new FormulaPart(term.Weight, term.Column, form.Node.Features, row, column, form.Node.Factor));
                row += operands[i].Features;
            }

            if (first > 0) continue;
            foreach ((int weight, int offset) in form.Node.Biases) biases.Add(new FormulaVector(weight, offset, form.Node.Features, column, form.Node.Factor));
        }

        return new FormulaProduct(group.Row, group.Width, [], Adds: first > 0, [.. parts], [.. biases]);
    }

    private static Reference At(Node node, int placeBase, int row) => new(Slot.Pinned(node.Features, placeBase, row), 0);

    private Reference Constant(Node node)
    {
        Reference place = At(node, FormulaBases.Constants, _constantRows);
        _constantRows += node.Features;
        return place;
    }
}
