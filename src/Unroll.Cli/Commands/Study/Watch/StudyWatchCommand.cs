using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Reports;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study watch</c>: a page that follows a study while it runs.</summary>
internal static class StudyWatchCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string?> folder = StoreArguments.OptionalFolder();
        Option<string?> store = StoreArguments.Store("The store, in place of a folder"), name = StoreArguments.Study();
        Option<int> port = CliOptions.Int("--port", "Port; 0 takes a free one.", 8090, 0, 65535);
        var command = new Command("watch", "Show a study while it runs, as a page for this machine's browser: state, answers so far, tables and figures. Without a folder, the study below runs/ that was changed last.") { folder, store, name, port };
        command.SetAction(result =>
        {
            using IStudyStore opened = result.GetValue(folder) is null && result.GetValue(store) is null ? StoreArguments.Open(Latest()) : StoreArguments.Open(result, folder, store);
            var live = new LiveStudy(opened, result.GetValue(name));
            live.Stamp(); // a store without such a study is told before anything listens
            WatchServer.Run(context, opened.Location, live, result.GetValue(port)).GetAwaiter().GetResult();
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static string Latest()
    {
        string? latest = !Directory.Exists("runs") ? null : Directory.EnumerateDirectories("runs")
            .Select(folder => new FileInfo(Path.Combine(folder, RunOptions.StoreFile))).Where(file => file.Exists)
            .MaxBy(file => LastWrite(file))?.DirectoryName;
        return latest ?? throw new ArgumentException("There is no study below runs/. Give its output folder, such as runs/NAME, or --store.");
    }

    // SQLite writes to the file beside the store first.
    private static DateTime LastWrite(FileInfo store)
    {
        var log = new FileInfo(store.FullName + "-wal");
        return log.Exists && log.LastWriteTimeUtc > store.LastWriteTimeUtc ? log.LastWriteTimeUtc : store.LastWriteTimeUtc;
    }
}
