using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>
/// Reverse-mode differentiation: from the last node to the first, each hands its gradient on to its operands. The first
/// part of a gradient sets, further ones add, in one order. Gradients at linear forms stay on the frame, for the weights'.
/// </summary>
internal sealed class BackwardPass
{
    private readonly ForwardPass _forward;
    private readonly FormulaOptions _options;
    private readonly Dictionary<Node, List<(Form Form, FormTerm Term)>> _forms = []; // by operand
    private readonly Dictionary<Node, Form> _formOf = [];

    public BackwardPass(ForwardPass forward, Node[] results, int inputs, FormulaOptions options)
    {
        (_forward, _options) = (forward, options);
        foreach (FormGroup group in forward.Groups)
        {
            foreach (Form form in group.Forms)
            {
                _formOf.Add(form.Node, form);
                foreach (FormTerm term in form.Node.Terms)
                {
                    if (!_forms.TryGetValue(term.Operand, out List<(Form, FormTerm)>? list)) _forms.Add(term.Operand, list = []);
                    list.Add((form, term));
                }
            }
        }

        foreach (Node node in forward.Order) Prepare(node);
        for (int i = 0; i < results.Length; i++)
            results[i].Gradient = new Reference(Slot.Pinned(results[i].Features, FormulaBases.GradientAfter(i), 0), 0);
        for (int i = forward.Order.Count - 1; i >= 0; i--)
        {
            if (!forward.Order[i].IsLeaf) Visit(forward.Order[i]);
        }

        foreach (Node leaf in forward.Order.Where(node => node.IsLeaf && node.NeedsGradient))
        {
            Return(leaf);
            if (leaf.Gradient is null) Cleared(leaf);
        }

        if (options.NeedsInputGradient && !forward.Order.Exists(node => node.Kind == NodeKind.Input))
            Cleared(new Node(NodeKind.Input, inputs));
    }

    public List<Step> Steps { get; } = [];

    public List<FormulaTransposed> Transposed { get; } = [];

    /// <summary>Vectors of weights outside linear forms, with their rows among the accumulators.</summary>
    public List<FormulaVector> VectorSums { get; } = [];

    public int AccumulatorRows { get; private set; }

    private void Prepare(Node node)
    {
        node.NeedsGradient = node.Kind switch
        {
            NodeKind.Input => _options.NeedsInputGradient,
            NodeKind.State or NodeKind.Vector or NodeKind.Form => true,
            NodeKind.Factor or NodeKind.Number => false,
            _ => node.Operands.Any(operand => operand.NeedsGradient),
        };
        if (node.Kind == NodeKind.State) node.Gradient = new Reference(Slot.Pinned(node.Features, FormulaBases.GradientBefore(node.Index), 0), 0);
        if (node.Kind != NodeKind.Vector) return;
        node.Gradient = new Reference(Slot.Pinned(node.Features, FormulaBases.Accumulators, AccumulatorRows), 0);
        VectorSums.Add(new FormulaVector(node.Index, node.First, node.Features, AccumulatorRows));
        AccumulatorRows += node.Features;
    }

    private void Visit(Node node)
    {
        if (!node.NeedsGradient) return;
        Return(node);
        if (node.Kind == NodeKind.Slice || node.Gradient is not { } g) return; // a slice's gradient is part of its operand's
        if (node.Kind == NodeKind.Form)
        {
            Form form = _formOf[node];
            Add(new Step(FormulaCode.Copy, node.Features, new Reference(form.Delta, 0)) { A = g, Delta = form });
            return;
        }

        if (node.Kind == NodeKind.Concat)
        {
            int first = 0;
            foreach (Node part in node.Operands)
            {
                if (part.NeedsGradient) AddTo(part, g.From(first));
                first += part.Features;
            }

            return;
        }

        Differentiate(node, g);
    }

