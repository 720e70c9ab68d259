using System.Collections;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using Unroll.Callbacks;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Models;
using Unroll.Models.Execution;
using Unroll.Models.Training;
using Unroll.Optimizers;

namespace Unroll;

/// <summary>
/// A stack of layers, each fed by the one before it.
/// <code>
/// var model = new Sequential { new Embedding(1000, 8), new LSTM(16), new Dense(1, activation: "sigmoid") };
/// model.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
/// History history = model.Fit(x, y, epochs: 5, validationSplit: 0.2);
/// </code>
/// The same layers, data and seed give the same weights to the bit, whatever the number of threads or the processor.
/// A model is not safe for use from several threads at a time.
/// </summary>
public sealed partial class Sequential : IEnumerable<Layer>
{
    private readonly List<Layer> _layers = [];
    private readonly Arena _arena = new();
    private TrainingState? _state;
    private RowPredictor? _rowPredictor;
    private int _threads = 1;

    /// <summary>Creates an empty model.</summary>
    /// <param name="name">Shown in summaries.</param>
    /// <param name="seed">Key of everything random: initial weights, order of the data, dropout.</param>
    public Sequential(string name = "sequential", int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Seed = seed;
    }

    /// <summary>Name of the model.</summary>
    public string Name { get; }

    /// <summary>Key of everything random.</summary>
    public int Seed { get; }

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

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Number of weights; layers that are not built yet count as 0.</summary>
    public long ParameterCount => _layers.Sum(layer => layer.ParameterCount);

    /// <summary>The optimizer; null before Compile.</summary>
    public Optimizer? Optimizer => _state?.Optimizer;

    /// <summary>True once the optimizer holds state (after the first training step).</summary>
    public bool IsOptimizerBuilt => _state is { IsOptimizerBuilt: true };

    /// <summary>
    /// The learning rate of the next training step, rounded to float32 as in Keras. Can be set between steps, by a callback
    /// for example, unless the optimizer follows a schedule.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or its optimizer follows a schedule.</exception>
    public double LearningRate
    {
        get => (_state ?? throw NotCompiled("LearningRate")).LearningRate;
        set
        {
            TrainingState state = _state ?? throw NotCompiled("LearningRate");
            if (!double.IsFinite(value) || value < 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"The learning rate is {value}; it must be 0 or more.");
            state.LearningRate = value;
        }
    }

    /// <summary>Set by a callback to stop after the current batch or epoch.</summary>
    public bool StopTraining { get; set; }

    internal VectorWidth Width { get; set; } = VectorWidths.Best;

    internal ExecutionOptions Execution => new(Threads, Width);

    internal Arena Arena => _arena;

