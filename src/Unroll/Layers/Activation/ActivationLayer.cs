using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>An activation as a layer of its own, Keras' <c>Activation</c>. Any shape; masks pass.</summary>
public sealed class ActivationLayer : WeightlessLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="activation">An activation or its name.</param>
    public ActivationLayer(Activation activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        Activation = activation;
    }

    /// <inheritdoc/>
    public override string ClassName => "Activation";

    /// <summary>What is applied to every value.</summary>
    public Activation Activation { get; }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ActivationLayer>("Activation")
    {
        Arguments = [.. LayerArguments.Common<ActivationLayer>(), new("activation", layer => layer.Activation)],
        Make = a => new ActivationLayer(Activation.FromName(a.String("activation"))),
    };

    internal override Activation LastActivation => Activation;

    internal override LayerProgram CreateProgram(ProgramContext context) => new ActivationProgram(this, context);
}
