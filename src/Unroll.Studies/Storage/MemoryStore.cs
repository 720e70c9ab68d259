namespace Unroll.Studies.Storage;

/// <summary>A store that ends with the process.</summary>
public sealed class MemoryStore : IStudyStore
{
    private readonly Lock _lock = new();
    private readonly List<Row> _rows = [];
    private readonly Dictionary<string, Row> _byKey = [];
    private readonly List<(string Study, TrialPlace Place, Row Row)> _places = [];
    private readonly List<(RunRecord Run, DateTimeOffset? Ended, Row[] Rows)> _runs = [];

    private sealed class Row(long id, PlannedTrial planned, string version)
    {
        public long Id { get; } = id;
        public PlannedTrial Planned { get; } = planned;
        public string Version { get; } = version;
        public TrialState State { get; set; } = TrialState.Waiting;
        public int Attempt { get; set; }
        public int Lost { get; set; }
        public int Jobs { get; set; }
        public WorkerId? Worker { get; set; }
        public DateTimeOffset Until { get; set; }
        public List<EpochResult> Epochs { get; set; } = [];
        public TrialOutcome? Outcome { get; set; }
        public string? Error { get; set; }
    }

    /// <inheritdoc/>
    public string Location => "memory";

    /// <inheritdoc/>
    public long BeginRun(RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(trials);
        lock (_lock)
        {
            foreach (PlannedTrial trial in trials)
            {
                if (Find(run.Study, trial.Place) is { } taken && taken.Planned.Key != trial.Key)
                    throw PlaceConflict.Of(Location, run, trial, taken.Planned, taken.Version);
            }

            var rows = new HashSet<Row>();
            foreach (PlannedTrial trial in trials)
            {
                if (!_byKey.TryGetValue(trial.Key, out Row? row))
                {
                    _byKey[trial.Key] = row = new Row(_rows.Count + 1, trial, run.Version);
                    _rows.Add(row);
                }

                if (Find(run.Study, trial.Place) is null) _places.Add((run.Study, trial.Place, row));
                if (!rows.Add(row)) continue;
                if (row.State != TrialState.Complete) row.Lost = 0;
                if (row.State == TrialState.Failed && retryFailed) (row.State, row.Error) = (TrialState.Waiting, null);
            }

            _runs.Add((run, null, [.. rows]));
            return _runs.Count;
        }
    }

    /// <inheritdoc/>
    public void EndRun(long run, DateTimeOffset ended)
    {
        lock (_lock) _runs[(int)run - 1] = _runs[(int)run - 1] with { Ended = ended };
    }

    /// <inheritdoc/>
    public TrialClaim? Claim(long run, WorkerId worker, DateTimeOffset now, TimeSpan lease, int? jobs = null)
    {
        ArgumentNullException.ThrowIfNull(worker);
        lock (_lock)
        {
            (RunRecord record, _, Row[] rows) = _runs[(int)run - 1];
            foreach (Row row in rows.Where(row => row.State == TrialState.Running && (row.Until < now || row.Worker!.IsGone)))
            {
                row.State = TrialState.Waiting;
                if (++row.Lost >= IStudyStore.MaxLost) (row.State, row.Error) = (TrialState.Failed, PlaceConflict.LostText(row.Worker!));
            }

            Row? next = rows.Where(row => row.State == TrialState.Waiting).OrderBy(row => row.Lost).ThenByDescending(row => row.Planned.Cost).ThenBy(row => row.Id).FirstOrDefault();
            if (next is null) return null;
            (next.State, next.Worker, next.Until, next.Jobs, next.Epochs) = (TrialState.Running, worker, now + lease, jobs ?? record.Jobs, []);
            next.Attempt++;
            return new TrialClaim(next.Id, next.Planned.Key, next.Attempt);
        }
    }

    /// <inheritdoc/>
    public bool Renew(TrialClaim claim, DateTimeOffset until) => Write(claim, row => row.Until = until);

    /// <inheritdoc/>
    public bool AddEpoch(TrialClaim claim, EpochResult epoch) => Write(claim, row => row.Epochs = [.. row.Epochs, epoch]);

    /// <inheritdoc/>
    public bool Complete(TrialClaim claim, TrialOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return Write(claim, row => (row.State, row.Outcome, row.Epochs) = (TrialState.Complete, outcome, [.. outcome.Epochs]));
    }

    /// <inheritdoc/>
    public bool Fail(TrialClaim claim, string error) => Write(claim, row => (row.State, row.Error) = (TrialState.Failed, error));

    /// <inheritdoc/>
    public bool Release(TrialClaim claim) => Write(claim, row => row.State = TrialState.Waiting);

    /// <inheritdoc/>
    public RunCounts Counts(long run)
    {
        lock (_lock) return CountsOf(_runs[(int)run - 1].Rows);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys(long run)
    {
        lock (_lock) return [.. _runs[(int)run - 1].Rows.Select(row => row.Planned.Key)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredRun> Runs()
    {
        lock (_lock) return [.. _runs.Select((run, i) => new StoredRun(i + 1, run.Run, run.Ended, CountsOf(run.Rows)))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredTrial> Trials(string study)
    {
        lock (_lock)
        {
            return
            [
                .. _places.Where(place => place.Study == study).Select(place => new StoredTrial(
                    place.Row.Planned with { Place = place.Place }, place.Row.State, place.Row.Attempt, place.Row.Epochs,
                    place.Row.Outcome, place.Row.Error, place.Row.Jobs, place.Row.Version)
                { Worker = place.Row.Worker, HeldUntil = place.Row.State == TrialState.Running ? place.Row.Until : null }),
            ];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private Row? Find(string study, TrialPlace place) => _places.FirstOrDefault(entry => entry.Study == study && entry.Place == place).Row;

    private bool Write(TrialClaim claim, Action<Row> change)
    {
        ArgumentNullException.ThrowIfNull(claim);
        lock (_lock)
        {
            Row row = _rows[(int)claim.Trial - 1];
            if (row.State != TrialState.Running || row.Attempt != claim.Attempt) return false;
            change(row);
            return true;
        }
    }

    private static RunCounts CountsOf(Row[] rows)
    {
        int Count(TrialState state) => rows.Count(row => row.State == state);
        return new RunCounts(
            Count(TrialState.Waiting), Count(TrialState.Running), Count(TrialState.Complete), Count(TrialState.Failed),
            rows.Where(row => row.State is TrialState.Complete or TrialState.Failed).Sum(row => row.Planned.Cost));
    }
}
