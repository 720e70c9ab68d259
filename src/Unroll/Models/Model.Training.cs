using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Layers;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Unroll.Plan;

namespace Unroll;

public partial class Model
{
    private TrainingState? _state;
    private BatchSession? _batchSession;
    private volatile InputPreparation? _preparation;

    /// <summary>The optimizer; null before Compile.</summary>
    public Optimizer? Optimizer => _state?.Optimizer;

    /// <summary>True once the optimizer holds state (after the first training step).</summary>
    public bool IsOptimizerBuilt => _state is { IsOptimizerBuilt: true };

    /// <summary>
    /// How often the optimizer has changed the weights, over all fits; Keras' <c>optimizer.iterations</c>. With
    /// <c>GradientAccumulationSteps</c> that is once in so many training steps.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public long Iterations => (_state ?? throw NotCompiled("Iterations")).Updates;

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

    /// <summary>
    /// What logs and <see cref="Evaluation.Names"/> call loss and metrics, in the order of Keras' <c>evaluate</c>: <c>loss</c>,
    /// <c>accuracy</c>…
    /// </summary>
    /// <exception cref="InvalidOperationException">The model is not compiled, or its outputs are not known yet.</exception>
    public IReadOnlyList<string> MetricsNames
    {
        get
        {
            TrainingState state = _state ?? throw NotCompiled("MetricsNames");
            state.Settle(OutputNames);
            return state.LogNames(OutputNames);
        }
    }

    /// <summary>Set by a callback to stop after the current batch or epoch.</summary>
    public bool StopTraining { get; set; }

    internal TrainingState? State
    {
        get => _state;
        private protected set => _state = value;
    }

    /// <summary>Configures training. Compiling again starts the optimizer afresh and keeps the weights.</summary>
    /// <param name="optimizer">An optimizer or its name; null: <c>rmsprop</c>.</param>
    /// <param name="loss">A loss or its name; with several outputs one for all, a list, or losses by name.</param>
    /// <param name="metrics">Metrics or their names, for example <c>["accuracy", new AUC()]</c>; they count all samples alike.</param>
    /// <param name="weightedMetrics">Metrics that heed sample and class weights.</param>
    /// <param name="lossWeights">What each output's loss counts for in the total; null: 1.</param>
    /// <exception cref="ArgumentException">A metric is unknown, or losses, weights or metrics don't fit the outputs.</exception>
    public void Compile(
        Optimizer? optimizer = null, LossSet? loss = null, MetricSet? metrics = null, MetricSet? weightedMetrics = null, LossWeights? lossWeights = null)
    {
        if (loss is null)
            throw new ArgumentNullException(nameof(loss), $"Compile needs a loss: pass one, Compile(\"adam\", \"binary_crossentropy\"), say. Known: {string.Join(", ", Losses.Loss.Catalog.Names)}.");
        var state = new TrainingState(optimizer ?? new RMSprop(), new CompiledLoss(loss, lossWeights), new CompiledMetrics(metrics, weightedMetrics));
        if (Graph is not null) state.Settle(OutputNames);
        (_state, _batchSession) = (state, null);
    }

    /// <summary>Trains the model.</summary>
    /// <param name="x">Inputs; a model with several inputs takes a list, or arrays by name.</param>
    /// <param name="y">Targets, one per input; a model with several outputs takes a list, or arrays by name.</param>
    /// <param name="batchSize">Samples per step; the last step of a pass takes what is left. Null: 32, or so many that <paramref name="stepsPerEpoch"/> steps make a pass.</param>
    /// <param name="epochs">Passes over the data; with <paramref name="initialEpoch"/> the index after the last one.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
    /// <param name="callbacks">Watch and steer the run.</param>
    /// <param name="validationSplit">Share of the data, from its end, to validate on; taken before any shuffling.</param>
    /// <param name="validationData">Data to validate on; wins over <paramref name="validationSplit"/>.</param>
    /// <param name="shuffle">Whether the data are put in a new order for each epoch.</param>
    /// <param name="classWeight">What a sample counts for in the loss, by the class that its target names; classes without a weight count 1.</param>
    /// <param name="sampleWeight">What each sample counts for in the loss; not together with class weights.</param>
    /// <param name="validationSampleWeight">The same for <paramref name="validationData"/>.</param>
    /// <param name="initialEpoch">Index of the first epoch, to go on with an earlier fit: epochs 3 to 5 with 3 here and <paramref name="epochs"/> 6.</param>
    /// <param name="stepsPerEpoch">
    /// Steps of an epoch; the next one goes on where it stopped. If the data run out, the epoch ends with a warning and the
    /// next begins a new pass. Null: a whole pass.
    /// </param>
    /// <param name="validationSteps">Batches to validate on, always the first; null: all.</param>
    /// <param name="validationBatchSize">Samples per batch of the validation; null: as in training.</param>
    /// <param name="validationFreq">After which epochs to validate: every n-th, or a list counted from 1; null: all.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>Seconds, loss and metrics of every epoch.</returns>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite, and no callback stopped the training.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the weights are those of the last step.</exception>
    public History Fit(
        Inputs x,
        Targets y,
        int? batchSize = null,
        int epochs = 1,
        int verbose = 1,
        IReadOnlyList<Callback>? callbacks = null,
        double validationSplit = 0.0,
        (Inputs X, Targets Y)? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        SampleWeights? sampleWeight = null,
        SampleWeights? validationSampleWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int? validationBatchSize = null,
        ValidationFrequency? validationFreq = null,
        CancellationToken cancellationToken = default)
    {
        TrainingState state = _state ?? throw NotCompiled("Fit");
        using Turn turn = TakeTurn("Fit");
        x = CheckInputs(x);
        Settle(state, x, y);
        return new Trainer(this, state).Fit(
            new ArrayData(x, y, batchSize, validationSplit, validationData, shuffle, sampleWeight, validationSampleWeight, validationBatchSize),
            new FitRun(epochs, verbose, callbacks, initialEpoch, stepsPerEpoch, validationSteps, validationFreq ?? ValidationFrequency.EveryEpoch, classWeight),
            cancellationToken);
    }