    /// <summary>Appends a layer. Its weights are made as soon as its input's shape is known.</summary>
    /// <exception cref="ArgumentException">The layer is in a model already, or does not fit the one before it.</exception>
    public void Add(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.IsAdded)
            throw new ArgumentException($"Layer '{layer.Name}' ({layer.ClassName}) is in a model already; create a new one.", nameof(layer));
        if (layer.KnowsItsInput && _layers.Count > 0)
            throw new ArgumentException($"{layer.ClassName} takes token ids and can only be the first layer; here it follows '{_layers[^1].Name}'.", nameof(layer));
        if (layer.Wrapped is { } wrapped) layer.NameWrapped(wrapped.Name.Length > 0 ? wrapped.Name : UniqueName(wrapped.ClassName));
        if (layer.Name.Length == 0)
            layer.Name = UniqueName(layer.ClassName);
        else if (_layers.Any(other => other.Name == layer.Name))
            throw new ArgumentException($"The name '{layer.Name}' is taken by another layer of the model; names must be unique.", nameof(layer));
        IReadOnlyList<int?>? inputShape = _layers.Count > 0 ? _layers[^1].OutputShape : layer.KnowsItsInput ? [null] : null;
        if (inputShape is not null) layer.Build(inputShape, _arena, Seed, _layers.Count);
        layer.IsAdded = true;
        _layers.Add(layer);
        _state = null;
        _rowPredictor = null;
    }

    /// <summary>Makes the weights for inputs of a shape: <c>Build(30)</c> for 30 ids, <c>Build(null, 8)</c> for 8 features over time.</summary>
    /// <param name="sampleShape">Shape of one sample, without the batch dimension; null: any size.</param>
    /// <exception cref="ArgumentException">A layer does not fit that shape.</exception>
    /// <exception cref="InvalidOperationException">The model has no layers.</exception>
    public void Build(params int?[] sampleShape)
    {
        ArgumentNullException.ThrowIfNull(sampleShape);
        if (_layers.Count == 0) throw new InvalidOperationException("The model has no layers. Add some first.");
        IReadOnlyList<int?> shape = sampleShape;
        for (int i = 0; i < _layers.Count; i++)
        {
            _layers[i].Build(shape, _arena, Seed, i);
            shape = _layers[i].OutputShape!;
        }
    }

    /// <summary>Configures training. Compiling again starts the optimizer afresh and keeps the weights.</summary>
    /// <param name="optimizer">An optimizer or its name; null: <c>rmsprop</c>.</param>
    /// <param name="loss">A loss or its name.</param>
    /// <param name="metrics">Metrics or their names, for example <c>["accuracy", new AUC()]</c>; they count all samples alike.</param>
    /// <param name="weightedMetrics">Metrics that heed sample and class weights.</param>
    /// <exception cref="ArgumentException">A metric is unknown.</exception>
    public void Compile(
        Optimizer? optimizer = null, Loss? loss = null, IReadOnlyList<Metric>? metrics = null, IReadOnlyList<Metric>? weightedMetrics = null) =>
        _state = new TrainingState(
            optimizer ?? new RMSprop(), loss ?? new BinaryCrossentropy(), new CompiledMetrics(metrics ?? [], weightedMetrics ?? []));

    /// <summary>Trains the model.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="y">Targets, one per input.</param>
    /// <param name="batchSize">Samples per step; the last step of an epoch takes what is left.</param>
    /// <param name="epochs">Passes over the data.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
    /// <param name="callbacks">Watch and steer the run.</param>
    /// <param name="validationSplit">Share of the data, from its end, to validate on; taken before any shuffling.</param>
    /// <param name="validationData">Data to validate on; wins over <paramref name="validationSplit"/>.</param>
    /// <param name="shuffle">Whether the data are put in a new order for each epoch.</param>
    /// <param name="classWeight">What a sample counts for in the loss, by the class that its target names; classes without a weight count 1.</param>
    /// <param name="sampleWeight">What each sample counts for in the loss; not together with class weights.</param>
    /// <param name="validationSampleWeight">The same for <paramref name="validationData"/>.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>Seconds, loss and metrics of every epoch.</returns>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite, and no callback stopped the training.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the weights are those of the last step.</exception>
    public History Fit(
        Inputs x,
        Targets y,
        int batchSize = 32,
        int epochs = 1,
        int verbose = 1,
        IReadOnlyList<Callback>? callbacks = null,
        double validationSplit = 0.0,
        (Inputs X, Targets Y)? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        float[]? sampleWeight = null,
        float[]? validationSampleWeight = null,
        CancellationToken cancellationToken = default)
    {
        TrainingState state = _state ?? throw NotCompiled("Fit");
        CheckInputs(x);
        return new Trainer(this, state).Fit(
            new FitRequest(
                x, y, batchSize, epochs, verbose, callbacks ?? [], validationSplit, validationData, shuffle,
                classWeight, sampleWeight, validationSampleWeight), cancellationToken);
    }

    /// <summary>Loss and metrics on data, without training.</summary>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation Evaluate(Inputs x, Targets y, int batchSize = 32, int verbose = 1, float[]? sampleWeight = null, IReadOnlyList<Callback>? callbacks = null)
    {
        TrainingState state = _state ?? throw NotCompiled("Evaluate");
        CheckInputs(x);
        return new Evaluator(this).Evaluate(state, x, y, batchSize, verbose, sampleWeight, callbacks);
    }

    /// <summary>Outputs for inputs: <c>[samples, units]</c>, or <c>[samples, time, units]</c> if the last layer returns sequences.</summary>
    /// <exception cref="ArgumentException">Data don't fit the model.</exception>
    public Tensor<float> Predict(Inputs x, int batchSize = 32, int verbose = 0, IReadOnlyList<Callback>? callbacks = null)
    {
        CheckInputs(x);
        if (x.Count <= RowPredictor.MaxRows && verbose == 0 && batchSize > 0 && callbacks is not { Count: > 0 } && PredictRows(x) is { } output) return output;
        return new Evaluator(this).Predict(x, batchSize, verbose, callbacks);
    }

    /// <summary>The table that <c>model.summary()</c> prints, each line ended by a line feed. Works before any data was seen.</summary>
    /// <param name="style">Whose text to imitate.</param>
    /// <param name="lineLength">Width in characters; null: as Keras chooses it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The line is too short.</exception>
    public string Summary(SummaryStyle style = SummaryStyle.Keras3, int? lineLength = null)
    {
        var rows = _layers.Select(layer => new SummaryRow(
            layer.Name, layer.ClassName, layer.OutputShape, layer.ParameterCount, layer.IsBuilt,
            layer.ParameterCount > 0 ? layer.TrainableParameters.Count > 0 : null));
        long trainable = _layers.SelectMany(layer => layer.TrainableParameters).Sum(parameter => (long)parameter.Count);
        long? optimizer = IsOptimizerBuilt ? _state!.Optimizer.VariableCount(trainable) : null;
        return ModelSummary.Format(new SummaryTable(Name, [.. rows], trainable, ParameterCount - trainable, optimizer), style, lineLength);
    }

    /// <summary>Copies of all weights in Keras' order, row-major.</summary>
    public IReadOnlyList<float[]> GetWeights() => [.. _layers.SelectMany(layer => layer.Parameters).Select(parameter => parameter.ToArray())];

    /// <summary>Replaces all weights.</summary>
    /// <param name="weights">In the order of <see cref="GetWeights"/>.</param>
    /// <exception cref="ArgumentException">Number or sizes differ.</exception>
    public void SetWeights(IReadOnlyList<float[]> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        List<Parameter> parameters = [.. _layers.SelectMany(layer => layer.Parameters)];
        if (weights.Count != parameters.Count)
            throw new ArgumentException($"The model has {parameters.Count} weights, but {weights.Count} were given.", nameof(weights));
        for (int i = 0; i < parameters.Count; i++)
        {
            if (weights[i].Length != parameters[i].Count)
                parameters[i].Set(weights[i]); // throws before anything is replaced
        }

        for (int i = 0; i < parameters.Count; i++) parameters[i].Set(weights[i]);
    }

    /// <summary>Hash of all weights as 16 hexadecimal digits: equal fingerprints, equal bits.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] weight in GetWeights()) hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weight.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Refuses inputs that the model can't take, and makes weights that wait for a shape.</summary>
    internal void CheckInputs(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (_layers.Count == 0) throw new InvalidOperationException("The model has no layers. Add some first.");
        bool wantsIds = _layers[0] is Embedding;
        if (wantsIds && x.Ids is null)
            throw new ArgumentException($"The Embedding '{_layers[0].Name}' takes token ids; pass int[,] instead of floats.", nameof(x));
        if (!wantsIds && x.Ids is not null)
            throw new ArgumentException($"Token ids need an Embedding as the first layer; here it is {_layers[0].ClassName} '{_layers[0].Name}'.", nameof(x));
        if (x.Shape.Any(size => size == 0))
            throw new ArgumentException($"The inputs are empty: their shape is ({string.Join(", ", x.Shape)}).", nameof(x));
        Build([.. x.Shape.Skip(1).Select(size => (int?)size)]);
        if (wantsIds) CheckIds(x, (Embedding)_layers[0]);
    }

    private static void CheckIds(Inputs x, Embedding embedding)
    {
        int vocabulary = embedding.Options.InputDim, steps = x.Shape[1];
        int at = x.Ids.AsSpan().IndexOfAnyExceptInRange(0, vocabulary - 1);
        if (at < 0) return;
        throw new ArgumentException(
            $"Sample {at / steps}, position {at % steps} holds the token id {x.Ids![at]}, but the Embedding '{embedding.Name}' has the "
            + $"vocabulary 0 … {vocabulary - 1} (input_dim {vocabulary}). Load the data with num_words {vocabulary}, or make the Embedding larger.", nameof(x));
    }

    /// <summary>Predicts few rows by the form that the model keeps for it; null if a layer has none.</summary>
    private Tensor<float>? PredictRows(Inputs x)
    {
        // Taken out while in use: another thread that predicts at the same time makes one of its own.
        RowPredictor? predictor = Interlocked.Exchange(ref _rowPredictor, null);
        if (predictor is null || !predictor.Fits(x)) predictor = RowPredictor.Create(_layers, x, Width);
        if (predictor is null) return null;
        OutputShape shape = predictor.Output;
        var output = new float[x.Count * shape.Size];
        predictor.Predict(x, output);
        _rowPredictor = predictor;
        return shape.HasTime
            ? Tensor.Create(output, [x.Count, shape.Steps, shape.Units])
            : Tensor.Create(output, [x.Count, shape.Units]);
    }

    private string UniqueName(string className)
    {
        string stem = SnakeCase.Of(className);
        int number = _layers.Count(layer => layer.ClassName == className || layer.Wrapped?.ClassName == className);
        string name = number == 0 ? stem : $"{stem}_{number}";
        while (_layers.Any(layer => layer.Name == name)) name = $"{stem}_{++number}";
        return name;
    }

    private static InvalidOperationException NotCompiled(string method) =>
        new($"You must call Compile() before {method}{(method == "LearningRate" ? "" : "()")}.");
}
