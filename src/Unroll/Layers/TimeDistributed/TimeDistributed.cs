using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>
/// Applies a layer, or a model with one input and one output, to every time step by itself: <c>[B, T, …] → [B, T, …]</c>, where
/// <c>…</c> is what the layer takes and what it makes of it. The steps share its weights. The mask of the input passes if the layer
/// leaves as many steps as there were.
/// <code>
/// // an LSTM over the words of each sentence, and one over the sentences
/// new Sequential { new TimeDistributed(new Embedding(5000, 32)), new TimeDistributed(new LSTM(32)), new LSTM(16), new Dense(1, "sigmoid") }
/// </code>
/// As in Keras, a batch normalisation takes the statistics of every step by itself, masks that the layer makes end with it, and its
/// activity regularizer is not heeded.
/// </summary>
public sealed class TimeDistributed : Layer
{
    // A model is written, and read, where models are.
    private static readonly Argument<Layer> LayerArgument = new("layer", new ArgumentForm<Layer>(
        input => Catalog.Create(input.Object()), layer => Catalog.Find(layer.ClassName) is null ? null : Catalog.ToKeras(layer), "dense(4)"));

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">What is applied to every step.</param>
    /// <exception cref="ArgumentException">The layer is in a model already.</exception>
    public TimeDistributed(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (!IsModel(layer) && (layer.IsAdded || layer.IsBuilt))
            throw new ArgumentException($"TimeDistributed: the layer '{layer.Name}' is in a model already; create a new one.", nameof(layer));
        layer.IsAdded = !IsModel(layer);
        Set(LayerArgument, layer);
    }

    /// <inheritdoc/>
    public override string ClassName => "TimeDistributed";

    /// <summary>What is applied to every step.</summary>
    public Layer Layer => Get(LayerArgument);

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => Layer.Parameters;

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, TimeDistributed>("TimeDistributed")
    {
        Arguments = [.. CommonArguments, LayerArgument],
        Make = a => new TimeDistributed(a.Get(LayerArgument)),
    };

    internal override IReadOnlyList<Parameter> TrainableParameters => Trainable ? Layer.TrainableParameters : [];

    internal override bool HandsOnMask(int output) => true;

    internal override bool KnowsItsInput => Layer.KnowsItsInput;

    internal override bool GoesOnFromBatchToBatch => Layer.GoesOnFromBatchToBatch;

    internal override IEnumerable<string> WeightPaths => Layer.WeightPaths.Select(path => $"layer/{path}");

    internal override Layer Wrapped => Layer;

    internal override Activation? LastActivation => Layer.LastActivation;

    internal override int LeafCalls => Layer.LeafCalls;

    /// <inheritdoc/>
    public override void ResetStates() => Layer.ResetStates();

    /// <summary>The same wrapper around another layer, which files describe in a way of their own.</summary>
    internal TimeDistributed Around(Layer layer)
    {
        var other = new TimeDistributed(layer);
        other.TakeAll(this);
        other.Put(LayerArgument, layer);
        return other;
    }

    internal override void NameWrapped(string name)
    {
        if (Layer.Wrapped is { } inner) Layer.NameWrapped(inner.Name.Length > 0 ? inner.Name : SnakeCase.Of(inner.ClassName));
        if (Layer.Name.Length == 0) Layer.Rename(name);
    }

    internal override void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        Layer.Build(StepOf(inputs), arena, seed, layerIndex);
        (InputShapes, OutputShapes, IsBuilt) = (inputs.Shapes, InferOutputShapes(inputs), true);
    }

    internal override void Rekey(int seed, ref int layerIndex) => Layer.Rekey(seed, ref layerIndex);

    internal override long CountWeights(CallInputs inputs) => Layer.CountWeights(StepOf(inputs));

    // A layer of ids may come first in a stack, but how many axes they have is known from the data alone.
    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => inputShape.Count < 2 ? !KnowsItsInput : Layer.CanBuild([.. inputShape.Skip(1)]);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<IReadOnlyList<int?>> each = Layer.InferOutputShapes(StepOf(inputs));
        return each.Count == 1
            ? [[inputs.First[0], .. each[0]]]
            : throw new ArgumentException($"{Label}: {Layer.Label} puts out {each.Count} tensors at every step; only layers with one output can be applied to steps.");
    }

    internal override (Layer Layer, CallInputs Inputs)? AtEachStep(CallInputs inputs) => (Layer, StepOf(inputs));

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("The layer inside is planned instead.");

    /// <summary>What goes into the layer at a step.</summary>
    /// <exception cref="ArgumentException">There are several inputs, or there is no time.</exception>
    internal CallInputs StepOf(CallInputs inputs)
    {
        if (inputs.Shapes.Count != 1) throw new ArgumentException($"{Label} takes one input, but {inputs.Shapes.Count} were given.");
        return inputs.First.Count >= 2
            ? CallInputs.Single([.. inputs.First.Skip(1)])
            : throw WrongInput(inputs.First, "[batch, time, …]; a recurrent layer below needs return_sequences=true");
    }

    /// <inheritdoc/>
    protected override void OnSet(Argument argument)
    {
        if (ReferenceEquals(argument, TrainableArgument) && !Trainable) Layer.Trainable = false;
    }

    /// <summary>True for models, whose layers may be called elsewhere, too.</summary>
    private static bool IsModel(Layer layer) => layer is GraphLayer and not CompositeLayer;
}
