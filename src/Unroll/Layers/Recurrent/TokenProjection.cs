using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>How the distinct tokens of a batch are projected; chosen by the layers' shapes alone.</summary>
internal abstract class TokenProjection
{
    /// <summary>Floats of a projected token.</summary>
    public abstract int Stride { get; }

    /// <summary>Tokens that there must be room for if there are <paramref name="distinct"/>.</summary>
    public abstract int Room(int distinct);

    /// <summary>Projects the tokens.</summary>
    /// <param name="table">The embedding's table.</param>
    /// <param name="ids">Distinct ids.</param>
    /// <param name="projected">[ids][<see cref="Stride"/>].</param>
    public abstract void Project(Block table, ReadOnlySpan<int> ids, Block projected);

    /// <summary>From the tokens' gradients to those of kernel and table.</summary>
    /// <param name="table">The embedding's table.</param>
    /// <param name="ids">Distinct ids.</param>
    /// <param name="delta">Gradients at the projected tokens.</param>
    /// <param name="kernelGradient">Row-major; is added to.</param>
    /// <param name="tableGradient">Row-major; zero in the rows of the tokens.</param>
    public abstract void AddGradients(Block table, ReadOnlySpan<int> ids, Block delta, Block kernelGradient, Block tableGradient);
}
