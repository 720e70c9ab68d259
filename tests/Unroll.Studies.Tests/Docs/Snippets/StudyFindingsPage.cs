using Unroll.Studies;
using Unroll.Studies.Analysis;
using Unroll.Studies.Lint;
using Unroll.Studies.Tests.Docs;
using Xunit;

namespace ReaderCode;

public sealed class StudyFindingsPage
{
    [Fact]
    public void Findings_and_remarks_are_there_from_CSharp()
    {
        string printed = Printed.By(Snippet);
        Assert.Contains("U014 units: ", printed, StringComparison.Ordinal);
        Assert.Contains("Test accuracy against LSTM: ", printed, StringComparison.Ordinal);
        Assert.Contains("GRU, slower: ", printed, StringComparison.Ordinal);
    }

    private static void Snippet()
    {
        var study = Study.Load("lstm-or-gru.json");
        foreach (LintMessage remark in StudyLint.Check(study)) Console.WriteLine(remark);
        StudyResult result = StudyRunner.Run(study, new RunOptions { Part = "cells", Repeats = 5 });
        foreach (PartAnalysis part in StudyAnalysis.Of(result).Parts)
        {
            foreach (string finding in part.Findings) Console.WriteLine(finding);
            foreach (CellComparison cell in part.Comparisons)
                Console.WriteLine($"{part.Result.Cells[cell.Cell].Cell.Label}: {cell.Difference:P2}, {cell.Verdict}");
        }
    }

    /// <summary>Stands in for the class of that name: loads the example of the page on studies, made small.</summary>
    private static class Study
    {
        public static Unroll.Studies.Study Load(string path)
        {
            MarkdownBlock example = MarkdownPages.Blocks("json").First(block => block.Lines.Any(line => line.Contains(Path.GetFileNameWithoutExtension(path), StringComparison.Ordinal)));
            return Unroll.Studies.Study.Parse(
                string.Join('\n', example.Lines)
                    .Replace("\"imdb\"", "\"synthetic\"", StringComparison.Ordinal)
                    .Replace("\"maxLen\": 80", "\"maxLen\": 2", StringComparison.Ordinal)
                    .Replace("\"batchSize\": 32", "\"batchSize\": 2048", StringComparison.Ordinal)
                    .Replace("\"epochs\": 3", "\"epochs\": 1", StringComparison.Ordinal),
                path);
        }
    }
}
