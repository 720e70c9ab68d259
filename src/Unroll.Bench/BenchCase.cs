namespace Unroll.Bench;

/// <summary>A workload and how it is run.</summary>
/// <param name="Workload">The model and its data.</param>
/// <param name="Threads">Threads inside a step.</param>
/// <param name="Jobs">Independent models side by side.</param>
internal sealed record BenchCase(Workload Workload, int Threads, int Jobs)
{
    /// <summary>Cores that the case can use.</summary>
    public int Cores => Math.Min(Threads * Jobs, Environment.ProcessorCount);
}

/// <summary>How long and on what to measure.</summary>
internal sealed record BenchOptions
{
    /// <summary>Every case is measured once per round; results are medians over rounds.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Timed steps of a case in a round; null: as many as <see cref="Time"/> allows.</summary>
    public int? Steps { get; init; }

    /// <summary>Time for a case in a round.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(0.25);

    public DataSource Source { get; init; } = DataSource.Random;

    internal StepLimit Limit => Steps is { } steps
        ? new StepLimit(WarmUp: 8, steps, steps, TimeSpan.Zero)
        : new StepLimit(WarmUp: 8, MinSteps: 2, MaxSteps: 50_000, Time);
}

/// <summary>How far a benchmark is.</summary>
/// <param name="Round">From 0, which warms up.</param>
/// <param name="Rounds">Rounds after that.</param>
/// <param name="Name">The workload that comes next.</param>
/// <param name="Remaining">Time left; null if there is nothing yet to tell it by.</param>
internal readonly record struct BenchProgress(int Round, int Rounds, string Name, TimeSpan? Remaining);
