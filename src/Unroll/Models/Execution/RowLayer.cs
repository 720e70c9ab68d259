using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Models.Execution;

/// <summary>What a layer needs to know to prepare for predictions of single rows.</summary>
/// <param name="Arena">Memory that lives as long as the form.</param>
/// <param name="Width">Vector width of the kernels.</param>
/// <param name="Steps">Time steps that come in; 1 for inputs without time.</param>
/// <param name="Features">Features per step that come in.</param>
/// <param name="Below">The layer below, or what stands for the inputs.</param>
internal sealed record RowContext(Arena Arena, VectorWidth Width, int Steps, int Features, RowLayer Below);

/// <summary>
/// A layer in the form that predicts one row of a batch: features in the lanes, <c>[time][features, padded to 16]</c>.
/// Sums have the order of <see cref="LayerProgram"/>, so both forms give the same bits.
/// </summary>
internal abstract class RowLayer
{
    public Block Output { get; protected init; }

    /// <summary>[time] of 1 and 0; empty without a mask.</summary>
    public virtual Block Mask => default;

    /// <summary>Takes over the weights as they are now.</summary>
    public abstract void Prepare();

    /// <summary>Computes <see cref="Output"/> from that of the layer below.</summary>
    /// <param name="ids">The row's token ids; empty for real-valued inputs.</param>
    public abstract void Run(ReadOnlySpan<int> ids);
}
