using Unroll.Activations;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;

namespace Unroll.Models.Execution;

/// <summary>
/// A built model made ready to run on inputs of one shape: programs, buffers and threads. Rows of a batch are cut into
/// groups; which thread runs which group changes no result.
/// </summary>
internal sealed class ModelSession : IDisposable
{
    private readonly Arena _arena = new();
    private readonly LayerProgram[] _programs;
    private readonly List<GroupRunner> _runners = [];
    private readonly WorkerTeam _team;
    private readonly Func<GroupRunner> _createRunner;
    private readonly bool _training;
    private readonly bool _isLogit;
    private readonly Loss? _loss;
    private readonly RowResult[] _results;
    private readonly ThreadChoice _choice;
    private readonly Action<int> _trainGroups;
    private TrainingBatch _batch;
    private readonly Parameter[] _regularized;
    private readonly VectorWidth _width;

    /// <param name="layers">Built layers.</param>
    /// <param name="inputs">Data of the shape to come.</param>
    /// <param name="seed">The model's seed.</param>
    /// <param name="execution">Threads and vector width.</param>
    /// <param name="maxRows">Rows of the largest batch.</param>
    /// <param name="loss">What outputs are scored by; null to predict only.</param>
    /// <param name="training">Whether gradients are wanted.</param>
    public ModelSession(
        IReadOnlyList<Layer> layers, Inputs inputs, int seed, ExecutionOptions execution, int maxRows, Loss? loss, bool training)
    {
        _training = training;
        _loss = loss;
        _results = new RowResult[maxRows];
        _width = execution.Width;
        _regularized = [.. layers.SelectMany(layer => layer.TrainableParameters).Where(parameter => parameter.Regularizer is not null)];

        // Below the lowest layer that learns nobody needs a gradient.
        int lowest = 0;
        while (lowest < layers.Count && layers[lowest].TrainableParameters.Count == 0) lowest++;
        int chunks = (maxRows + VectorWidths.Chunk - 1) / VectorWidths.Chunk;
        int threads = Math.Min(execution.Threads, chunks);
        if (training) Gradients = new GradientStore(_arena, layers, threads > 1 ? chunks : 1);
        _isLogit = loss?.FusedActivation is { } fused && LastActivation(layers[^1])?.Name == fused;

        bool isIds = inputs.Ids is not null;
        int steps = isIds || inputs.Shape.Count == 3 ? inputs.Shape[1] : 1;
        int features = isIds ? 1 : inputs.Shape[^1];
        Embedding? projected = layers is [Embedding embedding, RecurrentLayer recurrent, ..] && EmbeddingProjection.Pays(embedding, recurrent, (long)maxRows * steps)
            ? embedding : null;
        (int inputSteps, int inputFeatures) = (steps, features);
        _programs = new LayerProgram[layers.Count];
        for (int i = 0; i < layers.Count; i++)
        {
            var context = new ProgramContext(
                _arena, execution.Width, inputSteps, inputFeatures, i, seed, Gradients,
                NeedsInputGradient: i > lowest || (i > 0 && projected is not null), EmitsLogits: _isLogit && i == layers.Count - 1, maxRows, i < 2 ? projected : null);
            _programs[i] = layers[i].CreateProgram(context);
            IReadOnlyList<int?> shape = layers[i].OutputShape!;
            (inputSteps, inputFeatures) = (shape.Count == 2 ? inputSteps : 1, shape[^1]!.Value);
        }

        Output = new OutputShape(inputSteps, inputFeatures, layers[^1].OutputShape!.Count == 2);
        _createRunner = () => new GroupRunner(_programs, lowest, _arena, steps, features, isIds);
        _team = new WorkerTeam(threads);
        _choice = new ThreadChoice(threads);
        _trainGroups = TrainGroups;
    }

    /// <summary>Gradients of the last training step; null in inference.</summary>
    public GradientStore? Gradients { get; }

    /// <summary>Shape of the output for one row.</summary>
    public OutputShape Output { get; }

    /// <summary>What the regularizers added to the loss of the last batch.</summary>
    public double Penalty { get; private set; }

    /// <summary>Outputs of the last batch; null unless <see cref="RecordOutputs"/> was called.</summary>
    public BatchOutputs? Outputs { get; private set; }

    /// <summary>From now on all outputs are kept, and losses, masks and sample weights of every kind are heeded.</summary>
    public void RecordOutputs() => Outputs ??= new BatchOutputs(_results.Length, Output);

    /// <summary>Takes over the weights as they are now.</summary>
    public void Prepare()
    {
        foreach (LayerProgram program in _programs) program.Prepare();
        if (_loss is null) return;
        Penalty = 0;
        foreach (Parameter parameter in _regularized) Penalty += parameter.Regularizer!.Penalty(parameter.Value, parameter.Count, parameter.Sizes);
    }

    /// <summary>Forward and backward for one batch; the gradients are complete afterwards.</summary>
    /// <returns>Loss and accuracy of each row.</returns>
    public ReadOnlySpan<RowResult> Train(Inputs inputs, Targets targets, ReadOnlyMemory<int> rows, int epoch, int step)
    {
        int threads = _choice.Begin();
        Prepare();
        Gradients!.Clear(usesSlots: threads > 1);
        foreach (LayerProgram program in _programs) program.BeginBatch(inputs, rows.Span);
        int count = rows.Length;
        _batch = new TrainingBatch(inputs, targets, rows, GroupLanes(count, threads), epoch, step);
        int groups = _batch.Groups;
        if (threads == 1)
        {
            for (int g = 0; g < groups; g++)
            {
                TrainGroup(Runner(0), g);
                Runner(0).AddSharedGradients();
            }
        }
        else
        {
            for (int g = 0; g < groups; g++) Runner(g);
            _team.Run(_trainGroups);
            for (int g = 0; g < groups; g++) _runners[g].AddSharedGradients();
            Gradients.SumSlots((count + VectorWidths.Chunk - 1) / VectorWidths.Chunk);
        }

        foreach (LayerProgram program in _programs) program.EndBatch();
        SpreadOverValid(count);
        foreach (Parameter parameter in _regularized)
            parameter.Regularizer!.AddGradient(_width, Gradients.Total(parameter), parameter.Value, parameter.Count, parameter.Sizes);
        _choice.End();
        return _results.AsSpan(0, count);
    }

