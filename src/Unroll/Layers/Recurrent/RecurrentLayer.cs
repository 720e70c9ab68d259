using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Base of SimpleRNN, LSTM and GRU: <c>[B, T, F] → [B, U]</c>, or <c>[B, T, U]</c> with <c>returnSequences</c>. Behind a
/// mask a step keeps state and output of the step before. The initial state is zero.
/// </summary>
public abstract class RecurrentLayer : Layer
{
    private protected RecurrentLayer(RecurrentOptions options, int gateCount)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequireSize(ClassName, "units", options.Units);
        LayerArguments.RequireRate(ClassName, "dropout", options.Dropout);
        LayerArguments.RequireRate(ClassName, "recurrent_dropout", options.RecurrentDropout);
        BaseOptions = options;
        GateCount = gateCount;
    }

    internal RecurrentOptions BaseOptions { get; }

    /// <summary>Gates in Keras' weights: 1, 4 or 3.</summary>
    internal int GateCount { get; }

    /// <summary>The kernel that computes the layer.</summary>
    internal abstract CellKind Cell { get; }

    internal virtual ActivationKind RecurrentActivationKind => ActivationKind.Sigmoid;

    internal override IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"cell/vars/{i}");

    /// <summary>A new layer of the same class.</summary>
    internal abstract RecurrentLayer Create(RecurrentOptions options);

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "kernel" => (BaseOptions.KernelRegularizer, BaseOptions.KernelConstraint),
        "recurrent_kernel" => (BaseOptions.RecurrentRegularizer, BaseOptions.RecurrentConstraint),
        _ => (BaseOptions.BiasRegularizer, BaseOptions.BiasConstraint),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new RecurrentProgram(this, context);

    // Without reset_after a GRU's step needs two products, one behind the other.
    internal override RowLayer? CreateRow(RowContext context) =>
        Cell == CellKind.GruResetBefore || BaseOptions.ZeroOutputForMask ? null : new RecurrentRow(this, context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        if (BaseOptions.Activation.Kind == ActivationKind.Softmax || RecurrentActivationKind == ActivationKind.Softmax)
            throw new ArgumentException($"{ClassName} '{Name}' can't have the activation 'softmax'; a Dense layer can.");
        int columns = checked(GateCount * BaseOptions.Units);
        yield return ("kernel", [Features(inputShape), columns], BaseOptions.KernelInitializer);
        yield return ("recurrent_kernel", [BaseOptions.Units, columns], BaseOptions.RecurrentInitializer);
        if (BaseOptions.UseBias) yield return ("bias", BiasShape, BiasInitializer);
    }

    private protected virtual int[] BiasShape => [GateCount * BaseOptions.Units];

    private protected virtual Initializer BiasInitializer => BaseOptions.BiasInitializer;

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Features(inputShape);
        return BaseOptions.ReturnSequences ? [inputShape[0], BaseOptions.Units] : [BaseOptions.Units];
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count == 2 && inputShape[1] is { } features
        ? features
        : throw WrongInput(
            inputShape, "[batch, time, features]; a recurrent layer below another needs return_sequences=true");
}
