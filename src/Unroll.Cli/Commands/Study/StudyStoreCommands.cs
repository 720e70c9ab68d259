using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Reports;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>What reads stores: <c>unroll study runs</c>, <c>report</c>, <c>compare</c> and <c>merge</c>.</summary>
internal static class StudyStoreCommands
{
    public static Command CreateRuns(CliContext context)
    {
        var folder = new Argument<string>("dir")
        {
            Description = "A folder of a study, or one that holds several.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "runs",
        };
        var command = new Command("runs", "List what was run and how far it is.") { folder };
        command.SetAction(result =>
        {
            string given = result.GetRequiredValue(folder);
            string[] folders = File.Exists(Path.Combine(given, RunOptions.StoreFile)) || File.Exists(given) ? [given]
                : Directory.Exists(given) ? [.. Directory.GetDirectories(given).Where(its => File.Exists(Path.Combine(its, RunOptions.StoreFile))).Order(StringComparer.Ordinal)]
                : [];
            if (folders.Length == 0) throw new FileNotFoundException($"There is no store in '{given}'; 'unroll study run' makes one.", given);
            foreach (string its in folders) WriteRuns(StudyConsole.Create(context), its);
            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateReport(CliContext context)
    {
        Argument<string> folder = StoreArguments.Folder("dir");
        Option<string?> output = CliOptions.OptionalText("--out", "DIR", "Folder for the report (default: that of the study).");
        var command = new Command("report", "Write the report of a study anew from what is stored, and show its tables.") { folder, output };
        command.SetAction(result =>
        {
            string given = result.GetRequiredValue(folder);
            using SqliteStore store = StoreArguments.Open(given);
            StudyResult study = StoredStudy.Read(store);
            study = study with { ReportPath = ReportWriter.Write(study, result.GetValue(output) ?? StoreArguments.FolderOf(given)) };
            StudyTables.Write(StudyConsole.Create(context), study);
            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateCompare(CliContext context)
    {
        Argument<string> first = StoreArguments.Folder("A"), second = StoreArguments.Folder("B");
        var command = new Command("compare", "Put the results of two studies side by side: cells of one name, with differences by repeat.") { first, second };
        command.SetAction(result =>
        {
            using SqliteStore a = StoreArguments.Open(result.GetRequiredValue(first)), b = StoreArguments.Open(result.GetRequiredValue(second));
            StudyComparison.Write(StudyConsole.Create(context), StoredStudy.Read(a), StoredStudy.Read(b));
            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateMerge(CliContext context)
    {
        var folders = new Argument<string[]>("dirs") { Description = "Output folders of one study, from several machines.", HelpName = "DIR", Arity = ArgumentArity.OneOrMore };
        Option<string> output = new("--out") { Description = "Folder for all results together, and their report; what it has already stays.", HelpName = "DIR", Required = true };
        var command = new Command("merge", "Bring the results of several folders into one.") { folders, output };
        command.SetAction(result =>
        {
            string folder = result.GetRequiredValue(output);
            Directory.CreateDirectory(folder);
            using SqliteStore target = SqliteStore.Open(Path.Combine(folder, RunOptions.StoreFile), create: true);
            foreach (string given in result.GetRequiredValue(folders))
            {
                using SqliteStore source = StoreArguments.Open(given);
                StoreMerge.Add(target, source);
            }

            StudyResult study = StoredStudy.Read(target);
            StudyTables.Write(StudyConsole.Create(context), study with { ReportPath = ReportWriter.Write(study, folder) });
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void WriteRuns(IAnsiConsole console, string folder)
    {
        using SqliteStore store = StoreArguments.Open(folder);
        IReadOnlyList<StoredRun> runs = store.Runs();
        console.WriteLine(folder);
        NarrowTable.Column Of(string heading, Func<StoredRun, string> text) => new(heading, [.. runs.Select(text)]);
        NarrowTable.Write(console, "run", [.. runs.Select(run => $"{run.Id} {run.Run.Study}")],
        [
            Of("started (UTC)", run => run.Run.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
            Of("took", run => run.Ended is { } ended ? NumberText.Duration(ended - run.Run.Started) : "–"),
            Of("trials", run => Text(run.Counts.Total)),
            Of("complete", run => Text(run.Counts.Complete)),
            Of("failed", run => Text(run.Counts.Failed)),
            Of("running", run => Text(run.Counts.Running)),
            Of("waiting", run => Text(run.Counts.Waiting)),
        ]);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
