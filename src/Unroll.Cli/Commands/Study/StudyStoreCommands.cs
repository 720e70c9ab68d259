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
        var folder = new Argument<string?>("dir") { Description = "A folder of a study, or one that holds several (default: runs).", HelpName = "DIR", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> store = StoreArguments.Store("Store to look into, in place of folders");
        var command = new Command("runs", "List what was run and how far it is.") { folder, store };
        command.SetAction(result =>
        {
            string? named = result.GetValue(folder);
            if (result.GetValue(store) is not null)
            {
                using IStudyStore opened = StoreArguments.Open(result, folder, store);
                WriteRuns(StudyConsole.Create(context), opened.Location, opened);
                return ErrorBoundary.Success;
            }

            string given = named ?? "runs";
            string[] folders = File.Exists(Path.Combine(given, RunOptions.StoreFile)) || File.Exists(given) ? [given]
                : Directory.Exists(given) ? [.. Directory.GetDirectories(given).Where(its => File.Exists(Path.Combine(its, RunOptions.StoreFile))).Order(StringComparer.Ordinal)]
                : [];
            if (folders.Length == 0) throw new FileNotFoundException($"There is no store in '{given}'; 'unroll study run' makes one.", given);
            foreach (string its in folders)
            {
                using IStudyStore opened = StoreArguments.Open(its);
                WriteRuns(StudyConsole.Create(context), its, opened);
            }

            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateReport(CliContext context)
    {
        Argument<string?> folder = StoreArguments.OptionalFolder();
        Option<string?> store = StoreArguments.Store("Store of the study, in place of a folder"), name = StoreArguments.Study();
        Option<string?> output = CliOptions.OptionalText("--out", "DIR", "Folder for the report (default: that of the study; with --store, tables alone).");
        var command = new Command("report", "Write the report of a study anew from what is stored, and show its tables.") { folder, store, name, output };
        command.SetAction(result =>
        {
            using IStudyStore opened = StoreArguments.Open(result, folder, store);
            StudyResult study = StoredStudy.Read(opened, result.GetValue(name));
            string? target = result.GetValue(output) ?? (result.GetValue(folder) is { } given ? StoreArguments.FolderOf(given) : null);
            if (target is not null) study = study with { ReportPath = ReportWriter.Write(study, target) };
            StudyTables.Write(StudyConsole.Create(context), study);
            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateCompare(CliContext context)
    {
        Argument<string> first = StoreArguments.Folder("A"), second = StoreArguments.Folder("B");
        Option<string?> store = StoreArguments.Store("Store that has both; A and B are then names of its studies");
        var command = new Command("compare", "Put the results of two studies side by side: cells of one name, with differences by repeat.") { first, second, store };
        command.SetAction(result =>
        {
            string a = result.GetRequiredValue(first), b = result.GetRequiredValue(second);
            (StudyResult A, StudyResult B) both;
            if (result.GetValue(store) is { } url)
            {
                using IStudyStore opened = StoreArguments.OpenAddress(url, create: false);
                both = (StoredStudy.Read(opened, a), StoredStudy.Read(opened, b));
            }
            else
            {
                using IStudyStore its = StoreArguments.Open(a), other = StoreArguments.Open(b);
                both = (StoredStudy.Read(its), StoredStudy.Read(other));
            }

            StudyComparison.Write(StudyConsole.Create(context), both.A, both.B);
            return ErrorBoundary.Success;
        });
        return command;
    }

    public static Command CreateMerge(CliContext context)
    {
        var folders = new Argument<string[]>("dirs") { Description = "Output folders, files or addresses of stores, from several machines.", HelpName = "DIR", Arity = ArgumentArity.OneOrMore };
        Option<string?> output = CliOptions.OptionalText("--out", "DIR", "Folder for all results together, and their report; what it has already stays.");
        Option<string?> store = StoreArguments.Store("Store for all results together, in place of a folder");
        var command = new Command("merge", "Bring the results of several stores into one.") { folders, output, store };
        command.SetAction(result =>
        {
            string? folder = result.GetValue(output), url = result.GetValue(store);
            if (folder is null == url is null) throw new ArgumentException("Where to? Give --out DIR or --store URL.");
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string given in result.GetRequiredValue(folders))
            {
                using IStudyStore source = StoreArguments.Open(given);
                names.UnionWith(source.Runs().Select(run => run.Run.Study));
            }

            if (folder is not null && names.Count > 1)
                throw new ArgumentException($"There are several studies ({string.Join(", ", names)}); a folder holds one. Give --store, such as sqlite:///all.db.");
            if (folder is not null) Directory.CreateDirectory(folder);
            using IStudyStore target = url is not null ? StoreArguments.OpenAddress(url, create: true) : SqliteStore.Open(Path.Combine(folder!, RunOptions.StoreFile), create: true);
            foreach (string given in result.GetRequiredValue(folders))
            {
                using IStudyStore source = StoreArguments.Open(given);
                StoreMerge.Add(target, source);
            }

            foreach (string name in names)
            {
                StudyResult study = StoredStudy.Read(target, name);
                StudyTables.Write(StudyConsole.Create(context), folder is null ? study : study with { ReportPath = ReportWriter.Write(study, folder) });
            }

            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void WriteRuns(IAnsiConsole console, string heading, IStudyStore store)
    {
        IReadOnlyList<StoredRun> runs = store.Runs();
        console.WriteLine(heading);
        NarrowTable.Column Of(string title, Func<StoredRun, string> text) => new(title, [.. runs.Select(text)]);
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
