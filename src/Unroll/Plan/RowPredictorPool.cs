namespace Unroll.Plan;

/// <summary>
/// Predictors that wait for their next call. A service asks from several threads at once; each takes one out while it works, so
/// that nobody waits and nothing is made anew.
/// </summary>
internal sealed class RowPredictorPool
{
    // More threads than that at once leave processors nothing to gain; theirs are made for the call.
    private readonly RowPredictor?[] _waiting = new RowPredictor?[2 * Environment.ProcessorCount];

    /// <summary>One for the plan; null: none waits. Those of former plans are dropped.</summary>
    public RowPredictor? Take(GraphPlan plan)
    {
        for (int i = 0; i < _waiting.Length; i++)
        {
            if (Volatile.Read(ref _waiting[i]) is null) continue;
            if (Interlocked.Exchange(ref _waiting[i], null) is { } predictor && predictor.Plan == plan) return predictor;
        }

        return null;
    }

    /// <summary>Keeps a predictor, if there is room.</summary>
    public void Return(RowPredictor predictor)
    {
        for (int i = 0; i < _waiting.Length; i++)
            if (Interlocked.CompareExchange(ref _waiting[i], predictor, null) is null) return;
    }

    /// <summary>Drops all.</summary>
    public void Clear() => Array.Clear(_waiting);
}
