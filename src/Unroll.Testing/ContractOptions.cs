using Unroll.Layers;

namespace Unroll.Testing;

/// <summary>How a layer is tried: <c>new() { Masked = true, Parts = ContractParts.All &amp; ~ContractParts.Files }</c>.</summary>
public sealed record ContractOptions
{
    /// <summary>What is tried; everything unless set.</summary>
    public ContractParts Parts { get; init; } = ContractParts.All;

    /// <summary>True: in some samples the last steps are masked in front of the layer, which has to leave them out.</summary>
    public bool Masked { get; init; }

    /// <summary>How the layer is called, for one that takes several inputs, say; null: on the input alone.</summary>
    public Func<Layer, Symbol, Symbols>? Call { get; init; }

    /// <summary>How far a gradient may be from the difference of the loss, relative to the largest gradient.</summary>
    public double GradientTolerance { get; init; } = 0.01;
}
