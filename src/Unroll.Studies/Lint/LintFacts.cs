namespace Unroll.Studies.Lint;

/// <summary>What the results do not say themselves; leave out what is not known.</summary>
public sealed record LintFacts
{
    /// <summary>Nothing more is known.</summary>
    public static LintFacts None { get; } = new();

    /// <summary>Numbers of repeats at which results of this study were looked at before.</summary>
    public IReadOnlyList<int> EarlierRepeats { get; init; } = [];

    /// <summary>Test texts that are in the training data, too.</summary>
    public int SharedTexts { get; init; }

    /// <summary>Those of them with another label there.</summary>
    public int ConflictingTexts { get; init; }

    /// <summary>Words that the data have; null if not counted.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Share of the larger class in the test data; null to take classes of one size.</summary>
    public double? MajorityShare { get; init; }
}
