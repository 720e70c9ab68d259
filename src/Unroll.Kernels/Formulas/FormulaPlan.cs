using Unroll.Kernels.Activation;

namespace Unroll.Kernels.Formulas;

/// <summary>Where an array of [features][lanes] lies in a step: rows from <paramref name="Row"/> on of a base, see <see cref="FormulaBases"/>.</summary>
internal readonly record struct FormulaPlace(int Base, int Row);

/// <summary>The arrays that instructions work on. Those of states and dropout factors follow the fixed ones.</summary>
internal static class FormulaBases
{
    /// <summary>What the backward pass reads again: one frame per step, linear forms first. After backward the forms hold their gradients.</summary>
    public const int Frame = 0;

    /// <summary>Values that live within a step only.</summary>
    public const int Scratch = 1;

    public const int Input = 2;
    public const int InputGradient = 3;

    /// <summary>Numbers and vectors of weights, repeated over the lanes.</summary>
    public const int Constants = 4;

    /// <summary>Gradients of vectors of weights, summed over the steps.</summary>
    public const int Accumulators = 5;

    private const int FirstState = 6, PerState = 4;

    public static int Before(int state) => FirstState + PerState * state;

    public static int After(int state) => FirstState + PerState * state + 1;

    public static int GradientBefore(int state) => FirstState + PerState * state + 2;

    public static int GradientAfter(int state) => FirstState + PerState * state + 3;

    public static int Factor(int factor, int states) => FirstState + PerState * states + factor;
}

/// <summary>One pass over arrays, or a product.</summary>
internal readonly record struct FormulaInstruction(FormulaCode Code, int Features, FormulaPlace Target, FormulaPlace A)
{
    public FormulaPlace B { get; init; }

    public FormulaPlace C { get; init; }

    /// <summary>Adds to the target; otherwise sets it.</summary>
    public bool Adds { get; init; }

    public float Scale { get; init; }

    public float Offset { get; init; }

    /// <summary>Place in the plan's list of products, transposed products or functions.</summary>
    public int Product { get; init; }
}

/// <summary>A rectangle of packed weights and the columns of the weight matrix that it comes from.</summary>
/// <param name="Weight">Which weight.</param>
/// <param name="Column">First column of the weight.</param>
/// <param name="Columns">Number of its columns; rows are all.</param>
/// <param name="PackedRow">First row (of the rectangle as it lies in the packed weights).</param>
/// <param name="PackedColumn">First column.</param>
/// <param name="Factor">What the entries are multiplied by.</param>
internal sealed record FormulaPart(int Weight, int Column, int Columns, int PackedRow, int PackedColumn, float Factor);

/// <summary>Part of a vector of weights: <paramref name="Features"/> entries from <paramref name="First"/> on belong to <paramref name="Row"/> and those that follow.</summary>
internal sealed record FormulaVector(int Weight, int First, int Features, int Row, float Factor = 1);

/// <summary>An input of a product.</summary>
internal sealed record FormulaOperand(FormulaPlace Place, int Features);

/// <summary>
/// Linear forms with the same operands side by side: rows of the frame = bias + weights · operands, or += weights ·
/// operand. At most two operands.
/// </summary>
internal sealed record FormulaProduct(
    int Row, int Width, FormulaOperand[] Operands, bool Adds, FormulaPart[] Parts, FormulaVector[] Biases);

/// <summary>Gradients at neighbouring linear forms to their common operand.</summary>
internal sealed record FormulaTransposed(int Depth, int Width, FormulaPart[] Parts);

/// <summary>A weight matrix' gradient: operand × gradient of a linear form, over all steps.</summary>
internal sealed record FormulaContraction(FormulaOperand Operand, int Row, int Columns, int Weight, int Column);

/// <summary>A formula compiled for execution, whatever the number of steps and lanes.</summary>
internal sealed class FormulaPlan
{
    /// <summary>Features of the input.</summary>
    public required int Inputs { get; init; }

    /// <summary>Features of the states; an output that is no state is the last of them.</summary>
    public required int[] States { get; init; }

    /// <summary>Which state is put out.</summary>
    public required int Output { get; init; }

    /// <summary>Rows and columns of the weights; a vector has one row.</summary>
    public required (int Rows, int Columns)[] Weights { get; init; }

    /// <summary>Features of the dropout factors.</summary>
    public required int[] Factors { get; init; }

    /// <summary>True if there is a backward pass.</summary>
    public required bool Training { get; init; }

    /// <summary>True if the backward pass sets the gradient of the input.</summary>
    public required bool SetsInputGradient { get; init; }

    public required int FrameRows { get; init; }

    public required int ScratchRows { get; init; }

    public required int ConstantRows { get; init; }

    public required int AccumulatorRows { get; init; }

    /// <summary>Numbers among the constants' rows.</summary>
    public required (int Row, int Features, float Value)[] Numbers { get; init; }

    /// <summary>Vectors of weights among the constants' rows.</summary>
    public required FormulaVector[] Vectors { get; init; }

    public required FormulaInstruction[] Forward { get; init; }

    public required FormulaInstruction[] Backward { get; init; }

    public required FormulaProduct[] Products { get; init; }

    public required FormulaTransposed[] Transposed { get; init; }

    /// <summary>Functions that are no instructions.</summary>
    public required ILaneFunction[] Functions { get; init; }

    public required FormulaContraction[] Contractions { get; init; }

    /// <summary>Vectors whose gradient is that of frame rows.</summary>
    public required FormulaVector[] BiasSums { get; init; }

    /// <summary>Vectors whose gradient is that of accumulator rows.</summary>
    public required FormulaVector[] VectorSums { get; init; }

    /// <summary>Number of arrays that instructions may name.</summary>
    public int Bases => FormulaBases.Factor(Factors.Length, States.Length);
}
