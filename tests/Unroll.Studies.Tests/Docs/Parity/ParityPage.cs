using System.Globalization;
using System.Text;

namespace Unroll.Studies.Tests.Docs.Parity;

/// <summary>Writes the table of names as a page.</summary>
internal static class ParityPage
{
    public static string Of(IReadOnlyList<ParityRow> rows)
    {
        var page = new StringBuilder();
        page.Append("""
            # Keras, name by name

            What Keras 3.15 has for sequences and texts, and what Unroll has for it. *Same*: the same numbers from the same weights and
            arguments, held by the test that the row names. *Differs*: there, with the difference that is written beside it. *Absent* and
            *out of scope*: with the reason. A test builds this page and fails if a name or a test does not exist.


            """.ReplaceLineEndings("\n"));
        Counts(page, rows);
        foreach (IGrouping<string, ParityRow> section in rows.GroupBy(row => row.Section))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n| Keras | | Unroll | | held by |\n|---|---|---|---|---|\n");
            foreach (ParityRow row in section)
                page.Append(CultureInfo.InvariantCulture, $"| {Code(row.Keras)} | {row.Status} | {Code(row.Unroll)} | {Cell(row.Note)} | {Code(row.Test)} |\n");
        }

        return page.ToString();
    }

    private static void Counts(StringBuilder page, IReadOnlyList<ParityRow> rows)
    {
        page.Append("| | same | differs | absent | out of scope |\n|---|---:|---:|---:|---:|\n");
        foreach (IGrouping<string, ParityRow> section in rows.GroupBy(row => row.Section)) page.Append(Count(section.Key, section));
        page.Append(Count("**all**", rows));
    }

    private static string Count(string name, IEnumerable<ParityRow> rows)
    {
        var counts = rows.CountBy(row => row.Status).ToDictionary();
        string[] statuses = [ParityRow.Same, ParityRow.Differs, ParityRow.Absent, ParityRow.OutOfScope];
        return $"| {name} | {string.Join(" | ", statuses.Select(status => counts.GetValueOrDefault(status)))} |\n";
    }

    private static string Code(string text) => text.Length == 0 ? "" : $"`{Cell(text)}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
