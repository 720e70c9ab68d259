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

    /// <summary>Folder for the reports; null to write none. Made if missing.</summary>
    public string? OutputFolder { get; init; }
}
