namespace Unroll.Studies.Storage;

/// <summary>One run of a study: which document, with what, when.</summary>
/// <param name="Study">Name of the study.</param>
/// <param name="Source">Its document as it was written.</param>
/// <param name="Dataset">The data set that stood in for what the document says; null if none.</param>
/// <param name="DataDirectory">Folder of data files; null for the default.</param>
/// <param name="Jobs">Trials side by side.</param>
/// <param name="Version">Version of Unroll.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="System">Operating system and processor architecture.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="Host">Name of the machine.</param>
/// <param name="Started">When it began.</param>
public sealed record RunRecord(
    string Study, string Source, string? Dataset, string? DataDirectory, int Jobs, string Version, string Runtime, string System,
    int Processors, string Host, DateTimeOffset Started);

/// <summary>A run as the store has it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Run">What began.</param>
/// <param name="Ended">When it ended; null if it still runs or was killed.</param>
/// <param name="Counts">What became of its trials up to now.</param>
public sealed record StoredRun(long Id, RunRecord Run, DateTimeOffset? Ended, RunCounts Counts);

/// <summary>What became of the trials of a run, each trial counted once.</summary>
/// <param name="Waiting">Not begun, or given back.</param>
/// <param name="Running">Claimed by some process.</param>
/// <param name="Complete">Ran to their end.</param>
/// <param name="Failed">Ended with an error.</param>
/// <param name="EndedCost">Estimated work of those that ended.</param>
public sealed record RunCounts(int Waiting, int Running, int Complete, int Failed, double EndedCost)
{
    /// <summary>All trials of the run.</summary>
    public int Total => Waiting + Running + Complete + Failed;

    /// <summary>Those that ended.</summary>
    public int Ended => Complete + Failed;
}

/// <summary>Where a trial stands in a study. Several places may share one trial, which is then trained once.</summary>
/// <param name="Part">Name of the part.</param>
/// <param name="Cell">Label of the cell.</param>
/// <param name="Repeat">Which repeat, from 0.</param>
public sealed record TrialPlace(string Part, string Cell, int Repeat);

/// <summary>A trial that a run asks for.</summary>
/// <param name="Place">Where it stands in the study.</param>
/// <param name="Key">Equal for trials that must give the same, bit for bit.</param>
/// <param name="Design">The design in the one spelling.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Cost">Estimated work, to begin with the longest.</param>
/// <param name="Dataset">The data.</param>
public sealed record PlannedTrial(TrialPlace Place, string Key, string Design, int Seed, double Cost, TrialDataset Dataset);

/// <summary>The right to run a trial and to write its results, until it runs out or another worker is given it.</summary>
/// <param name="Trial">Number of the trial in the store.</param>
/// <param name="Key">Its key.</param>
/// <param name="Attempt">The fencing number: the store heeds only the newest claim on a trial.</param>
public sealed record TrialClaim(long Trial, string Key, int Attempt);

/// <summary>What the store knows of the trial in one place.</summary>
/// <param name="Planned">Where it stands and what it is.</param>
/// <param name="State">What became of it.</param>
/// <param name="Attempt">How often it was begun.</param>
/// <param name="Epochs">Epochs of the newest attempt.</param>
/// <param name="Outcome">The results if it ran to its end, else null.</param>
/// <param name="Error">Why it failed, else null.</param>
/// <param name="Jobs">Trials that ran beside it, itself included; 0 if it never began.</param>
/// <param name="Version">Version of Unroll.</param>
public sealed record StoredTrial(
    PlannedTrial Planned, TrialState State, int Attempt, IReadOnlyList<EpochResult> Epochs, TrialOutcome? Outcome, string? Error, int Jobs, string Version)
{
    /// <summary>Who ran it last, or runs it; null if it never began.</summary>
    public WorkerId? Worker { get; init; }

    /// <summary>When the lease of who runs it ends; null if nobody does. Leases last <see cref="Lease"/> and are renewed in time.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>How long a trial is given to a worker at a time.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(60);
}
