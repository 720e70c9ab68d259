using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Activations;

/// <summary>An activation that recurrent and dense kernels compute by themselves.</summary>
internal sealed class FusedActivation(string name, ActivationKind kind) : Activation
{
    public override string Name => name;

    internal override ActivationKind? Kind => kind;

    // All fused activations are of one class.
    private protected override object Variant => kind;

    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (kind == ActivationKind.Softmax)
        {
            x.CopyTo(y);
            Kernels.Activation.Softmax.ForwardRow(y, x.Length, lanes: 1);
            return;
        }

        var arena = new Arena();
        Block values = arena.AllocateCopy(x);
        ActivationKernel.Create(VectorWidths.Best, kind).Apply(values, values);
        values.Span[..x.Length].CopyTo(y);
        arena.Free();
    }

    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        if (kind == ActivationKind.Softmax)
        {
            dy.CopyTo(dx);
            Kernels.Activation.Softmax.BackwardRow(y, dx, y.Length, lanes: 1);
            return;
        }

        var arena = new Arena();
        Block output = arena.AllocateCopy(y), gradient = arena.AllocateCopy(dy);
        ActivationKernel.Create(VectorWidths.Best, kind).Differentiate(output, gradient, gradient);
        gradient.Span[..dx.Length].CopyTo(dx);
        arena.Free();
    }
}

/// <summary>The registration of one activation without arguments.</summary>
internal sealed class SingleRegistration(Activation activation) : Registration<Activation>(activation.Name)
{
    // Along another axis it would be another function; Keras' files have the entry where a layer is given as an activation.
    private readonly Argument[] _entries = activation.Kind == ActivationKind.Softmax ? [Argument.Outdated("axis", -1)] : [];

    public override IReadOnlyList<string> PositionalNames => [];

    internal override bool IsClassOf(Activation value) => value.Equals(activation);

    internal override Activation Create(ObjectConfig config, IReadOnlyList<Argument>? alsoKnown)
    {
        ArgumentValues.Read(config, Name, _entries, [], alsoKnown);
        return activation;
    }

    internal override (JsonObject Config, JsonObject Own) Describe(Activation value) => ([], []);
}
