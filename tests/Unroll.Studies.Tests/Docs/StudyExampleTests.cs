using Unroll.Studies.Reports;
using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>Study files on the pages are read by the reader; the tables of columns are those of the reports.</summary>
public sealed class StudyExampleTests
{
    [Fact]
    public void Study_files_can_be_read()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        MarkdownBlock[] blocks = [.. MarkdownPages.Blocks("json")];
        Assert.NotEmpty(blocks);
        foreach (MarkdownBlock block in blocks)
        {
            Study study = Study.Parse(string.Join('\n', block.Lines), block.ToString());
            Assert.NotEmpty(study.Trials());
        }
    }

    [Fact]
    public void The_columns_of_the_reports_are_explained()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        StudyResult result = StudyRunner.Run(
            Documents.Study(), new RunOptions { Repeats = 1, Jobs = 1 }, null, new Running.FakeExecutor(), TimeProvider.System, CancellationToken.None);
        string text = MarkdownPages.Text(Path.Combine("docs", "studies.md"));
        string[] columns =
        [
            .. (ResultsCsv.Cells(result).Split('\n')[0] + ',' + ResultsCsv.Trials(result).Split('\n')[0]).Split(',')
                .Where(column => !column.StartsWith("param_", StringComparison.Ordinal)),
        ];
        Assert.All(columns, column => Assert.Contains($"`{column}`", text, StringComparison.Ordinal));
    }
}
