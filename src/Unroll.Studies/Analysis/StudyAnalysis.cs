namespace Unroll.Studies.Analysis;

/// <summary>
/// What the results of a study say: the answer to the question of every part, with interval and counts.
/// <code>foreach (PartAnalysis part in StudyAnalysis.Of(result).Parts) Console.WriteLine(part.Findings[0]);</code>
/// </summary>
public sealed record StudyAnalysis
{
    /// <summary>The results.</summary>
    public required StudyResult Result { get; init; }

    /// <summary>The parts that were run.</summary>
    public required IReadOnlyList<PartAnalysis> Parts { get; init; }

    /// <summary>The repeats beside runs in Keras itself; null if there are none of this study.</summary>
    public BesideKeras? Keras { get; init; }

    /// <summary>Analyses the results of a study.</summary>
    /// <param name="result">The results.</param>
    public static StudyAnalysis Of(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new StudyAnalysis { Result = result, Parts = [.. result.Parts.Select(part => PartAnalysis.Of(part, result.Study.Matters))], Keras = BesideKeras.Of(result) };
    }
}
