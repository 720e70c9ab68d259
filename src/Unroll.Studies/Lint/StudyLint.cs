namespace Unroll.Studies.Lint;

/// <summary>
/// Says what in a study or its results misleads. Codes are stable. Nothing is refused: published studies run as they were
/// published, and their reports say what is to be kept in mind.
/// </summary>
public static class StudyLint
{
    /// <summary>Checks a study before it is run.</summary>
    /// <param name="study">The study.</param>
    /// <param name="repeats">Seeds per cell; null for what the study says.</param>
    public static IReadOnlyList<LintMessage> Check(Study study, int? repeats = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        return Merge(study.Parts.SelectMany(part => DesignRules.Check(study, part, repeats ?? study.Repeats)), study.Parts.Count);
    }

    /// <summary>Checks a study and its results.</summary>
    /// <param name="result">The results.</param>
    /// <param name="facts">What the results do not say themselves; null for nothing.</param>
    public static IReadOnlyList<LintMessage> Check(StudyResult result, LintFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        facts ??= LintFacts.None;
        IEnumerable<LintMessage> messages = result.Parts.SelectMany(part =>
            DesignRules.Check(result.Study, part.Part, result.Environment.Repeats).Concat(ResultRules.Check(part, facts)));
        return Merge(messages.Concat(ResultRules.Check(result, facts)), result.Parts.Count);
    }

    // What is true of every part is said once; what is true of some names them together.
    private static LintMessage[] Merge(IEnumerable<LintMessage> messages, int parts) =>
    [
        .. messages.GroupBy(message => (message.Code, message.Message, message.Evidence, message.Fix))
            .Select(same =>
            {
                string[] names = [.. same.Select(message => message.Part).OfType<string>()];
                return same.First() with { Part = names.Length == 0 || (names.Length == parts && parts > 1) ? null : string.Join(", ", names) };
            })
            .OrderBy(message => message.Code, StringComparer.Ordinal),
    ];
}