    /// <summary>Loss and metrics on data, without training.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="y">Targets.</param>
    /// <param name="batchSize">Samples at a time.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line.</param>
    /// <param name="sampleWeight">What each sample counts for.</param>
    /// <param name="callbacks">Watch the run.</param>
    /// <param name="steps">Batches to test on, the first ones; null: all.</param>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation Evaluate(
        Inputs x, Targets y, int batchSize = 32, int verbose = 1, SampleWeights? sampleWeight = null, IReadOnlyList<Callback>? callbacks = null,
        int? steps = null)
    {
        TrainingState state = _state ?? throw NotCompiled("Evaluate");
        x = CheckInputs(x);
        Settle(state, x, y);
        return new Evaluator(this).Evaluate(state, x, y, batchSize, verbose, sampleWeight, callbacks, steps);
    }

    /// <summary>
    /// The output for inputs: <c>[samples, units]</c>, or <c>[samples, time, units]</c> if the last layer returns sequences. A
    /// model with several outputs answers by <see cref="PredictAll(Inputs, int, int, IReadOnlyList{Callback}, int?)"/>.
    /// </summary>
    /// <param name="x">Inputs.</param>
    /// <param name="batchSize">Samples at a time.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line.</param>
    /// <param name="callbacks">Watch the run.</param>
    /// <param name="steps">Batches to predict, the first ones; null: all.</param>
    /// <exception cref="ArgumentException">Data don't fit the model.</exception>
    /// <exception cref="InvalidOperationException">The model has several outputs.</exception>
    public Tensor<float> Predict(Inputs x, int batchSize = 32, int verbose = 0, IReadOnlyList<Callback>? callbacks = null, int? steps = null) =>
        Only(PredictAll(x, batchSize, verbose, callbacks, steps));

    /// <summary>All outputs for inputs, in their order and by name.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="batchSize">Samples at a time.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line.</param>
    /// <param name="callbacks">Watch the run.</param>
    /// <param name="steps">Batches to predict, the first ones; null: all.</param>
    /// <exception cref="ArgumentException">Data don't fit the model.</exception>
    public Predictions PredictAll(Inputs x, int batchSize = 32, int verbose = 0, IReadOnlyList<Callback>? callbacks = null, int? steps = null)
    {
        x = CheckInputs(x);
        bool isPlain = verbose == 0 && batchSize > 0 && steps is null && callbacks is not { Count: > 0 };
        Tensor<float>[]? outputs = isPlain && x.Samples <= RowPredictor.MaxRows ? PredictRows(x) : null;
        return new Predictions(outputs ?? new Evaluator(this).Predict(x, batchSize, verbose, callbacks, steps), OutputNames.All);
    }

    /// <summary>One training step on these samples; returns the loss and metrics before the step.</summary>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite.</exception>
    public Evaluation TrainOnBatch(Inputs x, Targets y, SampleWeights? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null)
    {
        TrainingState state = _state ?? throw NotCompiled("TrainOnBatch");
        using Turn turn = TakeTurn("TrainOnBatch");
        x = CheckInputs(x);
        Settle(state, x, y);
        if (_batchSession is null || !_batchSession.Fits(x)) _batchSession = new BatchSession(this, x, state);
        return _batchSession.Train(x, y, sampleWeight, classWeight);
    }

    /// <summary>Loss and metrics on these samples as one batch.</summary>
    /// <exception cref="ArgumentException">Data don't fit the model or each other.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation TestOnBatch(Inputs x, Targets y, SampleWeights? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Evaluate(x, y, Math.Max(1, x.Samples), verbose: 0, sampleWeight);
    }

    /// <summary>The output for these samples as one batch.</summary>
    /// <exception cref="ArgumentException">Data don't fit the model.</exception>
    public Tensor<float> PredictOnBatch(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Predict(x, Math.Max(1, x.Samples));
    }

    /// <summary>Finds losses and metrics of the outputs; some are known only when targets are seen.</summary>
    private void Settle(TrainingState state, Inputs x, Targets y)
    {
        state.Settle(OutputNames);
        if (!state.Loss.StandsForSeveral) return;
        GraphPlan plan = PlanFor(x);
        state.Loss.Resolve([.. plan.Outputs.Select(output => plan.Tensors[output].AsOutput)], TrainingData.Arrange(y, OutputNames, state.Loss));
    }

    /// <summary>The model made ready to run on inputs that were checked.</summary>
    internal ModelSession NewSession(Inputs x, ExecutionOptions execution, int maxRows, SessionLoss? loss, bool training, WorkerTeam? team = null) =>
        new(new SessionModel(PlanFor(x), TrainableParameters, Seed), x, execution, maxRows, loss, training, team);

    /// <summary>Gives the optimizer its slots, if it has none yet.</summary>
    internal void BuildOptimizer()
    {
        if (!IsOptimizerBuilt) NameWeights("");
        _state!.BuildOptimizer(TrainableParameters, _arena);
    }

    /// <summary>Refuses inputs that the model can't take, puts them in the order of its inputs, and makes weights that wait for a shape.</summary>
    internal virtual Inputs CheckInputs(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        x = InputChecks.Arrange(x, BuiltGraph().Inputs);
        InputChecks.RequireSamples(x);
        InputChecks.RequireKinds(x, BuiltGraph());
        return Prepare(x);
    }

    /// <summary>Does what layers do on whole arrays before the model runs, and refuses ids that no layer takes.</summary>
    private protected Inputs Prepare(Inputs x)
    {
        x = PreparationOf(BuiltGraph()).Run(x);
        InputChecks.RequireIds(x, PlanFor(x));
        InputChecks.RequireFinite(x, BuiltGraph());
        return x;
    }

    private protected GraphPlan PlanFor(Inputs x)
    {
        lock (_planning)
        {
            if (_plan is null || !Fits(_plan, x)) _plan = new GraphPlan(PreparationOf(BuiltGraph()).Lanes, LaneShape.OfSamples(x));
            return _plan;
        }
    }

    private InputPreparation PreparationOf(Graph graph)
    {
        InputPreparation? known = _preparation;
        return known?.Whole == graph ? known : _preparation = new InputPreparation(graph);
    }

    // Asked for every prediction of a row, which takes some microseconds in all: plain loops.
    private static bool Fits(GraphPlan plan, Inputs x)
    {
        for (int i = 0; i < x.Parts; i++)
        {
            IReadOnlyList<int> known = plan.Tensors[plan.Inputs[i]].Dimensions, shape = x.Part(i).Shape;
            if (known.Count != shape.Count - 1) return false;
            for (int k = 0; k < known.Count; k++)
                if (known[k] != shape[k + 1]) return false;
        }

        return true;
    }

    /// <summary>Predicts few rows by a form that the model keeps for it; null if it pays for no layer.</summary>
    private Tensor<float>[]? PredictRows(Inputs x)
    {
        GraphPlan plan = PlanFor(x);
        if (plan.GoesOnFromBatchToBatch) return null; // states belong to batches
        RowPredictor? predictor = _rowPredictors.Take(plan) ?? RowPredictor.Create(plan, x, Width);
        if (predictor is null) return null;
        float[][] outputs = predictor.Predict(x);
        _rowPredictors.Return(predictor);
        return [.. outputs.Select((output, i) => Tensor.Create(output, [x.Samples, .. plan.Tensors[plan.Outputs[i]].Dimensions.Select(size => (nint)size)]))];
    }

    private static Tensor<float> Only(Predictions all) => all.Count == 1
        ? all[0]
        : throw new InvalidOperationException($"The model has {all.Count} outputs ({string.Join(", ", all.Names)}); PredictAll gives them.");

    private static InvalidOperationException NotCompiled(string method) =>
        new($"You must call Compile() before {method}{(method is "LearningRate" or "Iterations" or "MetricsNames" ? "" : "()")}.");
}
