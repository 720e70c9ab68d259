using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;

namespace Unroll.Plan;

/// <summary>
/// A built model made ready to run on inputs of one shape: programs, buffers and threads. Rows of a batch are cut into
/// groups; which thread runs which group changes no result.
/// </summary>
internal sealed partial class ModelSession : IDisposable
{
    private readonly Arena _arena = new();
    private readonly LayerProgram[] _programs;
    private readonly List<GroupRunner> _runners = [];
    private readonly WorkerTeam _team;
    private readonly bool _ownsTeam;
    private readonly int _threads;
    private readonly Func<GroupRunner> _createRunner;
    private readonly bool _training;
    private readonly bool _hasLosses;
    private readonly ThreadChoice _choice;
    private readonly Action<int> _trainGroups;
    private readonly Action<GroupRunner, int> _trainGroup;
    private readonly bool _usesSlots; // also with one thread, because the order of sums would else depend on the threads
    private readonly bool _keepsGroups; // likewise
    private readonly GradientFlow? _flow;
    private readonly int[] _stages; // calls before which the whole batch must have come so far
    private readonly bool _scoresLater; // what a masked step counts for depends on all groups
    private readonly Parameter[] _regularized;
    private readonly ActivityPenalty?[] _activities;
    private readonly VectorWidth _width;
    private readonly Action<int> _runStage;
    private double _weightPenalty, _activityPenalty;
    private TrainingBatch _batch;

    /// <param name="model">What is run.</param>
    /// <param name="inputs">Data of the shape to come.</param>
    /// <param name="execution">Threads and vector width.</param>
    /// <param name="maxRows">Rows of the largest batch.</param>
    /// <param name="loss">What outputs are scored by; null to predict only.</param>
    /// <param name="training">Whether gradients are wanted.</param>
    /// <param name="team">Threads that several sessions share in turns; null: threads of its own.</param>
    public ModelSession(SessionModel model, Inputs inputs, ExecutionOptions execution, int maxRows, SessionLoss? loss, bool training, WorkerTeam? team = null)
    {
        _training = training;
        _hasLosses = loss is not null;
        _width = execution.Width;
        GraphPlan plan = model.Plan;
        Plan = plan;
        Shapes = [.. plan.Outputs.Select(output => plan.Tensors[output])];
        _regularized = [.. model.Trainable.Where(parameter => parameter.Regularizer is not null)];
        int chunks = (maxRows + VectorWidths.Chunk - 1) / VectorWidths.Chunk;
        _threads = Math.Min(execution.Threads, chunks);
        RequireMemory(plan, training);
        IReadOnlyList<Layer> layers = plan.Layers();
        GradientFlow? flow = training
            ? new GradientFlow(plan, model.Trainable.ToHashSet(), [.. plan.Outputs.Select((_, i) => loss!.Of(i) is not null)])
            : null;
        _flow = flow;
        if (training) Gradients = new GradientStore(_arena, layers);

        Scores = [.. plan.Outputs.Select((output, i) => new OutputScore(
            loss?.Of(i), loss?.WeightOf(i) ?? 1, IsFused(plan, i, loss), plan.Tensors[output].AsOutput, loss is null ? 0 : maxRows))];
        _programs = new PlanPrograms(plan, _arena, execution.Width, model.Seed, Gradients, flow, maxRows)
            .Create(call => plan.Outputs.Any(output => call.Outputs.Contains(output) && Scores[IndexOf(plan, output)].IsLogit));
        bool[] floats = [.. plan.Inputs.Select((input, i) => !inputs.HasIds(i) || plan.Calls.Any(call => call.Inputs.Contains(input) && !call.Layer.KnowsItsInput))];
        _keepsGroups = training && layers.Any(layer => layer.OrdersItsGradients && plan.IsShared(layer));
        _usesSlots = training && (_programs.Any(program => program.AddsInParts) || layers.Any(layer => layer.Parameters.Count > 0 && plan.IsShared(layer)));
        Gradients?.AllocateSlots(_arena, _usesSlots || _threads > 1 ? chunks : 1);
        _activities =
        [
            .. plan.Calls.Select(call => loss is not null && call.OutputRegularizer is { } regularizer
                ? new ActivityPenalty(regularizer, plan.Tensors[call.Outputs[0]], maxRows, execution.Width)
                : null),
        ];
        _createRunner = () => new GroupRunner(plan, _programs, flow, inputs, floats, _activities, _arena);
        _stages = training ? [.. Enumerable.Range(0, _programs.Length).Where(c => _programs[c].NeedsWholeBatch)] : [];
        foreach (OutputScore score in Scores.Where(score => score.NeedsWholeBatch)) score.RecordOutputs();
        _scoresLater = training && (Scores.Any(score => score.NeedsWholeBatch)
            || ((Scores.Length > 1 || _activities.Any(activity => activity is not null)) && Scores.Any(score => score.IsDividedLater)));
        _ownsTeam = team is null;
        _team = team ?? new WorkerTeam(_threads);
        _choice = new ThreadChoice(_threads);
        _trainGroup = TrainGroup;
        _trainGroups = worker => ForGroups(worker, _trainGroup);
        Action<GroupRunner, int> runInStage = RunInStage;
        _runStage = worker => ForGroups(worker, runInStage);
    }

