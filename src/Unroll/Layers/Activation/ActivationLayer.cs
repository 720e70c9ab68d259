using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>An activation as a layer of its own, Keras' <c>Activation</c>. Any shape; masks pass.</summary>
public sealed class ActivationLayer : WeightlessLayer
{
    private static readonly Argument<Activation> ActivationArgument =
        new("activation", new ArgumentForm<Activation>(input => Activation.Catalog.Create(input.Object()), value => Activation.Catalog.ToNode(value), "tanh"));

    /// <summary>Creates the layer.</summary>
    /// <param name="activation">An activation or its name; one of your own, too.</param>
    public ActivationLayer(Activation activation) => Activation = activation;

    /// <inheritdoc/>
    public override string ClassName => "Activation";

    /// <summary>What is applied to every value.</summary>
    public Activation Activation { get => Get(ActivationArgument); init => Set(ActivationArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ActivationLayer>("Activation")
    {
        Arguments = [.. CommonArguments, ActivationArgument],
        Make = a => new ActivationLayer(a.Get(ActivationArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override bool TreatsStepsAlike => true;

    internal override Activation LastActivation => Activation;

    /// <summary>What a layer that this is a part of adds to the loss for its output.</summary>
    internal Regularizer? Penalty { get; init; }

    internal override Regularizer? OutputRegularizer => Penalty;

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => inputShape.Count == 0
        ? inputShape
        : [.. inputShape.SkipLast(1), inputShape[^1] is { } features ? Activation.CountOutputs(features) : null];

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        Activation.Kind is { } kind ? new ActivationProgram(kind, context) : new LaneFunctionProgram(Activation, context);
}
