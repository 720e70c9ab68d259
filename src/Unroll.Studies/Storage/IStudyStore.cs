namespace Unroll.Studies.Storage;

/// <summary>
/// Where studies keep their results. Runners write; reports, tables and comparisons read, from here alone.
/// <para>
/// <b>Ownership.</b> A trial belongs to the store. Whoever is to run it claims it (<see cref="Claim"/>) and holds it until the
/// lease runs out, which <see cref="Renew"/> puts off. Every claim on a trial has a higher number than the one before
/// (<see cref="TrialClaim.Attempt"/>), and every write names its claim: a worker that was taken for dead and comes back
/// changes nothing any more and is told so by <c>false</c>. A claim is given anew when its lease has run out or its process
/// is known to be gone. A trial whose worker was lost <see cref="MaxLost"/> times in one run is FAILED, since it may well be
/// what kills them; the next run gives it as many chances again.
/// </para>
/// <para>
/// <b>States.</b> WAITING → RUNNING (<see cref="Claim"/>) → COMPLETE or FAILED, or back to WAITING (<see cref="Release"/>).
/// COMPLETE is final. FAILED goes back to WAITING only if a run asks for it. Nothing that is COMPLETE is ever changed or
/// deleted, by nobody.
/// </para>
/// <para>
/// <b>Identity.</b> Trials with one <see cref="PlannedTrial.Key"/> are one trial, wherever they stand in a study and whatever
/// run asks for them. A place in a study (part, cell, repeat) has one trial for good: a run that puts another design, seed,
/// data set or version of Unroll there is refused as a whole, before it changes anything.
/// </para>
/// <para>
/// <b>Consistency.</b> Every method is one transaction: it happens whole or not at all, also if the process is killed within
/// it, and whoever begins later sees it. When a method has returned, what it wrote survives the end of the process. Methods
/// may be called from any thread; of a store on disk or on a server, any number of processes may have it open. Times come from
/// the callers (a store on a server corrects them by the server's clock, since machines differ), and a clock that jumps costs
/// at most a trial run twice, never a result: the older claim writes nothing.
/// </para>
/// <para>
/// <b>Errors.</b> <see cref="IOException"/> if the store can't be read or written (a full disk, for instance);
/// what was stored before stays as it was.
/// </para>
/// </summary>
public interface IStudyStore : IDisposable
{
    /// <summary>Workers that a trial may lose within one run before it is FAILED.</summary>
    const int MaxLost = 3;

    /// <summary>Where it is, for messages.</summary>
    string Location { get; }

    /// <summary>Records a run and the trials that it asks for. Trials that the store has stay as they are.</summary>
    /// <param name="run">The run.</param>
    /// <param name="trials">What it asks for, each place once.</param>
    /// <param name="retryFailed">Whether FAILED trials among them are to be run again.</param>
    /// <returns>Number of the run.</returns>
    /// <exception cref="ArgumentException">A place has another trial already; the message names it and the remedy.</exception>
    long BeginRun(RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed = false);

    /// <summary>Records that a run has ended.</summary>
    void EndRun(long run, DateTimeOffset ended);

    /// <summary>
    /// Gives a trial of the run that nobody holds, the one with the most work first; those that lost workers come last, since
    /// they may take others with them. Null if there is none at the moment.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="now">The time.</param>
    /// <param name="lease">How long the claim holds without <see cref="Renew"/>.</param>
    /// <param name="jobs">Trials side by side where it will run; null for what the run says.</param>
    TrialClaim? Claim(long run, WorkerId worker, DateTimeOffset now, TimeSpan lease, int? jobs = null);

    /// <summary>Puts off the end of the lease; false if the claim does not hold any more.</summary>
    bool Renew(TrialClaim claim, DateTimeOffset until);

    /// <summary>Keeps an epoch; false if the claim does not hold any more.</summary>
    bool AddEpoch(TrialClaim claim, EpochResult epoch);

    /// <summary>Keeps the results; the trial is COMPLETE. False if the claim does not hold any more.</summary>
    bool Complete(TrialClaim claim, TrialOutcome outcome);

    /// <summary>Keeps the error; the trial is FAILED. False if the claim does not hold any more.</summary>
    bool Fail(TrialClaim claim, string error);

    /// <summary>Gives the trial back; it is WAITING. False if the claim does not hold any more.</summary>
    bool Release(TrialClaim claim);

    /// <summary>How far a run is.</summary>
    RunCounts Counts(long run);

    /// <summary>Keys of the trials that a run asked for, each once.</summary>
    IReadOnlyList<string> Keys(long run);

    /// <summary>All runs, the oldest first.</summary>
    IReadOnlyList<StoredRun> Runs();

    /// <summary>All places of a study that any run has asked for, in the order in which they were asked for first; empty if there is no such study.</summary>
    IReadOnlyList<StoredTrial> Trials(string study);
}
