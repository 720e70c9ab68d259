using System.Diagnostics;

namespace Unroll.Bench;

/// <summary>When a series of steps is long enough.</summary>
/// <param name="WarmUp">Steps that are not timed: a fit that begins has cold caches and sleeping threads.</param>
/// <param name="MinSteps">Timed steps at least.</param>
/// <param name="MaxSteps">Timed steps at most.</param>
/// <param name="Time">After this long no step is begun, unless <paramref name="MinSteps"/> asks for it.</param>
internal readonly record struct StepLimit(int WarmUp, int MinSteps, int MaxSteps, TimeSpan Time)
{
    public bool IsReached(int steps, TimeSpan elapsed) => steps >= MaxSteps || (steps >= MinSteps && elapsed >= Time);
}

/// <summary>
/// Times the steps of a fit from the outside, as a callback that reads the clock between two steps. That costs some 30 ns
/// a step, as it wants no logs, and leaves the training loop as users run it. The step that opens an epoch is not timed:
/// shuffling lies before it. Nor is the step that ends it, if its batch is short.
/// </summary>
/// <param name="limit">When to stop the fit.</param>
/// <param name="lastIsShort">Whether the last batch of an epoch has fewer rows than the others.</param>
/// <param name="ready">Called once, before the first timed step.</param>
internal sealed class StepClock(StepLimit limit, bool lastIsShort, Action ready) : Callback
{
    private readonly List<long> _ticks = new(Math.Min(limit.MaxSteps, 4096));
    private long _begin, _last;
    private int _warm;

    /// <summary>Seconds of every timed step.</summary>
    public double[] Seconds => [.. _ticks.Select(ticks => ticks / (double)Stopwatch.Frequency)];

    public override void OnEpochBegin(int epoch) => _last = 0;

    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        long now = Stopwatch.GetTimestamp();
        if (_warm < limit.WarmUp)
        {
            if (++_warm < limit.WarmUp) return;
            ready();
            _begin = _last = Stopwatch.GetTimestamp();
            return;
        }

        if (_last != 0 && !(lastIsShort && batch == Parameters.Steps - 1)) _ticks.Add(now - _last);
        if (limit.IsReached(_ticks.Count, Stopwatch.GetElapsedTime(_begin, now))) Model.StopTraining = true;
        _last = Stopwatch.GetTimestamp();
    }
}
