using System.Security.Cryptography;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Models;
using Unroll.Models.Training;
using Unroll.Plan;
using Unroll.Text;

namespace Unroll;

/// <summary>
/// The layers between some inputs and some outputs; several of each, shared layers and models inside of models are fine.
/// <code>
/// Symbol ids = Input.Ids(80), numbers = Input.Features(3);
/// Symbol text = new LSTM(16).Call(new Embedding(1000, 8).Call(ids));
/// Symbol y = new Dense(1, "sigmoid").Call(new Concatenate().Call([text, numbers]));
/// var model = new Model([ids, numbers], y);
/// </code>
/// The same layers, data and seed give the same weights to the bit, whatever the number of threads or the processor.
/// Any number of threads may predict with a model at the same time. Everything else is for one thread at a time: training it
/// twice at once is refused, and whoever predicts while another trains may see weights that are half changed.
/// </summary>
public partial class Model : GraphLayer
{
    private readonly Arena _arena = new();
    private readonly List<string> _loadNotices = [];
    private readonly Lock _planning = new();
    private readonly RowPredictorPool _rowPredictors = new();
    private readonly IReadOnlyList<Layer>? _layers;
    private GraphPlan? _plan;
    private int _threads = 1;

    /// <summary>Makes a model of the layers between inputs and outputs. Layers that have no name get one.</summary>
    /// <param name="inputs">Where data come in; made by <see cref="Input"/>.</param>
    /// <param name="outputs">What the model puts out.</param>
    /// <param name="name">Shown in summaries.</param>
    /// <param name="seed">Key of everything random: initial weights, order of the data, dropout.</param>
    /// <exception cref="ArgumentException">An output does not follow from the inputs, or a name comes twice.</exception>
    public Model(Symbols inputs, Symbols outputs, string name = "functional", int seed = 0) : this(name, seed)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        Graph = Graph.Between(inputs, outputs);
        NameLayers(Graph);
        BuildInside(_arena, seed, firstIndex: 0);
        _layers = [.. Graph.Operations.Where(layer => layer is not Operation)];
        IsBuilt = true;
    }

    private protected Model(string name, int seed)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Seed = seed;
    }

    /// <inheritdoc/>
    public override string ClassName => "Functional";

    /// <summary>Key of everything random.</summary>
    public int Seed { get; }

    /// <summary>How texts become ids; goes into <c>.keras</c> files. Null: the model says nothing about texts.</summary>
    public TextPipeline? Text { get; set; }

    /// <summary>What the classes are called that the model tells apart, in the order of their numbers; goes into <c>.keras</c> files. Null: the model does not say.</summary>
    /// <exception cref="ArgumentException">There are fewer than two, or a name comes twice.</exception>
    public IReadOnlyList<string>? ClassNames
    {
        get;
        set
        {
            if (value is not null && (value.Count < 2 || value.Distinct(StringComparer.Ordinal).Count() < value.Count))
                throw new ArgumentException($"ClassNames needs two names or more, all different, but is: {string.Join(", ", value)}.", nameof(value));
            field = value is null ? null : [.. value];
        }
    }

    /// <summary>
    /// Not null: a sample can have several of <see cref="ClassNames"/> or none, each output is the probability of one of them, and in
    /// files of labels this sign stands between two. Goes into <c>.keras</c> files.
    /// </summary>
    public char? LabelSeparator { get; set; }

    /// <summary>What loading left out or replaced, in sentences: an unknown loss, an optimizer's state that does not fit. Usually empty.</summary>
    public IReadOnlyList<string> LoadNotices => _loadNotices;

    /// <inheritdoc/>
    public override bool Trainable
    {
        get => base.Trainable;
        set
        {
            base.Trainable = value;
            foreach (Layer layer in Layers) layer.Trainable = value;
        }
    }

    /// <summary>Sets what the model itself says, as files do, and leaves the layers alone.</summary>
    internal void MarkTrainable(bool isTrainable) => base.Trainable = isTrainable;

    /// <summary>Threads used inside a step, 1 by default; results do not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Threads
    {
        get => _threads;
        set
        {
            if (value < 1) throw new ArgumentOutOfRangeException(nameof(value), value, $"Threads is {value}; it must be 1 or more.");
            _threads = value;
        }
    }

    /// <summary>The layers in Keras' order, inputs included.</summary>
    public virtual IReadOnlyList<Layer> Layers => _layers!;

    /// <summary>The model's inputs as symbols, for models on its inner outputs.</summary>
    /// <exception cref="InvalidOperationException">The model was not built yet.</exception>
    public Symbols Inputs => BuiltGraph().Inputs;

    /// <summary>The model's outputs as symbols.</summary>
    /// <exception cref="InvalidOperationException">The model was not built yet.</exception>
    public Symbols Outputs => BuiltGraph().Outputs;

    internal override IReadOnlyList<Layer> InnerLayers => Layers;

    private protected override string WeightOwner => "The model";

    internal override IEnumerable<string> WeightPaths => WeightPlaces.Paths(Layers).Select(entry => entry.Path);

    internal VectorWidth Width { get; set; } = VectorWidths.Best;

    internal ExecutionOptions Execution => new(Math.Min(Threads, WorkerTeam.Most), Width);

    internal Arena Arena => _arena;

    /// <summary>What logs call the outputs.</summary>
    internal OutputNames OutputNames
    {
        get
        {
            Symbols outputs = BuiltGraph().Outputs;
            return field is { } known && known.Count == outputs.Count
                ? field
                : field = new OutputNames(outputs.Keys ?? [.. outputs.Select(output => output.Layer.Name)], outputs.Keys is not null);
        }
    }

    /// <summary>The layer of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public Layer GetLayer(string name) => Layers.FirstOrDefault(layer => layer.Name == name)
        ?? throw new ArgumentException($"The model has no layer '{name}'; it has {string.Join(", ", Layers.Select(layer => layer.Name))}.", nameof(name));

    /// <summary>The layer at a place in <see cref="Layers"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public Layer GetLayer(int index) => index >= 0 && index < Layers.Count
        ? Layers[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The model has {Layers.Count} layers, but number {index} was asked for.");

    /// <summary>Hash of all weights as 16 hexadecimal digits: equal fingerprints, equal bits.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] weight in GetWeights()) hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weight.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    internal override Graph? InnerGraph(CallInputs inputs) => BuiltGraph();

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => ShapesThrough(BuiltGraph(), inputs);

    internal override long CountWeights(CallInputs inputs) => ParameterCount;

    internal override void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        (InputShapes, OutputShapes) = (inputs.Shapes, InferOutputShapes(inputs));
        Rekey(seed, ref layerIndex);
    }

    internal void AddLoadNotice(string notice) => _loadNotices.Add(Printable.Line(notice));

    internal void ClearLoadNotices() => _loadNotices.Clear();

    private protected Graph BuiltGraph() => Graph
        ?? throw new InvalidOperationException($"The model '{Name}' does not know the shape of its inputs yet. Call Build with the shape of a sample, or Fit, first.");

    /// <summary>Forgets what was prepared for the graph as it was.</summary>
    private protected void ForgetPlans()
    {
        _plan = null;
        _rowPredictors.Clear();
    }
}
