using Unroll.Studies;
using Unroll.Studies.Storage;
using Unroll.Studies.Tests.Docs;
using Xunit;

namespace ReaderCode;

public sealed class StudiesPage
{
    [Fact]
    public void A_study_runs_from_CSharp() => Assert.Contains("GRU, slower: ", Printed.By(Snippet), StringComparison.Ordinal);

    private static void Snippet()
    {
        var study = Study.Load("lstm-or-gru.json");
        StudyResult result = StudyRunner.Run(study, new RunOptions { Part = "cells", OutputFolder = "runs/lstm-or-gru" });
        foreach (PartResult part in result.Parts)
        {
            foreach (CellResult cell in part.Cells)
                Console.WriteLine($"{cell.Cell.Label}: {cell.TestAccuracy.Mean:P2} over {cell.TestAccuracy.Count} seeds");
        }
    }

    [Fact]
    public void Texts_of_a_study_are_looked_through()
    {
        string[] topics = ["billing", "login", "shipping", "other"];
        File.WriteAllText("messages.csv", "message,topic\n" + string.Concat(Enumerable.Range(0, 80).Select(i => $"about {topics[i % 4]} number {i},{topics[i % 4]}\n")));
        try
        {
            Assert.Equal($"order: {Path.GetFullPath("messages.csv")}", Printed.By(Texts).Trim());
        }
        finally
        {
            File.Delete("messages.csv");
        }
    }

    private static void Texts()
    {
        var tickets = Study.Load("tickets.json");
        StudyTexts.Check(tickets);                                    // reads the file; throws if something does not fit
        foreach (StudyPart part in tickets.Parts)
            Console.WriteLine($"{part.Name}: {part.Cells[0].Design.Dataset.Texts!.Path}");
    }

    [Fact]
    public void A_store_is_read_from_CSharp() => Assert.Equal("3 of 3 trials are complete", Printed.By(Stored).Trim());

    private static void Stored()
    {
        StudyResult stored = StoredStudy.Read("runs/lstm-or-gru");
        Console.WriteLine($"{stored.Trials.Count(trial => trial.State == TrialState.Complete)} of {stored.Trials.Count()} trials are complete");
    }

    /// <summary>Stands in for the class of that name: reads what a run into a folder that goes again has left.</summary>
    private static class StoredStudy
    {
        public static StudyResult Read(string name)
        {
            string folder = Directory.CreateTempSubdirectory("unroll-docs-").FullName;
            try
            {
                Unroll.Studies.StudyRunner.Run(Study.Load(name + ".json"), new RunOptions { Part = "cells", OutputFolder = folder });
                using IStudyStore store = SqliteStore.Open(Path.Combine(folder, RunOptions.StoreFile));
                return Unroll.Studies.Storage.StoredStudy.Read(store);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Stands in for the class of that name: loads the example of the page, made small.</summary>
    private static class Study
    {
        public static Unroll.Studies.Study Load(string path)
        {
            MarkdownBlock example = MarkdownPages.Blocks("json").First(block => block.Lines.Any(line => line.Contains(Path.GetFileNameWithoutExtension(path), StringComparison.Ordinal)));
            string json = string.Join('\n', example.Lines)
                .Replace("\"imdb\"", "\"synthetic\"", StringComparison.Ordinal)
                .Replace("\"maxLen\": 80", "\"maxLen\": 2", StringComparison.Ordinal)
                .Replace("\"batchSize\": 32", "\"batchSize\": 2048", StringComparison.Ordinal)
                .Replace("\"epochs\": 3", "\"epochs\": 1", StringComparison.Ordinal)
                .Replace("\"repeats\": 3", "\"repeats\": 1", StringComparison.Ordinal);
            return Unroll.Studies.Study.Parse(json, path);
        }
    }

    /// <summary>Stands in for the class of that name: writes into a folder that goes again.</summary>
    private static class StudyRunner
    {
        public static StudyResult Run(Unroll.Studies.Study study, RunOptions options)
        {
            string folder = Directory.CreateTempSubdirectory("unroll-docs-").FullName;
            try
            {
                StudyResult result = Unroll.Studies.StudyRunner.Run(study, options with { OutputFolder = Path.Combine(folder, options.OutputFolder!) });
                Assert.True(File.Exists(Path.Combine(folder, options.OutputFolder!, "report.html")));
                return result;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
