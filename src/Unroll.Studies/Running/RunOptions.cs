using Unroll.Studies.Storage;

namespace Unroll.Studies;

/// <summary>How a study is run. Nothing here changes a result of a trial, the choice of the data set apart.</summary>
public sealed record RunOptions
{
    /// <summary>Name of the only part to run; null for all.</summary>
    public string? Part { get; init; }

    /// <summary>Seeds per cell; null for what the study says.</summary>
    public int? Repeats { get; init; }

    /// <summary>Trials that run side by side, each on one thread; null for one per processor.</summary>
    public int? Jobs { get; init; }

    /// <summary><c>imdb</c>, <c>synthetic</c> or <c>auto</c> in place of what the study says; null to leave it.</summary>
    public string? DatasetOverride { get; init; }

    /// <summary>Folder of data files; null for the library's default.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// Folder for the reports and for the store (<see cref="StoreFile"/>) that keeps the results; null for neither. Made if
    /// missing. What the store has of this study is not run again.
    /// </summary>
    public string? OutputFolder { get; init; }

    /// <summary>
    /// The store that keeps the results in place of the one in <see cref="OutputFolder"/>, which then takes the reports alone.
    /// It may hold other studies. Whoever opened it disposes of it.
    /// </summary>
    public IStudyStore? Store { get; init; }

    /// <summary>The share of the trials that this run takes; null for all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Whether trials that failed in an earlier run are to be run again.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>Name of the store in the output folder.</summary>
    public const string StoreFile = "study.db";
}
