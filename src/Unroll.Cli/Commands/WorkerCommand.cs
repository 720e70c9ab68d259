using System.CommandLine;
using Unroll.Cli.Commands.Study;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll worker</c>: takes trials of the runs in a store until none is left.</summary>
internal static class WorkerCommand
{
    public static Command Create(CliContext context)
    {
        Option<string> store = new("--store") { Description = "Store with the runs: postgresql://USER@HOST/DATABASE, or sqlite:///PATH on this machine.", HelpName = "URL", Required = true };
        Option<string?> study = CliOptions.OptionalText("--study", "NAME", "Take runs of this study only.");
        Option<int?> jobs = StudyTarget.Count("--jobs", "Trials side by side, each on one thread (default: one per processor).");
        Option<string?> dataDirectory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with the data files; without it the usual places.");
        Option<bool> wait = new("--wait") { Description = "When nothing is left, wait for further runs, until Ctrl+C." };
        Option<double?> audit = CliOptions.Double(
            "--audit", "When nothing is left, run this share of the trials of other machines once more, such as 0.02, and compare the weights.", share => share > 0 && share <= 1, "a number above 0 and at most 1");
        var command = new Command("worker", "Take part in studies that 'unroll study submit' or 'run' put into a shared store.") { store, study, jobs, dataDirectory, wait, audit };
        command.SetAction(result =>
        {
            var options = new WorkOptions
            {
                Study = result.GetValue(study),
                Jobs = result.GetValue(jobs),
                DataDirectory = result.GetValue(dataDirectory),
                Wait = result.GetValue(wait),
            };
            if (options.Wait && result.GetValue(audit) is not null) throw new ArgumentException("--audit begins when nothing is left, which with --wait never comes; give one of them.");
            using IStudyStore opened = StoreArguments.OpenAddress(result.GetRequiredValue(store), create: false);
            return Run(context, opened, options, result.GetValue(audit));
        });
        return command;
    }

    private static int Run(CliContext context, IStudyStore store, WorkOptions options, double? audit)
    {
        var progress = new PlainProgress(context.Out);
        WorkResult work = StudyWorker.Run(store, options, progress, context.Cancellation);
        context.Out.WriteLine($"{work.Ended} trials ended here.");
        if (context.Cancellation.IsCancellationRequested)
        {
            context.Error.WriteLine("unroll: stopped; the trials that ran here were given back.");
            return ErrorBoundary.Cancelled;
        }

        foreach ((StoredRun run, string reason) in work.Refused)
            context.Error.WriteLine($"unroll: run {run.Id} of '{run.Run.Study}' was left to others: {reason}");
        if (work.Refused.Count > 0) return ErrorBoundary.BadInput;
        return audit is { } share ? Audit(context, store, options, share, progress) : ErrorBoundary.Success;
    }

    private static int Audit(CliContext context, IStudyStore store, WorkOptions options, double share, PlainProgress progress)
    {
        AuditResult result = StudyAudit.Run(store, share, options, progress, context.Cancellation);
        string outcome = result.Repeated == 0 ? "none is complete that another process ran."
            : result.Differences.Count == 0 ? "all gave the same weights." : $"{result.Differences.Count} gave other weights.";
        context.Out.WriteLine($"Audit: {result.Repeated} trials run again; {outcome}");
        foreach (AuditDifference difference in result.Differences) context.Error.WriteLine($"unroll: {difference}");
        return result.Differences.Count == 0 ? ErrorBoundary.Success : ErrorBoundary.Failed;
    }
}