    private void TrainGroups(int worker)
    {
        for (int g = worker; g < _batch.Groups; g += _team.Count) TrainGroup(_runners[g], g);
    }

    /// <summary>Loss and accuracy of each of the rows, without training.</summary>
    public ReadOnlySpan<RowResult> Score(Inputs inputs, Targets targets, ReadOnlyMemory<int> rows)
    {
        int count = rows.Length;
        ForEachGroup(inputs, rows, (runner, first, lanes) =>
        {
            Load(runner, inputs, rows.Span, first, lanes);
            runner.Forward();
            Score(runner, targets, rows.Span, first);
        });
        SpreadOverValid(count);
        return _results.AsSpan(0, count);
    }

    /// <summary>Outputs for the rows, row-major.</summary>
    public void Predict(Inputs inputs, ReadOnlyMemory<int> rows, Memory<float> output)
    {
        ForEachGroup(inputs, rows, (runner, first, lanes) =>
        {
            Load(runner, inputs, rows.Span, first, lanes);
            runner.Forward();
            runner.CopyOutput(Output, output.Span.Slice(first * Output.Size, runner.Group.Rows * Output.Size));
        });
    }

    public void Dispose()
    {
        _team.Dispose();
        _arena.Free();
    }

    private void ForEachGroup(Inputs inputs, ReadOnlyMemory<int> rows, Action<GroupRunner, int, int> run)
    {
        int count = rows.Length;
        foreach (LayerProgram program in _programs) program.BeginBatch(inputs, rows.Span);
        int lanes = GroupLanes(count, _team.Count);
        int groups = (count + lanes - 1) / lanes;
        for (int worker = 0; worker < _team.Count; worker++) Runner(worker);
        _team.Run(worker =>
        {
            for (int g = worker; g < groups; g += _team.Count) run(_runners[worker], g * lanes, lanes);
        });
    }

    private void TrainGroup(GroupRunner runner, int index)
    {
        int first = index * _batch.Lanes;
        ReadOnlySpan<int> rows = _batch.Rows.Span;
        Load(runner, _batch.Inputs, rows, first, _batch.Lanes);
        BatchGroup group = runner.Group;
        (group.Training, group.Epoch, group.Step) = (_training, _batch.Epoch, _batch.Step);
        runner.Forward();
        Score(runner, _batch.Targets, rows, first);
        runner.Backward();
    }

    private void Score(GroupRunner runner, Targets targets, ReadOnlySpan<int> rows, int first)
    {
        ReadOnlySpan<int> own = rows.Slice(first, runner.Group.Rows);
        Span<RowResult> results = _results.AsSpan(first, own.Length);
        if (Outputs is null) runner.Score((ElementwiseLoss)_loss!, _isLogit, Output, targets.Values, own, rows.Length, results);
        else runner.ScoreInFull(_loss!, _isLogit, targets, own, rows.Length, results, Outputs);
    }

    /// <summary>
    /// The loss is a mean over what is not masked; so far its sum was divided by the count of everything, since how much
    /// is masked is known only when all groups ran.
    /// </summary>
    private void SpreadOverValid(int rows)
    {
        if (Outputs is not { Shape.HasTime: true }) return;
        int count = rows * Output.Steps, valid = 0;
        foreach (float counts in Outputs.Mask.AsSpan(0, count))
        {
            if (counts != 0) valid++;
        }

        if (valid == count || valid == 0) return;
        double factor = (double)count / valid;
        foreach (ref RowResult result in _results.AsSpan(0, rows)) result = result with { Loss = result.Loss * factor };
        Gradients?.Scale((float)factor);
    }

    private static void Load(GroupRunner runner, Inputs inputs, ReadOnlySpan<int> rows, int first, int lanes)
    {
        int count = Math.Min(lanes, rows.Length - first);
        int used = (count + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        runner.Load(inputs, rows.Slice(first, count), first, count, used);
    }

    private static Activation? LastActivation(Layer layer) => layer switch
    {
        Dense dense => dense.Activation,
        TimeDistributed distributed => distributed.Layer.Activation,
        ActivationLayer alone => alone.Activation,
        _ => null,
    };

    private GroupRunner Runner(int index)
    {
        while (_runners.Count <= index) _runners.Add(_createRunner());
        return _runners[index];
    }

    /// <summary>Two chunks share each weight's broadcast, unless that would leave a thread without work.</summary>
    private static int GroupLanes(int rows, int threads) =>
        rows > VectorWidths.Chunk * threads ? BatchGroup.MaxLanes : VectorWidths.Chunk;

    /// <summary>The training step under way; a field, so that a step need not allocate what its threads have in common.</summary>
    private readonly record struct TrainingBatch(Inputs Inputs, Targets Targets, ReadOnlyMemory<int> Rows, int Lanes, int Epoch, int Step)
    {
        public int Groups => (Rows.Length + Lanes - 1) / Lanes;
    }
}

/// <summary>How a model runs; changes the time, never the results.</summary>
/// <param name="Threads">Threads inside a step, at most: a fit uses them as far as they make it faster.</param>
/// <param name="Width">Vector width.</param>
internal readonly record struct ExecutionOptions(int Threads, VectorWidth Width);
