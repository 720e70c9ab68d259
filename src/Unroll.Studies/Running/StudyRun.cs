namespace Unroll.Studies;

/// <summary>One run of many trials: the threads, the order, the account of what is done.</summary>
internal sealed class StudyRun
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<Trial> _trials;
    private readonly int _jobs;
    private readonly IStudyObserver? _observer;
    private readonly ITrialExecutor _executor;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;

    private readonly Lock _lock = new();
    private readonly Dictionary<DatasetDesign, TrialDataset> _datasets = [];
    private readonly TrialResult[] _results;
    private readonly double[] _costs;
    private readonly double[] _shares; // share of each trial that is done, 0 to 1
    private readonly int[] _order;
    private int _next = -1;
    private int _done;
    private int _failed;
    private long _startStamp;
    private Exception? _observerError;

    public StudyRun(
        IReadOnlyList<Trial> trials, int jobs, IStudyObserver? observer, ITrialExecutor executor, TimeProvider time, CancellationToken cancellation)
    {
        (_trials, _jobs, _observer, _executor, _time, _cancellation) = (trials, jobs, observer, executor, time, cancellation);
        _results = [.. trials.Select(trial => new TrialResult { Trial = trial, State = TrialState.Cancelled })];
        _costs = [.. trials.Select(trial => TrialCost.Of(trial.Cell.Design))];
        _shares = new double[trials.Count];
        // Longest first, so that no long trial is left alone at the end; equal ones in the order of the study.
        _order = [.. Enumerable.Range(0, trials.Count).OrderByDescending(index => _costs[index])];
    }

    public IReadOnlyList<TrialResult> Execute()
    {
        foreach (DatasetDesign dataset in _trials.Select(trial => trial.Cell.Design.Dataset).Distinct())
        {
            if (_cancellation.IsCancellationRequested) return _results;
            _observer?.DatasetLoading(dataset);
            try
            {
                TrialDataset info = _datasets[dataset] = _executor.Load(dataset, _cancellation);
                _observer?.DatasetLoaded(dataset, info);
            }
            catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
            {
                return _results;
            }
        }

        _startStamp = _time.GetTimestamp();
        var threads = new Thread[_jobs];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"Unroll study {i + 1}" };
            threads[i].Start();
        }

        foreach (Thread thread in threads) thread.Join();
        if (_observerError is not null) throw new InvalidOperationException($"The observer of the run failed: {_observerError.Message}", _observerError);
        return _results;
    }

    private void Work()
    {
        while (!_cancellation.IsCancellationRequested && Volatile.Read(ref _observerError) is null)
        {
            int position = Interlocked.Increment(ref _next);
            if (position >= _order.Length) return;
            RunTrial(_order[position]);
        }
    }

    private void RunTrial(int index)
    {
        Trial trial = _trials[index];
        int epochs = trial.Cell.Design.Training.Epochs;
        long start = _time.GetTimestamp();
        long lastTold = start;
        var done = new List<EpochResult>();
        var result = new TrialResult { Trial = trial, State = TrialState.Cancelled, Dataset = _datasets[trial.Cell.Design.Dataset] };
        Tell(observer => observer.TrialStarted(new TrialProgress(trial, 0, epochs, TimeSpan.Zero, null)));
        try
        {
            TrialOutcome outcome = _executor.Run(trial, OnEpoch, OnStep, _cancellation);
            RefuseNaN(outcome.TestLoss, "the test loss");
            result = result with
            {
                State = TrialState.Complete,
                Parameters = outcome.Parameters,
                Epochs = outcome.Epochs,
                TestLoss = outcome.TestLoss,
                TestAccuracy = outcome.TestAccuracy,
                TestSeconds = outcome.TestSeconds,
                Fingerprint = outcome.Fingerprint,
            };
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // Stays Cancelled.
        }
        catch (Exception error)
        {
            string message = error is TrialFailedException ? error.Message : $"{error.GetType().Name}: {error.Message}";
            result = result with { State = TrialState.Failed, Error = message };
        }

        if (result.State != TrialState.Complete) result = result with { Epochs = done };
        lock (_lock)
        {
            _results[index] = result;
            if (result.State != TrialState.Cancelled)
            {
                _shares[index] = 1;
                _done++;
                if (result.State == TrialState.Failed) _failed++;
            }
        }

        Tell(observer => observer.TrialCompleted(result, Progress()));

        void OnStep(double share)
        {
            if (_observer is null || _time.GetElapsedTime(lastTold) < TellEvery) return;
            lastTold = _time.GetTimestamp();
            double fraction = (done.Count + share) / epochs;
            lock (_lock) _shares[index] = fraction;
            TimeSpan elapsed = _time.GetElapsedTime(start);
            var progress = new TrialProgress(trial, done.Count, epochs, elapsed, elapsed * ((1 - fraction) / fraction)) { EpochShare = share };
            Tell(observer => observer.TrialAdvanced(progress, Progress()));
        }

        void OnEpoch(EpochResult epoch)
        {
            done.Add(epoch);
            TimeSpan elapsed = _time.GetElapsedTime(start);
            lock (_lock) _shares[index] = (double)done.Count / Math.Max(epochs, done.Count);
            var progress = new TrialProgress(trial, done.Count, epochs, elapsed, elapsed / done.Count * Math.Max(0, epochs - done.Count));
            Tell(observer => observer.EpochCompleted(progress, epoch, Progress()));
            if (epoch.Logs.TryGetValue("loss", out double loss)) RefuseNaN(loss, $"the loss of epoch {epoch.Epoch + 1}");
        }
    }

    private static void RefuseNaN(double loss, string what)
    {
        if (double.IsFinite(loss)) return;
        string value = double.IsNaN(loss) ? "not a number (NaN)" : "infinite";
        throw new TrialFailedException($"{what} is {value}; training diverged. A smaller learning rate or clipped gradients (clipnorm) usually help.");
    }

    private RunProgress Progress()
    {
        lock (_lock)
        {
            double total = _costs.Sum();
            double done = 0;
            for (int i = 0; i < _costs.Length; i++) done += _costs[i] * _shares[i];
            double fraction = total > 0 ? done / total : 1;
            TimeSpan elapsed = _time.GetElapsedTime(_startStamp);
            TimeSpan? remaining = fraction > 0 ? elapsed * ((1 - fraction) / fraction) : null;
            return new RunProgress(_done, _failed, _trials.Count, fraction, elapsed, remaining);
        }
    }

    // A display that throws must neither kill a worker thread (and the process with it) nor pass as a failed trial.
    private void Tell(Action<IStudyObserver> message)
    {
        if (_observer is null) return;
        lock (_lock)
        {
            if (_observerError is not null) return;
            try
            {
                message(_observer);
            }
            catch (Exception error)
            {
                _observerError = error;
            }
        }
    }

    private sealed class TrialFailedException(string message) : Exception(message);
}
