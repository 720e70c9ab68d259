using Unroll.Kernels.Activation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Recurrent;

namespace Unroll.Formulas.Compilation;

/// <summary>
/// Gathers sums of matrix products and weight vectors into linear forms, and products that a sum takes up into fused
/// multiply-adds. The factor that sigmoid and tanh want goes into the weights of a form that nobody else reads.
/// </summary>
internal sealed class LinearForms
{
    private readonly Dictionary<Node, Node> _rewritten = [];
    private int _id;

    private LinearForms()
    {
    }

    /// <summary>The graph of the results, rewritten, with uses counted.</summary>
    public static Node[] Rewrite(Node[] results)
    {
        CountUses(results);
        var forms = new LinearForms();
        Node[] rewritten = [.. results.Select(forms.Rewrite)];
        CountUses(rewritten);
        return rewritten;
    }

    private static void CountUses(Node[] results)
    {
        var seen = new HashSet<Node>();
        foreach (Node result in results) Visit(result);

        void Visit(Node node)
        {
            if (seen.Add(node))
            {
                node.Uses = 0;
                foreach (Node operand in node.Operands) Visit(operand);
            }

            node.Uses++;
        }
    }

    private Node Rewrite(Node node)
    {
        if (_rewritten.TryGetValue(node, out Node? result)) return result;
        result = Create(node);
        _rewritten.Add(node, result);
        return result;
    }

    private Node Create(Node node)
    {
        if (node.IsLeaf) return node;
        if (node.Kind == NodeKind.MatrixProduct) return Form([node], []);
        if (node.Kind == NodeKind.Operation)
        {
            switch (node.Code)
            {
                case FormulaCode.Add: return Sum(node);
                case FormulaCode.Subtract when IsOwnProduct(node.Operands[1]):
                    return New(node, FormulaCode.FmaNegated, [.. node.Operands[1].Operands.Select(Rewrite), Rewrite(node.Operands[0])]);
                case FormulaCode.Sigmoid or FormulaCode.Tanh: return Activation(node);
            }
        }

        return New(node, node.Code, [.. node.Operands.Select(Rewrite)]);
    }

    private Node Activation(Node node)
    {
        Node argument = Rewrite(node.Operands[0]);
        if (argument.Kind != NodeKind.Form || node.Operands[0].Uses > 1) return New(node, node.Code, [argument]);
        bool sigmoid = node.Code == FormulaCode.Sigmoid;
        float factor = RecurrentKernels.InputScale(sigmoid ? ActivationKind.Sigmoid : ActivationKind.Tanh);
        var scaled = new Node(NodeKind.Form, argument.Features, argument.Operands)
        {
            Id = _id++,
            Terms = argument.Terms,
            Biases = argument.Biases,
            Factor = factor,
        };
        return New(node, sigmoid ? FormulaCode.ScaledSigmoid : FormulaCode.ScaledTanh, [scaled]);
    }

    private Node Sum(Node root)
    {
        List<Node> products = [], vectors = [], rest = [];
        Collect(root);
        if (products.Count == 0)
        {
            Node left = root.Operands[0], right = root.Operands[1];
            if (IsOwnProduct(left)) return Fma(left, Rewrite(right));
            if (IsOwnProduct(right)) return Fma(right, Rewrite(left));
            return New(root, FormulaCode.Add, [Rewrite(left), Rewrite(right)]);
        }

        Node result = Form(products, vectors);
        foreach (Node term in rest)
            result = IsOwnProduct(term) ? Fma(term, result) : New(root, FormulaCode.Add, [result, Rewrite(term)]);
        return result;

        void Collect(Node node)
        {
            bool own = node.Uses == 1;
            if (node.Kind == NodeKind.Operation && node.Code == FormulaCode.Add && (own || node == root))
            {
                Collect(node.Operands[0]);
                Collect(node.Operands[1]);
            }
            else if (node.Kind == NodeKind.MatrixProduct && own && products.TrueForAll(other => other.Operands[0] != node.Operands[0]))
            {
                products.Add(node);
            }
            else
            {
                (node.Kind == NodeKind.Vector ? vectors : rest).Add(node);
            }
        }

        Node Fma(Node product, Node summand) => New(root, FormulaCode.Fma, [.. product.Operands.Select(Rewrite), summand]);
    }

    private static bool IsOwnProduct(Node node) => node.Kind == NodeKind.Operation && node.Code == FormulaCode.Multiply && node.Uses == 1;

    private Node Form(List<Node> products, List<Node> vectors)
    {
        FormTerm[] terms =
        [
            .. products.Select(product => new FormTerm(Rewrite(product.Operands[0]), product.Index, product.First))
                .OrderBy(term => FormGroup.RankOf(term.Operand)).ThenBy(term => term.Operand.Id),
        ];
        return new Node(NodeKind.Form, products[0].Features, [.. terms.Select(term => term.Operand)])
        {
            Id = _id++,
            Terms = terms,
            Biases = [.. vectors.Select(vector => (vector.Index, vector.First))],
        };
    }

    private Node New(Node node, FormulaCode code, Node[] operands) => new(node.Kind, node.Features, operands)
    {
        Code = code,
        Id = _id++,
        Index = node.Index,
        First = node.First,
        Scale = node.Scale,
        Offset = node.Offset,
    };
}