    private void Differentiate(Node node, Reference g)
    {
        Node a = node.Operands[0];
        Node? b = node.Operands.Length > 1 ? node.Operands[1] : null;
        switch (node.Code)
        {
            case FormulaCode.Copy: HandOn(a, g); break;
            case FormulaCode.Affine:
                if (a.NeedsGradient) Apply(FormulaCode.Affine, a, g, null, node.Scale);
                break;
            case FormulaCode.Add:
                HandOn(b!, g, last: false);
                HandOn(a, g);
                break;
            case FormulaCode.Subtract:
                SubtractFrom(b!, g);
                HandOn(a, g);
                break;
            case FormulaCode.Multiply: Products(a, b!, g); break;
            case FormulaCode.Fma:
                Products(a, b!, g);
                HandOn(node.Operands[2], g);
                break;
            case FormulaCode.FmaNegated:
                SubtractProduct(a, g, b!.Value);
                SubtractProduct(b!, g, a.Value);
                HandOn(node.Operands[2], g);
                break;
            case FormulaCode.Divide:
                Add(new Step(FormulaCode.Divide, node.Features, g) { A = g, B = b!.Value });
                SubtractProduct(b, g, node.Value);
                HandOn(a, g);
                break;
            case FormulaCode.Minimum: Select(a, b!, a.Value, b!.Value, g); break;
            case FormulaCode.Maximum: Select(a, b!, b!.Value, a.Value, g); break;
            case FormulaCode.Sum: Set(FormulaCode.Broadcast, a, a.Features, g); break;
            case FormulaCode.Broadcast: Set(FormulaCode.Sum, a, node.Features, g); break;
            case FormulaCode.Function: DifferentiateFunction(node, a, g); break;
            default:
                (FormulaCode slope, bool ofArgument) = FormulaCodes.SlopeOf(node.Code);
                Reference at = ofArgument ? a.Value : node.Value;
                if (slope == FormulaCode.Multiply) AddProduct(a, g, at);
                else if (a.NeedsGradient) Apply(slope, a, g, at, 0);
                break;
        }
    }

    /// <summary>A function sets its gradient: where there is a part already, the function's goes somewhere else and is added.</summary>
    private void DifferentiateFunction(Node node, Node a, Reference g)
    {
        if (!a.NeedsGradient) return;
        bool takes = a.Gradient is null && CanTake(a) && a.Kind != NodeKind.Form;
        Reference target = takes ? g : new Reference(new Slot(node.Features), 0);
        Add(new Step(FormulaCode.FunctionSlope, node.Features, target) { A = g, B = a.Value, C = node.Value, Product = node.Index });
        if (takes) a.Gradient = g;
        else HandOn(a, target);
    }

    /// <summary>What a product gives its factors. A linear form comes last: its gradient overwrites its value.</summary>
    private void Products(Node a, Node b, Reference g)
    {
        if (a.Kind == NodeKind.Form) (a, b) = (b, a);
        AddProduct(a, g, b.Value);
        AddProduct(b, g, a.Value);
    }

    private void AddProduct(Node node, Reference g, Reference factor)
    {
        if (!node.NeedsGradient) return;
        Reference target = Target(node, out bool adds);
        Add(new Step(adds ? FormulaCode.Fma : FormulaCode.Multiply, node.Features, target) { A = g, B = factor, C = adds ? target : null });
    }

    private void SubtractProduct(Node node, Reference g, Reference factor)
    {
        if (!node.NeedsGradient) return;
        Reference target = Target(node, out bool adds);
        Add(new Step(adds ? FormulaCode.FmaNegated : FormulaCode.Multiply, node.Features, target) { A = g, B = factor, C = adds ? target : null });
        if (!adds) Add(new Step(FormulaCode.Affine, node.Features, target) { A = target, Scale = -1 });
    }

    private void SubtractFrom(Node node, Reference g)
    {
        if (!node.NeedsGradient) return;
        Reference target = Target(node, out bool adds);
        if (adds) Add(new Step(FormulaCode.Subtract, node.Features, target) { A = target, B = g });
        else Add(new Step(FormulaCode.Affine, node.Features, target) { A = g, Scale = -1 });
    }

