namespace Unroll.Kernels.Formulas;

/// <summary>What an instruction of a formula does; a, b, c are its operands, g stands for a gradient.</summary>
internal enum FormulaCode
{
    /// <summary>Some linear forms of the weights, side by side; see <see cref="FormulaProduct"/>.</summary>
    Product,

    /// <summary>The gradient at linear forms back to one of their operands; see <see cref="FormulaTransposed"/>.</summary>
    TransposedProduct,

    Copy,
    Clear,

    /// <summary>a · scale + offset.</summary>
    Affine,

    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>a where a ≤ b, else b.</summary>
    Minimum,

    /// <summary>a where a ≥ b, else b.</summary>
    Maximum,

    /// <summary>a · b + c, rounded once.</summary>
    Fma,

    /// <summary>c − a · b, rounded once.</summary>
    FmaNegated,

    /// <summary>The features of a, summed in ascending order.</summary>
    Sum,

    /// <summary>The only feature of a, repeated.</summary>
    Broadcast,

    Linear,
    Tanh,
    Sigmoid,
    Relu,
    HardSigmoid,
    HardSigmoidKeras2,
    Softsign,

    /// <summary>tanh of an argument that carries the factor of its weights.</summary>
    ScaledTanh,

    /// <summary>Sigmoid of an argument that carries the factor of its weights.</summary>
    ScaledSigmoid,

    Exp,
    Log,
    Sqrt,
    Square,
    Abs,
    Softplus,
    Reciprocal,

    /// <summary>A function that is no instruction of its own, see <see cref="FormulaPlan.Functions"/>.</summary>
    Function,

    /// <summary>g · slope, where the slope is that of a function at b: see <see cref="FormulaCodes.SlopeOf"/>.</summary>
    TanhSlope,
    SigmoidSlope,
    ReluSlope,
    HardSigmoidSlope,
    HardSigmoidKeras2Slope,
    SoftsignSlope,
    LogSlope,
    SqrtSlope,
    SquareSlope,
    AbsSlope,
    SoftplusSlope,
    ReciprocalSlope,

    /// <summary>g where b &gt; c, else 0.</summary>
    WhereGreater,

    /// <summary>0 where b &gt; c, else g.</summary>
    WhereNotGreater,

    /// <summary>The gradient at the argument b of a <see cref="Function"/> with the value c; sets its target, never adds to it.</summary>
    FunctionSlope,
}

/// <summary>What the compiler has to know about functions.</summary>
internal static class FormulaCodes
{
    /// <summary>The instruction that multiplies a gradient by the function's slope, and whether that follows from the function's argument instead of its value.</summary>
    public static (FormulaCode Code, bool OfArgument) SlopeOf(FormulaCode function) => function switch
    {
        FormulaCode.Tanh or FormulaCode.ScaledTanh => (FormulaCode.TanhSlope, false),
        FormulaCode.Sigmoid or FormulaCode.ScaledSigmoid => (FormulaCode.SigmoidSlope, false),
        FormulaCode.Relu => (FormulaCode.ReluSlope, false),
        FormulaCode.HardSigmoid => (FormulaCode.HardSigmoidSlope, false),
        FormulaCode.HardSigmoidKeras2 => (FormulaCode.HardSigmoidKeras2Slope, false),
        FormulaCode.Softsign => (FormulaCode.SoftsignSlope, false),
        FormulaCode.Exp => (FormulaCode.Multiply, false),
        FormulaCode.Sqrt => (FormulaCode.SqrtSlope, false),
        FormulaCode.Reciprocal => (FormulaCode.ReciprocalSlope, false),
        FormulaCode.Log => (FormulaCode.LogSlope, true),
        FormulaCode.Square => (FormulaCode.SquareSlope, true),
        FormulaCode.Abs => (FormulaCode.AbsSlope, true),
        FormulaCode.Softplus => (FormulaCode.SoftplusSlope, true),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "This instruction is no function of one argument."),
    };

    /// <summary>The activation as an instruction.</summary>
    public static FormulaCode Of(Activation.ActivationKind activation) => activation switch
    {
        Activation.ActivationKind.Linear => FormulaCode.Linear,
        Activation.ActivationKind.Tanh => FormulaCode.Tanh,
        Activation.ActivationKind.Sigmoid => FormulaCode.Sigmoid,
        Activation.ActivationKind.Relu => FormulaCode.Relu,
        Activation.ActivationKind.HardSigmoid => FormulaCode.HardSigmoid,
        Activation.ActivationKind.HardSigmoidKeras2 => FormulaCode.HardSigmoidKeras2,
        Activation.ActivationKind.Softsign => FormulaCode.Softsign,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "This activation does not work element by element."),
    };
}
