namespace Unroll.Studies.Analysis;

/// <summary>Order of the cells of a part, best first and from 1; equal means share the better rank; 0 without a mean.</summary>
public static class PartRanking
{
    /// <summary>
    /// True if cells are chosen by validation: every cell has training data set aside for it. Else the only accuracy
    /// there is is that of the test, and whoever takes the best has chosen on test data.
    /// </summary>
    public static bool IsByValidation(StudyPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.Cells.All(cell => cell.Design.Training.Validation == ValidationKind.Split);
    }

    /// <summary>Mean accuracy by which each cell is ranked: validation after the last epoch where there is one, else test.</summary>
    public static IReadOnlyList<double> Scores(PartResult part)
    {
        ArgumentNullException.ThrowIfNull(part);
        bool validation = IsByValidation(part.Part);
        return [.. part.Cells.Select(cell => validation ? cell.Last("val_accuracy").Mean : cell.TestAccuracy.Mean)];
    }

    /// <summary>Ranks by <see cref="Scores"/>.</summary>
    public static IReadOnlyList<int> Ranks(PartResult part) => Of(Scores(part));

    /// <summary>Ranks by validation accuracy after the last epoch; all 0 where the study sets no data aside for it.</summary>
    public static IReadOnlyList<int> ValidationRanks(PartResult part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return IsByValidation(part.Part) ? Ranks(part) : new int[part.Cells.Count];
    }

    private static int[] Of(IReadOnlyList<double> means) =>
        [.. means.Select(mean => double.IsNaN(mean) ? 0 : 1 + means.Count(other => other > mean))];
}
