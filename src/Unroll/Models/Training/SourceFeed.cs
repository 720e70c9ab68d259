using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>What the batches of a source are for.</summary>
internal enum FeedUse
{
    Train,
    Score,
    Predict,
}

/// <summary>Batches of a source. The first is read at once, so that weights can be made and data refused before anything begins.</summary>
internal sealed class SourceFeed : BatchFeed
{
    private const int MaxSessions = 8; // batches sorted by length come in a few lengths

    private readonly Model _model;
    private readonly TrainingState? _state;
    private readonly BatchSource _source;
    private readonly FeedUse _use;
    private readonly int? _steps;
    private readonly IReadOnlyDictionary<int, double>? _classWeight;
    private readonly WorkerTeam? _team;
    private readonly CancellationToken _cancellation;
    private readonly List<(ModelSession Session, int Rows)> _sessions = [];
    private readonly HashSet<ModelSession> _ready = []; // have the weights of this pass
    private BatchReader? _reader; // null: the pass has come to its end
    private Batch? _ahead; // read, but not worked on
    private int[] _rows = [];
    private int _pass;

    /// <exception cref="ArgumentException">The first batch does not fit the model.</exception>
    /// <exception cref="InvalidOperationException">The source fails, or has no batch.</exception>
    public SourceFeed(
        Model model, TrainingState? state, BatchSource source, FeedUse use, int? steps, IReadOnlyDictionary<int, double>? classWeight = null,
        WorkerTeam? team = null, CancellationToken cancellation = default)
    {
        (_model, _state, _source, _use, _steps, _classWeight, _team, _cancellation) = (model, state, source, use, steps, classWeight, team, cancellation);
        try
        {
            Open(use == FeedUse.Train ? state!.Epochs : 0);
            Sample = Load(_ahead!);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override int? Steps => _steps;

    public override int? StepsPerPass => null;

    public override LoadedBatch Sample { get; }

    public override bool IsSteady => false;

    public override void BeginEpoch(int epoch)
    {
        int pass = _use == FeedUse.Train ? epoch : 0;
        bool isUntouched = _reader?.Taken == 1 && _ahead is not null;
        bool goesOn = _steps is not null && _use == FeedUse.Train && Peek() is not null;
        if (isUntouched ? _pass == pass : goesOn) return;
        Open(pass);
    }

    public override bool MoveNext()
    {
        if (Peek() is not { } batch) return false;
        Current = Load(batch);
        _ahead = null;
        return true;
    }

    public override void TakeWeights() => _ready.Clear();

    public override void Dispose()
    {
        _reader?.Dispose();
        foreach ((ModelSession session, _) in _sessions) session.Dispose();
        _sessions.Clear();
    }

    private void Open(int pass)
    {
        _reader?.Dispose();
        (_reader, _pass) = (new BatchReader(_source, pass), pass);
        _ahead = null;
        if (Peek() is null)
        {
            throw new InvalidOperationException(
                "The source of batches gave none for a pass over the data. If it can be read only once, make it a method that begins anew: BatchSource.From(() => Read(path)).");
        }
    }

    private Batch? Peek()
    {
        if (_ahead is null && _reader is not null && (_ahead = _reader.Next(_cancellation)) is null)
        {
            _reader.Dispose();
            _reader = null;
        }

        return _ahead;
    }

    /// <summary>Checks a batch and finds the session for its shape.</summary>
    private LoadedBatch Load(Batch batch)
    {
        try
        {
            Inputs x = _model.CheckInputs(batch.X);
            ModelSession session;
            Targets y = null!;
            if (_use == FeedUse.Predict)
            {
                session = SessionFor(x);
            }
            else
            {
                _state!.Settle(_model.OutputNames);
                if (batch.Y is null) throw new ArgumentException("it has no targets.");
                DataChecks.RequireSameCount(x, batch.Y);
                y = TrainingData.Arrange(batch.Y, _model.OutputNames, _state.Loss);
                session = SessionFor(x);
                TrainingData.Require(y, session, _model.OutputNames);
                if (batch.SampleWeight is not null && _classWeight is not null)
                    throw new ArgumentException("class weights and sample weights can't be given together; multiply them and give sample weights.");
                SampleWeights? weights = batch.SampleWeight ?? ClassWeighting.Of(_classWeight, y, session.Output, session.Scores[0].Loss);
                y = TrainingData.Weigh(y, weights, session, _model.OutputNames, "sampleWeight");
            }

            if (_rows.Length < x.Samples) _rows = DataChecks.Rows(x.Samples);
            if (_use != FeedUse.Train && _ready.Add(session)) session.Prepare();
            return new LoadedBatch(session, x, y, _rows.AsMemory(0, x.Samples));
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Batch {_reader!.Taken - 1} of the source: {ErrorText.Of(e)}", e);
        }
    }

    private ModelSession SessionFor(Inputs x)
    {
        IReadOnlyList<LaneShape> shapes = LaneShape.OfSamples(x);
        int known = _sessions.FindIndex(entry => shapes.Select((shape, i) => shape.Dimensions.SequenceEqual(entry.Session.Plan.Tensors[entry.Session.Plan.Inputs[i]].Dimensions)).All(fits => fits));
        if (known >= 0 && _sessions[known].Rows >= x.Samples) return _sessions[known].Session;
        if (known < 0 && _sessions.Count == MaxSessions) known = 0;
        if (known >= 0)
        {
            _ready.Remove(_sessions[known].Session);
            _sessions[known].Session.Dispose();
            _sessions.RemoveAt(known);
        }

        ModelSession session = _model.NewSession(
            x, _model.Execution, x.Samples, _use == FeedUse.Predict ? null : _state!.Loss, _use == FeedUse.Train, _team);
        if (_use == FeedUse.Train) InputChecks.RequireChoices(session.Plan);
        _sessions.Add((session, x.Samples));
        return session;
    }
}
