using Unroll.Execution;

namespace Unroll.Plan;

/// <summary>Training where a call needs the whole batch before any row can go on.</summary>
internal sealed partial class ModelSession
{
    private Frame[] _frames = [];
    private Stage _stage; // the part of the calls that all groups go through before any goes on
    private StageWork _stageWork;

    /// <summary>
    /// All groups go as far as the next call that needs the whole batch; then on. Every group has buffers of its own. Chunks
    /// are summed as ever, so that it makes no difference how many threads do it.
    /// </summary>
    private void TrainInStages()
    {
        _stage = new Stage(0, _stages.Length > 0 ? _stages[0] : _programs.Length, false, false);
        RunStage(StageWork.Load);
        for (int s = 0; s < _stages.Length; s++)
        {
            _stage = new Stage(_stages[s], s + 1 < _stages.Length ? _stages[s + 1] : _programs.Length, false, false);
            RunStage(StageWork.Collect);
            _programs[_stage.From].Join(Frames(_stage.From), _batch.Rows.Length);
            RunStage(StageWork.Forward);
        }

        if (_scoresLater)
        {
            RunStage(StageWork.RecordMasks);
            ScoreBatch(_batch.Targets, _batch.Rows.Span);
            foreach (OutputScore score in Scores) score.ValidFactor = score.FactorOverValid(_batch.Rows.Length);
        }

        for (int s = _stages.Length; s >= 0; s--)
        {
            int from = s > 0 ? _stages[s - 1] : 0, to = s < _stages.Length ? _stages[s] : _programs.Length;
            _stage = new Stage(from, to, IsLast: s == _stages.Length, Collects: s > 0 && _flow!.RunsBackward[from]);
            if (!_stage.IsLast && _flow!.RunsBackward[to]) _programs[to].JoinBackward(Frames(to), _batch.Rows.Length);
            RunStage(StageWork.Backward);
        }
    }

    private void RunStage(StageWork work)
    {
        _stageWork = work;
        _team.Run(_runStage, _batch.Threads);
    }

    /// <summary>What a group does in the stage under way.</summary>
    private void RunInStage(GroupRunner runner, int g)
    {
        (int from, int to, bool isLast, bool collects) = _stage;
        switch (_stageWork)
        {
            case StageWork.Load:
                LoadForTraining(runner, g);
                runner.Forward(from, to);
                break;
            case StageWork.Collect:
                _programs[from].Collect(runner.Frames[from], runner.Group);
                break;
            case StageWork.Forward:
                runner.Forward(from, to);
                break;
            case StageWork.RecordMasks:
                ReadOnlySpan<int> rows = _batch.Rows.Span.Slice(g * _batch.Lanes, runner.Group.Rows);
                for (int i = 0; i < Scores.Length; i++)
                    if (Scores[i] is { Outputs: not null, Loss: not null }) runner.RecordMask(i, Scores[i], _batch.Targets.Of(i), rows);
                break;
            default:
                if (isLast)
                {
                    Score(runner, _batch.Targets, _batch.Rows.Span, g * _batch.Lanes);
                    runner.BeginBackward();
                }

                runner.Backward(from + (collects ? 1 : 0), isLast ? to : to + 1);
                if (!collects) break;
                runner.AddActivityGradient(from);
                _programs[from].CollectBackward(runner.Frames[from], runner.Group);
                break;
        }
    }

    /// <summary>A call at work on all groups, in ascending order.</summary>
    private ReadOnlySpan<Frame> Frames(int call)
    {
        if (_frames.Length < _batch.Groups) _frames = new Frame[_batch.Groups];
        for (int g = 0; g < _batch.Groups; g++) _frames[g] = _runners[g].Frames[call];
        return _frames.AsSpan(0, _batch.Groups);
    }

    /// <summary>What groups do between two points at which all must have come so far.</summary>
    private enum StageWork
    {
        Load,
        Collect,
        Forward,
        RecordMasks,
        Backward,
    }

    /// <summary>Calls between two such points.</summary>
    private readonly record struct Stage(int From, int To, bool IsLast, bool Collects);
}
