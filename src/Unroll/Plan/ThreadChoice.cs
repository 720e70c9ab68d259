using System.Diagnostics;

namespace Unroll.Plan;

/// <summary>
/// Finds out whether more threads make the steps of a fit faster. Both ways give the same bits, so the choice is free: a
/// few steps of each are timed in turns, the medians decide, and after some thousand steps the question is put again,
/// because a machine's other work comes and goes.
/// </summary>
/// <param name="threads">Threads that there are.</param>
internal sealed class ThreadChoice(int threads)
{
    private const int WarmSteps = 12, TurnSteps = 5, Turns = 6, StepsUntilNextTrial = 4096;

    private readonly long[] _alone = new long[TurnSteps * Turns / 2], _together = new long[TurnSteps * Turns / 2];
    private int _step;
    private long _start;
    private bool _aloneIsFaster;

    /// <summary>Threads for the step that begins now.</summary>
    public int Begin()
    {
        if (threads == 1) return 1;
        int trial = _step - WarmSteps;
        if (trial < 0) return threads; // compilers and caches are not settled
        if (trial >= TurnSteps * Turns) return _aloneIsFaster ? 1 : threads;
        _start = Stopwatch.GetTimestamp();
        return IsAlone(trial) ? 1 : threads;
    }

    /// <summary>The step has ended.</summary>
    public void End()
    {
        if (threads == 1) return;
        int trial = _step - WarmSteps;
        _step++;
        if (trial is >= 0 and < TurnSteps * Turns)
        {
            int at = trial / (2 * TurnSteps) * TurnSteps + trial % TurnSteps;
            (IsAlone(trial) ? _alone : _together)[at] = Stopwatch.GetTimestamp() - _start;
            if (trial == TurnSteps * Turns - 1) _aloneIsFaster = Median(_alone) < Median(_together);
        }
        else if (trial >= StepsUntilNextTrial)
        {
            _step = WarmSteps;
        }
    }

    private static bool IsAlone(int trial) => trial / TurnSteps % 2 == 1;

    private static long Median(long[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
