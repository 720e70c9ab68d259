using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Execution;

/// <summary>What a call of a layer needs to know to prepare for runs.</summary>
/// <param name="Arena">Memory that lives as long as the programs.</param>
/// <param name="Width">Vector width of the kernels.</param>
/// <param name="Inputs">Shapes that come in.</param>
/// <param name="Outputs">Shapes that go out.</param>
/// <param name="LayerIndex">Place in the model; part of the key of random numbers.</param>
/// <param name="Seed">The model's seed.</param>
/// <param name="Gradients">Where gradients go; null in inference.</param>
/// <param name="InputGradients">For each input whether the layer below asks for the gradient at it.</param>
/// <param name="OutputGradients">For each output whether a gradient comes in there.</param>
/// <param name="Sources">For each input the number of the model's input that it is; null: what another layer puts out.</param>
/// <param name="Roles">For each input Keras' name of the argument that it is given as; null: by position.</param>
/// <param name="EmitsLogits">True for a last layer whose activation the loss takes over.</param>
/// <param name="MaxRows">Rows of the largest batch.</param>
/// <param name="Absorbed">The layer below, whose work this one does as well; null: none.</param>
/// <param name="AbsorbedSource">The number of the model's input that the absorbed layer reads.</param>
/// <param name="IsAbsorbed">True if the layer above does this one's work as well.</param>
/// <param name="IsShared">True if the layer is called in several places.</param>
internal sealed record ProgramContext(
    Arena Arena, VectorWidth Width, IReadOnlyList<LaneShape> Inputs, IReadOnlyList<LaneShape> Outputs, int LayerIndex, int Seed,
    GradientStore? Gradients, IReadOnlyList<bool> InputGradients, IReadOnlyList<bool> OutputGradients, IReadOnlyList<int?> Sources, IReadOnlyList<string?> Roles,
    bool EmitsLogits, int MaxRows, IWeightOwner? Absorbed = null, int? AbsorbedSource = null, bool IsAbsorbed = false, bool IsShared = false)
{
    public bool IsTraining => Gradients is not null;

    /// <summary>Time steps of the first input; 1 without time.</summary>
    public int InputSteps => Inputs[0].Steps;

    /// <summary>Features per step of the first input.</summary>
    public int InputFeatures => Inputs[0].Features;

    /// <summary>Elements of a row of the first input: the time steps of token ids.</summary>
    public int InputSize => Inputs[0].Size;

    /// <summary>Whether anybody asks for the gradient at the first input.</summary>
    public bool NeedsInputGradient => InputGradients[0];

    /// <summary>An output with memory of its own.</summary>
    public LaneTensor NewOutput(Arena arena, int index = 0) => NewOutput(arena, index, LaneTensor.SizeOf(Outputs[index]));

    /// <summary>An output whose value has a size of its own: 0 if it is memory of somebody else's.</summary>
    public LaneTensor NewOutput(Arena arena, int index, long valueSize) => new(Outputs[index])
    {
        Value = arena.Allocate(valueSize),
        Gradient = OutputGradients[index] ? arena.Allocate(LaneTensor.SizeOf(Outputs[index])) : default,
    };
}

/// <summary>A call of a layer made ready to run: kernels chosen, weights packed. Shared by all workers.</summary>
internal abstract class LayerProgram(ProgramContext context)
{
    protected ProgramContext Context { get; } = context;

    /// <summary>
    /// True if the layer needs all rows of a batch before any of them can go on: <see cref="Collect"/> is called for all
    /// groups, <see cref="Join"/> once, and only then <see cref="Forward"/>; likewise backwards.
    /// </summary>
    public virtual bool NeedsWholeBatch => false;

    /// <summary>True if a chunk's gradient of a weight is added in several parts.</summary>
    public virtual bool AddsInParts => false;

    /// <summary>Takes over the weights as they are now; called before every step.</summary>
    public virtual void Prepare()
    {
    }

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

    /// <summary>Outputs and working memory for one group of rows.</summary>
    public abstract Frame CreateFrame(Arena arena);

    public abstract void Forward(Frame frame, BatchGroup group);

    /// <summary>
    /// Adds gradients of the weights; sets the gradient at every input for which it is asked. An output without a gradient
    /// counts as one with zeros; at least one has a gradient.
    /// </summary>
    public abstract void Backward(Frame frame, BatchGroup group);

    /// <summary>Adds gradients whose order of summation crosses groups; called for the groups in ascending order.</summary>
    public virtual void AddSharedGradients(Frame frame, BatchGroup group)
    {
    }

    /// <summary>Before <see cref="Forward"/>, if the layer needs the whole batch: what one group knows.</summary>
    public virtual void Collect(Frame frame, BatchGroup group)
    {
    }

    /// <summary>Puts together what the groups know.</summary>
    /// <param name="frames">The groups in ascending order.</param>
    /// <param name="rows">Rows of the batch.</param>
    public virtual void Join(ReadOnlySpan<Frame> frames, int rows)
    {
    }

    /// <summary>The same on the way back, before <see cref="Backward"/>.</summary>
    public virtual void CollectBackward(Frame frame, BatchGroup group)
    {
    }

    /// <summary>Puts together what the groups know on the way back.</summary>
    public virtual void JoinBackward(ReadOnlySpan<Frame> frames, int rows)
    {
    }
}
