using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>What a <see cref="Node"/> is.</summary>
internal enum NodeKind
{
    Input,
    State,

    /// <summary>Dropout factors.</summary>
    Factor,

    /// <summary>A vector of weights, or some of its features.</summary>
    Vector,

    Number,

    /// <summary>A vector times some columns of a weight matrix.</summary>
    MatrixProduct,

    /// <summary>Matrix products and vectors of weights, summed: one column range of a packed product.</summary>
    Form,

    /// <summary>An instruction of its own, <see cref="Node.Code"/>.</summary>
    Operation,

    Concat,
    Slice,
}

/// <summary>One operand of a linear form with its weight matrix, from <paramref name="Column"/> on.</summary>
internal sealed record FormTerm(Node Operand, int Weight, int Column);

/// <summary>A step of the compiled formula: what the formula's values come down to, each computed once.</summary>
internal sealed class Node(NodeKind kind, int features, params Node[] operands)
{
    public NodeKind Kind { get; } = kind;

    public int Features { get; } = features;

    public Node[] Operands { get; } = operands;

    public FormulaCode Code { get; init; }

    /// <summary>Order of creation.</summary>
    public int Id { get; init; }

    /// <summary>Number of the state, factor, weight or function.</summary>
    public int Index { get; init; }

    /// <summary>First feature of a slice or vector, first column of a matrix.</summary>
    public int First { get; init; }

    public double Scale { get; init; }

    public double Offset { get; init; }

    /// <summary>Of a linear form.</summary>
    public FormTerm[] Terms { get; init; } = [];

    /// <summary>Vectors of weights of a linear form.</summary>
    public (int Weight, int First)[] Biases { get; init; } = [];

    /// <summary>The factor that a linear form's weights carry, which its activation expects.</summary>
    public float Factor { get; init; } = 1;

    /// <summary>How often other nodes and results read the value.</summary>
    public int Uses { get; set; }

    /// <summary>Where the value lies.</summary>
    public Reference Value { get; set; }

    /// <summary>Where the gradient lies, once there is a part of it.</summary>
    public Reference? Gradient { get; set; }

    public bool NeedsGradient { get; set; }

    public bool IsLeaf => Kind is NodeKind.Input or NodeKind.State or NodeKind.Factor or NodeKind.Vector or NodeKind.Number;

    /// <summary>True for a function of one argument, feature by feature.</summary>
    public bool IsFunction => Kind == NodeKind.Operation && Code is >= FormulaCode.Tanh and <= FormulaCode.Reciprocal;
}

/// <summary>An array of some features that steps read and write; it gets its place when all steps are known.</summary>
internal sealed class Slot(int features)
{
    public int Features { get; } = features;

    /// <summary>The place; null as long as it is open.</summary>
    public FormulaPlace? Place { get; set; }

    /// <summary>True if the place was no choice: it belongs to a state, an input, a linear form.</summary>
    public bool IsPinned { get; private init; }

    public static Slot Pinned(int features, int placeBase, int row) => new(features) { Place = new FormulaPlace(placeBase, row), IsPinned = true };
}

/// <summary>Features of a slot from <paramref name="First"/> on.</summary>
internal readonly record struct Reference(Slot Slot, int First)
{
    public Reference From(int first) => new(Slot, First + first);

    public FormulaPlace Place => Slot.Place is { } place ? place with { Row = place.Row + First } : throw new InvalidOperationException("A slot has no place.");
}

/// <summary>An instruction before places are known.</summary>
internal sealed record Step(FormulaCode Code, int Features, Reference Target)
{
    public Reference? A { get; init; }

    public Reference? B { get; init; }

    public Reference? C { get; init; }

    public bool Adds { get; init; }

    public double Scale { get; init; }

    public double Offset { get; init; }

    public int Product { get; init; }

    /// <summary>Further operands of a product.</summary>
    public Reference[] Operands { get; init; } = [];

    /// <summary>The linear form whose gradient this step brings to its place, which is none to bring if it is there already.</summary>
    public Form? Delta { get; init; }

    public IEnumerable<Reference> Reads => ((Reference?[])[A, B, C]).OfType<Reference>().Concat(Operands);

    public FormulaInstruction Placed() => new(Code, Features, Target.Place, A?.Place ?? default)
    {
        B = B?.Place ?? default,
        C = C?.Place ?? default,
        Adds = Adds,
        Scale = (float)Scale,
        Offset = (float)Offset,
        Product = Product,
    };
}
