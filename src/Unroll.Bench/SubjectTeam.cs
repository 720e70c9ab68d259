namespace Unroll.Bench;

/// <summary>
/// Models of one workload that run side by side, each on a thread of its own, and begin their timed steps together.
/// They share nothing but the process.
/// </summary>
internal sealed class SubjectTeam
{
    private readonly Subject[] _subjects;

    public SubjectTeam(BenchCase benchCase, DataSource source) =>
        _subjects = [.. Enumerable.Range(0, benchCase.Jobs).Select(job => new Subject(benchCase.Workload, source, benchCase.Threads, job))];

    /// <summary>Seconds of the timed steps of each model.</summary>
    public double[][] Run(StepLimit limit, CancellationToken cancellation)
    {
        if (_subjects.Length == 1) return [_subjects[0].Run(limit, static () => { }, cancellation)];

        var seconds = new double[_subjects.Length][];
        var errors = new Exception?[_subjects.Length];
        using var start = new Barrier(_subjects.Length);
        var threads = new Thread[_subjects.Length];
        for (int i = 0; i < threads.Length; i++)
        {
            int job = i;
            threads[i] = new Thread(() =>
            {
                bool waited = false;
                try
                {
                    seconds[job] = _subjects[job].Run(
                        limit,
                        () =>
                        {
                            waited = true;
                            start.SignalAndWait(cancellation);
                        },
                        cancellation);
                }
#pragma warning disable CA1031 // thrown again on the caller's thread
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    errors[job] = exception;
                    if (!waited) start.RemoveParticipant(); // the others must not wait for it
                }
            })
            { IsBackground = true, Name = $"unroll bench {job}" };
            threads[i].Start();
        }

        foreach (Thread thread in threads) thread.Join();
        if (errors.OfType<OperationCanceledException>().Any()) throw new OperationCanceledException(cancellation);
        if (errors.FirstOrDefault(error => error is not null) is { } first)
            throw new InvalidOperationException($"A model that ran beside others failed: {first.Message}", first);
        return seconds;
    }
}
