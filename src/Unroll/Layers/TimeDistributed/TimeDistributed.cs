using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Applies a <see cref="Dense"/> to every time step, <c>[B, T, F] → [B, T, U]</c>. Dense does so by itself; the wrapper is
/// there for models that were written with it. Masks pass.
/// </summary>
public sealed class TimeDistributed : Layer
{
    private static readonly Argument<Dense> LayerArgument = LayerArguments.Layer<Dense>("layer", "a Dense", "dense(4)");

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">What is applied to every step.</param>
    /// <exception cref="ArgumentException">The layer is in a model already.</exception>
    public TimeDistributed(Dense layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.IsAdded || layer.IsBuilt)
            throw new ArgumentException($"TimeDistributed: the layer '{layer.Name}' is in a model already; create a new one.", nameof(layer));
        layer.IsAdded = true;
        Set(LayerArgument, layer);
    }

    /// <inheritdoc/>
    public override string ClassName => "TimeDistributed";

    /// <summary>What is applied to every step.</summary>
    public Dense Layer => Get(LayerArgument);

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, TimeDistributed>("TimeDistributed")
    {
        Arguments = [.. CommonArguments, LayerArgument],
        Make = a => new TimeDistributed(a.Get(LayerArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override IEnumerable<string> WeightPaths => Layer.WeightPaths.Select(path => $"layer/{path}");

    internal override Layer Wrapped => Layer;

    internal override void NameWrapped(string name)
    {
        if (Layer.Name.Length == 0) Layer.Rename(name);
    }

    internal override Activation? LastActivation => Layer.LastActivation;

    internal override int LeafCalls => Layer.LeafCalls;

    internal override Graph? InnerGraph(CallInputs inputs) => Layer.InnerGraph(inputs);

    internal override LayerProgram CreateProgram(ProgramContext context) => Layer.CreateProgram(context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) =>
        Layer.DescribeWeights(StepOf(inputShape));

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) =>
        [inputShape[0], .. Layer.InferOutputShape(StepOf(inputShape))];

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => Layer.RestrictionsOf(weight);

    private protected override void OnBuilt(IReadOnlyList<int?> inputShape) => Layer.Adopt(Parameters, StepOf(inputShape));

    private IReadOnlyList<int?> StepOf(IReadOnlyList<int?> inputShape) => inputShape.Count == 2
        ? [inputShape[1]]
        : throw WrongInput(inputShape, "[batch, time, features]; a recurrent layer below needs return_sequences=true");
}
