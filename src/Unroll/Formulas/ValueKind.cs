namespace Unroll.Formulas;

/// <summary>What a <see cref="Value"/> is or how it is computed.</summary>
internal enum ValueKind
{
    Input,
    State,
    Weight,
    Number,
    Add,
    Subtract,
    Multiply,
    Divide,
    MatrixProduct,
    Minimum,
    Maximum,
    Concat,
    Slice,
    Sum,
    Mean,
    Tanh,
    Sigmoid,
    Relu,
    HardSigmoid,
    HardSigmoidKeras2,
    Softsign,
    Exp,
    Log,
    Sqrt,
    Square,
    Abs,
    Softplus,

    /// <summary>An activation that is none of these.</summary>
    Function,

    /// <summary>Dropout factors that a recording names itself.</summary>
    Factor,
}
