using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>Keeps account of a run and tells the observer, from one thread at a time.</summary>
internal sealed class RunTeller(IStudyObserver? observer, TimeProvider time, IReadOnlyDictionary<string, double> costs)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _shares = []; // share of each running trial that is done, 0 to 1
    private readonly double _total = costs.Values.Sum();
    private readonly long _start = time.GetTimestamp();
    private RunCounts _counts = new(costs.Count, 0, 0, 0, 0);
    private double? _atStart;

    /// <summary>What the observer threw.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Whether anybody listens.</summary>
    public bool IsHeard => observer is not null;

    /// <summary>A trial of this process begins.</summary>
    public TrialWatch Start(Trial trial, string key)
    {
        var watch = new TrialWatch(this, trial, key, time);
        Tell((its, _) => its.TrialStarted(watch.Progress(TimeSpan.Zero, 0)));
        return watch;
    }

    /// <summary>Takes the state of all trials from the store.</summary>
    public RunCounts Update(Func<RunCounts> counts)
    {
        lock (_lock) return _counts = counts();
    }

    /// <summary>How much of a running trial is done.</summary>
    public void Share(string key, double share)
    {
        lock (_lock) _shares[key] = share;
    }

    /// <summary>A trial of this process has ended: from now on the store counts it.</summary>
    public void Finish(string key, Func<RunCounts> counts)
    {
        lock (_lock)
        {
            _counts = counts();
            _shares.Remove(key);
        }
    }

    /// <summary>A display that throws must neither kill a worker thread (and the process with it) nor pass as a failed trial.</summary>
    public void Tell(Action<IStudyObserver, RunProgress> message)
    {
        if (observer is null) return;
        lock (_lock)
        {
            if (Error is not null) return;
            try
            {
                message(observer, Progress());
            }
            catch (Exception error)
            {
                Error = error;
            }
        }
    }

    private RunProgress Progress()
    {
        double fraction = _total > 0 ? (_counts.EndedCost + _shares.Sum(pair => costs[pair.Key] * pair.Value)) / _total : 1;
        fraction = Math.Min(fraction, 1);
        _atStart ??= fraction;
        TimeSpan elapsed = time.GetElapsedTime(_start);
        double done = fraction - _atStart.Value; // what was there at the start took no time of this run
        TimeSpan? remaining = done > 0 ? elapsed * ((1 - fraction) / done) : null;
        return new RunProgress(_counts.Ended, _counts.Failed, _counts.Total, fraction, elapsed, remaining);
    }
}

/// <summary>How far one trial of this process is.</summary>
internal sealed class TrialWatch(RunTeller teller, Trial trial, string key, TimeProvider time)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<EpochResult> _epochs = [];
    private readonly long _start = time.GetTimestamp();
    private long _lastTold = time.GetTimestamp();

    /// <summary>The epochs that have ended.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    private int Planned => trial.Cell.Design.Training.Epochs;

    public void OnStep(double share)
    {
        if (!teller.IsHeard || time.GetElapsedTime(_lastTold) < TellEvery) return;
        _lastTold = time.GetTimestamp();
        teller.Share(key, (_epochs.Count + share) / Planned);
        TrialProgress progress = Progress(time.GetElapsedTime(_start), share);
        teller.Tell((observer, run) => observer.TrialAdvanced(progress, run));
    }

    public void OnEpoch(EpochResult epoch)
    {
        _epochs.Add(epoch);
        teller.Share(key, (double)_epochs.Count / Math.Max(Planned, _epochs.Count));
        TrialProgress progress = Progress(time.GetElapsedTime(_start), 0);
        teller.Tell((observer, run) => observer.EpochCompleted(progress, epoch, run));
    }

    public TrialProgress Progress(TimeSpan elapsed, double share)
    {
        double done = _epochs.Count + share;
        TimeSpan? remaining = done > 0 ? elapsed * (Math.Max(0, Planned - done) / done) : null;
        return new TrialProgress(trial, _epochs.Count, Planned, elapsed, remaining) { EpochShare = share };
    }
}