    /// <summary>The gradient goes to the operand that was taken: to <paramref name="b"/> where p &gt; q.</summary>
    private void Select(Node a, Node b, Reference p, Reference q, Reference g)
    {
        foreach ((Node node, FormulaCode code) in ((Node, FormulaCode)[])[(b, FormulaCode.WhereGreater), (a, FormulaCode.WhereNotGreater)])
        {
            if (!node.NeedsGradient) continue;
            Reference target = Target(node, out bool adds);
            Add(new Step(code, node.Features, target) { A = g, B = p, C = q, Adds = adds });
        }
    }

    private void Set(FormulaCode code, Node node, int features, Reference g)
    {
        if (!node.NeedsGradient) return;
        Reference target = Target(node, out bool adds);
        Add(new Step(code, features, target) { A = g, Adds = adds });
    }

    /// <summary>Feature by feature; in the place of <paramref name="g"/>, which nobody needs any more, if nothing speaks against it.</summary>
    private void Apply(FormulaCode code, Node node, Reference g, Reference? at, double scale)
    {
        bool adds = false;
        Reference target = g;
        if (node.Gradient is null && CanTake(node) && node.Kind != NodeKind.Form) node.Gradient = g;
        else target = Target(node, out adds);
        Add(new Step(code, node.Features, target) { A = g, B = at, Scale = scale, Adds = adds });
    }

    /// <summary>Adds the gradient as it is. The last to get it may keep it.</summary>
    private void HandOn(Node node, Reference g, bool last = true)
    {
        if (!node.NeedsGradient) return;
        if (last && node.Gradient is null && CanTake(node) && !(node.Kind == NodeKind.Form && g.Slot.IsPinned)) node.Gradient = g;
        else AddTo(node, g);
    }

    private void AddTo(Node node, Reference g)
    {
        Reference target = Target(node, out bool adds);
        Add(new Step(adds ? FormulaCode.Add : FormulaCode.Copy, node.Features, target) { A = g, B = adds ? target : null });
    }

    private static bool CanTake(Node node) => !node.IsLeaf && node.Kind != NodeKind.Slice;

    /// <summary>Where a part of the gradient goes, and whether there is one already.</summary>
    private Reference Target(Node node, out bool adds)
    {
        adds = true;
        if (node.Gradient is { } there) return there;
        if (node.Kind == NodeKind.Slice)
        {
            Reference whole = node.Operands[0].Gradient ?? Cleared(node.Operands[0]);
            node.Gradient = whole.From(node.First);
            return node.Gradient.Value;
        }

        adds = false;
        return New(node);
    }

    private Reference Cleared(Node node)
    {
        if (node.Kind == NodeKind.Slice) return Target(node, out _);
        Reference target = New(node);
        Add(new Step(FormulaCode.Clear, node.Features, target));
        return target;
    }

    private static Reference New(Node node)
    {
        var slot = node.Kind == NodeKind.Input ? Slot.Pinned(node.Features, FormulaBases.InputGradient, 0) : new Slot(node.Features);
        node.Gradient = new Reference(slot, 0);
        return node.Gradient.Value;
    }

    /// <summary>Brings the gradients of the linear forms that read a node back to it: one product for forms that are neighbours.</summary>
    private void Return(Node operand)
    {
        if (!operand.NeedsGradient || !_forms.TryGetValue(operand, out List<(Form Form, FormTerm Term)>? readers)) return;
        readers = [.. readers.OrderBy(reader => reader.Form.DeltaRow)];
        for (int i = 0; i < readers.Count;)
        {
            Form first = readers[i].Form;
            List<FormulaPart> parts = [];
            int depth = 0;
            for (; i < readers.Count && readers[i].Form.DeltaRow == first.DeltaRow + depth; i++)
            {
                (Form form, FormTerm term) = readers[i];
                parts.Add(new FormulaPart(term.Weight, term.Column, form.Node.Features, depth, 0, 1));
                depth += form.Node.Features;
            }

            Reference target = Target(operand, out bool adds);
            Add(new Step(FormulaCode.TransposedProduct, operand.Features, target) { A = new Reference(first.Delta, 0), Adds = adds, Product = Transposed.Count });
            Transposed.Add(new FormulaTransposed(depth, operand.Features, [.. parts]));
        }
    }

    private void Add(Step step) => Steps.Add(step);
}
