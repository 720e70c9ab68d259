using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>
/// One run of many trials in this process: threads that claim trials from the store until none is left, and the account of
/// what is done. Other processes may work on the same store; a run ends when all its trials have, wherever they ran.
/// </summary>
internal sealed class StudyRun
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookEveryAtLast = TimeSpan.FromSeconds(2); // many workers may wait for one long trial

    private readonly IStudyStore _store;
    private readonly long _run;
    private readonly IReadOnlyDictionary<string, (Trial Trial, TrialDataset Data)> _trials; // by key
    private readonly int _jobs;
    private readonly RunTeller _teller;
    private readonly ITrialExecutor _executor;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;

    private readonly Lock _lock = new();
    private readonly object _change = new(); // pulsed when a trial ends here, for threads that wait for work
    private readonly Dictionary<TrialClaim, CancellationTokenSource> _held = [];
    private Exception? _storeError;

    public StudyRun(
        IStudyStore store, long run, IReadOnlyDictionary<string, (Trial Trial, TrialDataset Data)> trials, int jobs, IStudyObserver? observer,
        ITrialExecutor executor, TimeProvider time, CancellationToken cancellation)
    {
        (_store, _run, _trials, _jobs, _executor, _time, _cancellation) = (store, run, trials, jobs, executor, time, cancellation);
        _teller = new RunTeller(observer, time, trials.ToDictionary(pair => pair.Key, pair => TrialCost.Of(pair.Value.Trial.Cell.Design)));
    }

    /// <summary>Name of the study.</summary>
    public required string Study { get; init; }

    /// <summary>Whether to leave a run of which only trials are left that run elsewhere, as there is other work; null to stay to its end.</summary>
    public Func<bool>? MayLeave { get; init; }

    /// <summary>Trials that ended in this process.</summary>
    public int Ended { get; private set; }

    private bool IsStopping => _cancellation.IsCancellationRequested || _teller.Error is not null || Volatile.Read(ref _storeError) is not null;

    public void Execute()
    {
        _teller.Update(() => _store.Counts(_run));
        _teller.Tell((observer, progress) => observer.StoreOpened(progress));
        var threads = new Thread[_jobs];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"Unroll study {i + 1}" };
            threads[i].Start();
        }

        using (_cancellation.Register(Wake))
        using (ITimer renewal = _time.CreateTimer(_ => Renew(), null, RenewEvery, RenewEvery))
            foreach (Thread thread in threads) thread.Join();
        if (_storeError is not null) throw new IOException(_storeError.Message, _storeError);
        if (_teller.Error is { } error) throw new InvalidOperationException($"The observer of the run failed: {error.Message}", error);
    }

    private void Work()
    {
        try
        {
            TimeSpan pause = LookEvery;
            while (!IsStopping)
            {
                if (_store.Claim(_run, WorkerId.Current, _time.GetUtcNow(), StoredTrial.Lease, _jobs) is { } claim)
                {
                    RunTrial(claim);
                    pause = LookEvery;
                    continue;
                }

                // The rest runs elsewhere, or on another thread; what is lost there is taken over here.
                RunCounts counts = _teller.Update(() => _store.Counts(_run));
                if (counts.Ended == counts.Total || MayLeave?.Invoke() == true) return;
                lock (_change) Monitor.Wait(_change, pause);
                if (pause < LookEveryAtLast) pause *= 1.5;
            }
        }
        catch (Exception error) // of the store: without it there is nothing to run for
        {
            Interlocked.CompareExchange(ref _storeError, error, null);
            Stop();
        }
    }

    private void RunTrial(TrialClaim claim)
    {
        (Trial trial, TrialDataset data) = _trials[claim.Key];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        lock (_lock) _held.Add(claim, stop);
        TrialWatch watch = _teller.Start(trial, claim.Key);
        var result = new TrialResult { Trial = trial, State = TrialState.Waiting, Dataset = data, Jobs = _jobs };
        bool isLost = false;
        TrialOutcome? outcome = null;
        try
        {
            outcome = _executor.Run(trial, OnEpoch, watch.OnStep, stop.Token);
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
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stays Waiting.
        }
        catch (ClaimLostException)
        {
            isLost = true;
        }
        catch (StoreFailedException error)
        {
            throw error.InnerException!;
        }
        catch (Exception error)
        {
            string message = error is TrialFailedException ? error.Message : $"{error.GetType().Name}: {error.Message}";
            result = result with { State = TrialState.Failed, Error = message };
        }
        finally
        {
            lock (_lock) _held.Remove(claim);
        }

        if (result.State != TrialState.Complete) result = result with { Epochs = watch.Epochs };
        // Within one breath with the account, or a trial would be counted twice or not at all for a moment.
        _teller.Finish(claim.Key, () =>
        {
            bool isKept = !isLost && result.State switch
            {
                TrialState.Complete => _store.Complete(claim, outcome!),
                TrialState.Failed => _store.Fail(claim, result.Error!),
                _ => _store.Release(claim),
            };
            if (!isKept) result = result with { State = TrialState.Running }; // by whoever was given it
            if (result.State is TrialState.Complete or TrialState.Failed) Ended++;
            return _store.Counts(_run);
        });
        Wake();
        if (outcome is not null && result.State == TrialState.Running) Compare(claim.Key, outcome);
        _teller.Tell((observer, progress) => observer.TrialCompleted(result, progress));

        void OnEpoch(EpochResult epoch)
        {
            if (!Stored(() => _store.AddEpoch(claim, epoch))) throw new ClaimLostException();
            watch.OnEpoch(epoch);
            if (epoch.Logs.TryGetValue("loss", out double loss)) RefuseNaN(loss, $"the loss of epoch {epoch.Epoch + 1}");
        }
    }

    // Two workers ran a trial, since one was taken for dead: nothing is lost, and it shows if one of their machines computes wrongly.
    private void Compare(string key, TrialOutcome mine)
    {
        StoredTrial? stored = _store.Trials(Study).FirstOrDefault(trial => trial.Planned.Key == key);
        if (stored?.Outcome is not { } theirs || theirs.Fingerprint == mine.Fingerprint) return;
        throw new InvalidDataException(new AuditDifference(Study, stored.Planned.Place, theirs.Fingerprint, stored.Worker, mine.Fingerprint, WorkerId.Current).ToString());
    }

    // An error of the store must not pass for a failure of the trial that was running.
    private static bool Stored(Func<bool> write)
    {
        try
        {
            return write();
        }
        catch (Exception error)
        {
            throw new StoreFailedException(error);
        }
    }

    private void Renew()
    {
        TrialClaim[] claims;
        lock (_lock) claims = [.. _held.Keys];
        foreach (TrialClaim claim in claims)
        {
            try
            {
                if (_store.Renew(claim, _time.GetUtcNow() + StoredTrial.Lease)) continue;
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref _storeError, error, null);
                Stop();
                return;
            }

            lock (_lock)
                if (_held.TryGetValue(claim, out CancellationTokenSource? stop)) stop.Cancel(); // given to another: no need to go on
        }
    }

    private void Stop()
    {
        lock (_lock)
            foreach (CancellationTokenSource stop in _held.Values) stop.Cancel();
        Wake();
    }

    private void Wake()
    {
        lock (_change) Monitor.PulseAll(_change);
    }

    private static void RefuseNaN(double loss, string what)
    {
        if (double.IsFinite(loss)) return;
        string value = double.IsNaN(loss) ? "not a number (NaN)" : "infinite";
        throw new TrialFailedException($"{what} is {value}; training diverged. A smaller learning rate or clipped gradients (clipnorm) usually help.");
    }

    private sealed class TrialFailedException(string message) : Exception(message);

    private sealed class ClaimLostException : Exception;

    private sealed class StoreFailedException(Exception inner) : Exception(inner.Message, inner);
}