    /// <summary>The calls.</summary>
    public GraphPlan Plan { get; }

    /// <summary>Gradients of the last training step; null in inference.</summary>
    public GradientStore? Gradients { get; }

    /// <summary>The model's outputs, how they are scored and what came of it.</summary>
    public OutputScore[] Scores { get; }

    /// <summary>Shapes of the outputs for one row.</summary>
    public IReadOnlyList<LaneShape> Shapes { get; }

    /// <summary>Shape of the first output for one row.</summary>
    public OutputShape Output => Scores[0].Shape;

    /// <summary>What the regularizers added to the loss of the last batch.</summary>
    public double Penalty => _weightPenalty + _activityPenalty;

    /// <summary>Takes over the weights as they are now.</summary>
    public void Prepare()
    {
        foreach (LayerProgram program in _programs) program.Prepare();
        if (!_hasLosses) return;
        _weightPenalty = 0;
        foreach (Parameter parameter in _regularized) _weightPenalty += parameter.Regularizer!.Penalty(parameter.Value, parameter.Count, parameter.Sizes);
    }

    /// <summary>Forward and backward for one batch; the gradients are complete afterwards.</summary>
    /// <returns>Loss and accuracy of each row at the first output.</returns>
    public ReadOnlySpan<RowResult> Train(Inputs inputs, Targets targets, ReadOnlyMemory<int> rows, int epoch, int step)
    {
        int threads = _choice.Begin();
        Prepare();
        bool usesSlots = threads > 1 || _usesSlots;
        Gradients!.Clear(usesSlots);
        foreach (LayerProgram program in _programs) program.BeginBatch(inputs, rows.Span);
        int count = rows.Length;
        _batch = new TrainingBatch(inputs, targets, rows, GroupLanes(count, threads), epoch, step, threads);
        int groups = _batch.Groups;
        if (threads == 1 && _stages.Length == 0 && !_scoresLater && !_keepsGroups)
        {
            for (int g = 0; g < groups; g++)
            {
                TrainGroup(Runner(0), g);
                AddSharedGradients(groups: 1);
            }
        }
        else
        {
            for (int g = 0; g < groups; g++) Runner(g);
            if (_stages.Length > 0 || _scoresLater) TrainInStages();
            else _team.Run(_trainGroups, threads);
            AddSharedGradients(groups);
        }

        if (usesSlots) Gradients.SumSlots((count + VectorWidths.Chunk - 1) / VectorWidths.Chunk);
        foreach (LayerProgram program in _programs) program.EndBatch();
        SumActivities(count);
        SpreadOverValid(count, scalesGradients: !_scoresLater);
        foreach (Parameter parameter in _regularized)
            parameter.Regularizer!.AddGradient(_width, Gradients.Total(parameter), parameter.Value, parameter.Count, parameter.Sizes);
        _choice.End();
        return Scores[0].Results.AsSpan(0, count);
    }

