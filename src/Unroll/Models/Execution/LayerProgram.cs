using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Layers;

namespace Unroll.Models.Execution;

/// <summary>What a layer needs to know to prepare for runs.</summary>
/// <param name="Arena">Memory that lives as long as the programs.</param>
/// <param name="Width">Vector width of the kernels.</param>
/// <param name="InputSteps">Time steps that come in; 1 for inputs without time.</param>
/// <param name="InputFeatures">Features per step that come in.</param>
/// <param name="LayerIndex">Place in the model; part of the key of random numbers.</param>
/// <param name="Seed">The model's seed.</param>
/// <param name="Gradients">Where gradients go; null in inference.</param>
/// <param name="NeedsInputGradient">False for the layer that nobody below asks.</param>
/// <param name="EmitsLogits">True for a last layer whose sigmoid the loss takes over.</param>
/// <param name="MaxRows">Rows of the largest batch.</param>
/// <param name="ProjectedEmbedding">
/// The embedding whose rows the recurrent layer above it projects itself, known to both; null if it does not pay.
/// </param>
internal sealed record ProgramContext(
    Arena Arena, VectorWidth Width, int InputSteps, int InputFeatures, int LayerIndex, int Seed,
    GradientStore? Gradients, bool NeedsInputGradient, bool EmitsLogits, int MaxRows, Embedding? ProjectedEmbedding)
{
    public bool IsTraining => Gradients is not null;
}

/// <summary>A layer made ready to run: kernels chosen, weights packed. Shared by all workers.</summary>
internal abstract class LayerProgram(ProgramContext context)
{
    protected ProgramContext Context { get; } = context;

    /// <summary>Takes over the weights as they are now; called before every step.</summary>
    public abstract void Prepare();

    /// <summary>Called once per batch, before its groups run.</summary>
    /// <param name="inputs">All data.</param>
    /// <param name="rows">The batch's rows of it.</param>
    public virtual void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
    }

    /// <summary>Called once per training batch, after the shared gradients of all its groups were added.</summary>
    public virtual void EndBatch()
    {
    }

    /// <summary>Working memory for one group of rows.</summary>
    public abstract LayerBuffers CreateBuffers(Arena arena);

    public abstract void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group);

    /// <summary>Adds gradients of the weights; sets the gradient at the input, which is the output gradient of the layer below.</summary>
    public abstract void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group);

    /// <summary>Adds gradients whose order of summation crosses groups; called for the groups in ascending order.</summary>
    public virtual void AddSharedGradients(LayerBuffers own, BatchGroup group)
    {
    }
}

/// <summary>
/// A layer's working memory for one group of rows. Arrays are <c>[time][feature][lanes]</c> with the strides of
/// <see cref="RecurrentSequence"/>.
/// </summary>
internal class LayerBuffers
{
    /// <summary>All steps, or the last alone.</summary>
    public Block Output { get; set; }

    /// <summary>Gradient at <see cref="Output"/>, written by the layer above; empty in inference.</summary>
    public Block OutputGradient { get; set; }

    /// <summary>[time][lanes] of 1 and 0; empty without a mask.</summary>
    public Block Mask { get; set; }
}
