using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>An activation as a layer of its own, Keras' <c>Activation</c>. Any shape; masks pass.</summary>
public sealed class ActivationLayer : WeightlessLayer
{
    private static readonly Argument<Activation> ActivationArgument = LayerArguments.Fused(
        new("activation", new ArgumentForm<Activation>(input => Activation.Catalog.Create(input.Object()), value => Activation.Catalog.ToNode(value), "tanh")));

    /// <summary>Creates the layer.</summary>
    /// <param name="activation">An activation or its name.</param>
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

    internal override LayerProgram CreateProgram(ProgramContext context) => new ActivationProgram(this, context);
}
