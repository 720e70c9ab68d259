using System.Diagnostics;

namespace Unroll.Bench;

/// <summary>One model with its data, warm after its first series of steps.</summary>
internal sealed class Subject
{
    private readonly Workload _workload;
    private readonly Model _model;
    private readonly Inputs _x;
    private readonly Targets _y;

    /// <param name="workload">What to build.</param>
    /// <param name="source">Where tokens come from.</param>
    /// <param name="threads">Threads inside a step.</param>
    /// <param name="stream">Number of the model among those that run side by side.</param>
    /// <exception cref="ArgumentException">The workload trains on fewer than three batches.</exception>
    public Subject(Workload workload, DataSource source, int threads, int stream)
    {
        if (workload.Kind == WorkloadKind.Train && workload.StepsPerEpoch < 3)
            throw new ArgumentException($"Workload '{workload.Name}' has {workload.StepsPerEpoch} steps in an epoch; to time some, it needs 3.", nameof(workload));
        _workload = workload;
        _model = workload.CreateModel(threads);
        (_x, _y) = WorkloadData.Create(workload, source, stream);
    }

    /// <summary>Runs steps and returns the seconds of each.</summary>
    /// <param name="limit">How many.</param>
    /// <param name="ready">Called once, before the first timed step.</param>
    /// <param name="cancellation">Ends the series.</param>
    public double[] Run(StepLimit limit, Action ready, CancellationToken cancellation) =>
        _workload.Kind == WorkloadKind.Train ? Train(limit, ready, cancellation) : Predict(limit, ready, cancellation);

    private double[] Train(StepLimit limit, Action ready, CancellationToken cancellation)
    {
        var clock = new StepClock(limit, _workload.Rows % _workload.Batch != 0, ready);
        _model.Fit(_x, _y, _workload.Batch, epochs: int.MaxValue, verbose: 0, callbacks: [clock], cancellationToken: cancellation);
        return clock.Seconds;
    }

    private double[] Predict(StepLimit limit, Action ready, CancellationToken cancellation)
    {
        _model.Predict(_x);
        ready();
        var seconds = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            _model.Predict(_x);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (!limit.IsReached(seconds.Count, Stopwatch.GetElapsedTime(begin)));

        return [.. seconds];
    }
}
