using Unroll.Layers;
using Unroll.Testing;

namespace Unroll.Tests.Layers.Contract;

/// <summary>A layer as the contract tries it.</summary>
/// <param name="Create">Makes one.</param>
/// <param name="InputShape">Shape of a sample that it takes, without the batch dimension.</param>
internal sealed record LayerCase(Func<Layer> Create, params int[] InputShape)
{
    /// <summary>True if the layer takes token ids.</summary>
    public bool TakesIds { get; init; }

    /// <summary>True if some steps are masked in front of the layer, which leaves them out.</summary>
    public bool HasMask { get; init; }

    /// <summary>True if the layer knows nothing of masks, as in Keras: what comes out depends on masked steps, too.</summary>
    public bool IgnoresMask { get; init; }

    /// <summary>How the layer is called; null: on the input alone.</summary>
    public Func<Layer, Symbol, Symbol>? Call { get; init; }

    public void Check() => LayerContract.Check(
        Create,
        TakesIds ? Input.Ids([.. InputShape.Select(size => (int?)size)]) : Input.Features([.. InputShape.Select(size => (int?)size)]),
        new ContractOptions
        {
            Masked = HasMask,
            Parts = IgnoresMask ? ContractParts.All & ~ContractParts.Masks : ContractParts.All,
            Call = Call is { } call ? (layer, x) => call(layer, x) : null,
        });
}