    /// <summary>Loss and accuracy of each of the rows, without training.</summary>
    public void Score(Inputs inputs, Targets targets, ReadOnlyMemory<int> rows)
    {
        ForEachGroup(inputs, rows, (runner, first, lanes) =>
        {
            Load(runner, inputs, rows.Span, first, lanes);
            runner.Forward(0, _programs.Length);
            ScoreRows(runner, targets, rows.Span, first);
        });
        ScoreBatch(targets, rows.Span);
        SumActivities(rows.Length);
        SpreadOverValid(rows.Length, scalesGradients: false);
    }

    /// <summary>Outputs for the rows, row-major, one array for each output.</summary>
    public void Predict(Inputs inputs, ReadOnlyMemory<int> rows, IReadOnlyList<Memory<float>> outputs)
    {
        ForEachGroup(inputs, rows, (runner, first, lanes) =>
        {
            Load(runner, inputs, rows.Span, first, lanes);
            runner.Forward(0, _programs.Length);
            for (int i = 0; i < outputs.Count; i++)
            {
                int size = Scores[i].Shape.Size;
                runner.CopyOutput(i, outputs[i].Span.Slice(first * size, runner.Group.Rows * size));
            }
        });
    }

    public void Dispose()
    {
        if (_ownsTeam) _team.Dispose();
        _arena.Free();
    }

    /// <summary>Call by call, and the groups of each in ascending order, however large they are.</summary>
    private void AddSharedGradients(int groups)
    {
        for (int c = _programs.Length - 1; c >= 0; c--)
        {
            for (int g = 0; g < groups; g++) _runners[g].AddSharedGradients(c);
        }
    }

    /// <summary>Refuses lengths that no memory holds before buffers are made: each thread keeps what all layers put out for a chunk of rows at least.</summary>
    private void RequireMemory(GraphPlan plan, bool training)
    {
        double numbers = plan.Tensors.Sum(tensor => tensor.Dimensions.Aggregate(1.0, (product, size) => product * size));
        double bytes = sizeof(float) * numbers * VectorWidths.Chunk * _threads * (training ? 2 : 1);
        if (!MachineMemory.IsShort(bytes)) return;
        string shapes = string.Join(", ", plan.Inputs.Select(input => $"({string.Join(", ", plan.Tensors[input].Dimensions)})"));
        throw new ArgumentException($"{MachineMemory.Refusal($"{(training ? "Training" : "Running the model")} on samples of the shape {shapes}", bytes)} Choose shorter samples (maxLen), smaller layers or fewer threads.");
    }

    private void ForGroups(int worker, Action<GroupRunner, int> run)
    {
        for (int g = worker; g < _batch.Groups; g += _batch.Threads) run(_runners[g], g);
    }

    private void ForEachGroup(Inputs inputs, ReadOnlyMemory<int> rows, Action<GroupRunner, int, int> run)
    {
        int count = rows.Length;
        foreach (LayerProgram program in _programs) program.BeginBatch(inputs, rows.Span);
        int lanes = GroupLanes(count, _threads);
        int groups = (count + lanes - 1) / lanes;
        for (int worker = 0; worker < _threads; worker++) Runner(worker);
        _team.Run(
            worker =>
            {
                for (int g = worker; g < groups; g += _threads) run(_runners[worker], g * lanes, lanes);
            },
            _threads);
    }

    private void LoadForTraining(GroupRunner runner, int index)
    {
        Load(runner, _batch.Inputs, _batch.Rows.Span, index * _batch.Lanes, _batch.Lanes);
        BatchGroup group = runner.Group;
        (group.Training, group.Epoch, group.Step) = (_training, _batch.Epoch, _batch.Step);
    }

    private void TrainGroup(GroupRunner runner, int index)
    {
        LoadForTraining(runner, index);
        runner.Forward(0, _programs.Length);
        Score(runner, _batch.Targets, _batch.Rows.Span, index * _batch.Lanes);
        runner.BeginBackward();
        runner.Backward(0, _programs.Length);
    }

