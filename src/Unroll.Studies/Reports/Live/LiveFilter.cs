namespace Unroll.Studies.Reports;

/// <summary>What a live page shows. One filter holds for all of it, and stands in the page's address.</summary>
/// <param name="Part">Name of the part to show; empty for all.</param>
/// <param name="Find">Text that the label of a cell must hold, upper and lower case alike; empty for all.</param>
/// <param name="All">Whether designs are shown in full, not only what differs between them.</param>
public sealed record LiveFilter(string Part = "", string Find = "", bool All = false)
{
    /// <summary>Whether a cell is shown.</summary>
    internal bool Shows(StudyCell cell) => ShowsPart(cell.Part) && cell.Label.Contains(Find, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a part is shown.</summary>
    internal bool ShowsPart(string part) => Part.Length == 0 || Part == part;
}