    /// <summary>Without training: rows by themselves, or what came out for a loss that sees the whole batch.</summary>
    private void ScoreRows(GroupRunner runner, Targets targets, ReadOnlySpan<int> rows, int first)
    {
        for (int i = 0; i < Scores.Length; i++)
            if (Scores[i].NeedsWholeBatch) runner.RecordMask(i, Scores[i], targets.Of(i), rows.Slice(first, runner.Group.Rows));
        Score(runner, targets, rows, first);
    }

    /// <summary>Scores the outputs whose loss sees the whole batch, once it has come out.</summary>
    private void ScoreBatch(Targets targets, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < Scores.Length; i++)
        {
            if (!Scores[i].NeedsWholeBatch) continue;
            double loss = Scores[i].Outputs!.Score(targets.Of(i), rows);
            Scores[i].Results.AsSpan(0, rows.Length).Fill(new RowResult(loss, 0));
        }
    }

    private void Score(GroupRunner runner, Targets targets, ReadOnlySpan<int> rows, int first)
    {
        ReadOnlySpan<int> own = rows.Slice(first, runner.Group.Rows);
        for (int i = 0; i < Scores.Length; i++)
            if (Scores[i].Loss is not null || Scores[i].Outputs is not null) runner.Score(i, Scores[i], targets.Of(i), own, rows.Length);
    }

    /// <summary>
    /// The loss is a mean over what is not masked; so far its sum was divided by the count of everything, since how much
    /// is masked is known only when all groups ran.
    /// </summary>
    private void SpreadOverValid(int rows, bool scalesGradients)
    {
        foreach (OutputScore score in Scores)
        {
            double factor = score.FactorOverValid(rows);
            if (factor == 1) continue;
            score.ScaleLosses(rows, factor);
            if (scalesGradients) Gradients!.Scale((float)factor);
        }
    }

    private void SumActivities(int rows)
    {
        _activityPenalty = 0;
        foreach (ActivityPenalty? activity in _activities) _activityPenalty += activity?.Total(rows) ?? 0;
    }

    private static void Load(GroupRunner runner, Inputs inputs, ReadOnlySpan<int> rows, int first, int lanes)
    {
        int count = Math.Min(lanes, rows.Length - first);
        int used = (count + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        runner.Group.BatchRows = rows.Length;
        runner.Load(inputs, rows.Slice(first, count), first, count, used);
    }

    private GroupRunner Runner(int index)
    {
        while (_runners.Count <= index) _runners.Add(_createRunner());
        return _runners[index];
    }

    /// <summary>Whether the loss of an output takes over the activation in front of it, which nobody else may want to see.</summary>
    private static bool IsFused(GraphPlan plan, int output, SessionLoss? loss)
    {
        int tensor = plan.Outputs[output];
        return loss?.Of(output)?.FusedActivation is { } fused && plan.Readers(tensor) == 1
            && plan.ProducerOf(tensor) is { Outputs.Count: 1 } call && call.Layer.LastActivation is { IsFused: true } last && last.Name == fused
            && call.OutputRegularizer is null;
    }

    private static int IndexOf(GraphPlan plan, int output)
    {
        for (int i = 0; i < plan.Outputs.Count; i++)
        {
            if (plan.Outputs[i] == output) return i;
        }

        return -1;
    }

    /// <summary>Two chunks share each weight's broadcast, unless that would leave a thread without work.</summary>
    private static int GroupLanes(int rows, int threads) =>
        rows > VectorWidths.Chunk * threads ? BatchGroup.MaxLanes : VectorWidths.Chunk;

    /// <summary>The training step under way; a field, so that a step need not allocate what its threads have in common.</summary>
    private readonly record struct TrainingBatch(
        Inputs Inputs, Targets Targets, ReadOnlyMemory<int> Rows, int Lanes, int Epoch, int Step, int Threads)
    {
        public int Groups => (Rows.Length + Lanes - 1) / Lanes;
    }
}
