using System.CommandLine;
using Spectre.Console;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>
/// <c>unroll study run</c> and <c>unroll study resume</c>: train and test what the store does not have yet, show the tables,
/// write the reports.
/// </summary>
internal static class StudyRunCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> target = StudyTarget.Argument();
        Option<string?> part = CliOptions.OptionalText("--part", "PART", "Run this part only.");
        (Option<int?> jobs, Option<string?> dataDirectory, Option<bool> retryFailed) = Common();
        Option<int?> repeats = StudyTarget.Count("--repeats", "Seeds per cell, in place of what the study says.");
        Option<string> dataset = CliOptions.Choice("--dataset", "Data: what the study asks for if it can be had, else made-up reviews (auto); or one of them.", "auto", "imdb", "synthetic");
        Option<string?> output = CliOptions.OptionalText("--out", "DIR", "Folder for results and reports (default: runs/NAME; with --store, reports alone, and none by default).");
        Option<string?> store = StoreArguments.Store("Store for the results, in place of one in the folder");
        Option<string?> shard = CliOptions.OptionalText("--shard", "I/N", "Run this share of the trials only, such as 3/40; 'unroll study merge' brings the shares together.");
        var command = new Command("run", "Run what a study has not run yet, and write its report.") { target, part, repeats, jobs, dataset, dataDirectory, output, store, shard, retryFailed };
        command.SetAction(result =>
        {
            Studies.Study study = StudyTarget.Find(result.GetRequiredValue(target));
            string? url = result.GetValue(store);
            string? folder = result.GetValue(output) ?? (url is null ? Path.Combine("runs", study.Name) : null);
            using IStudyStore? opened = url is null ? null : StoreArguments.OpenAddress(url, create: true);
            var options = new RunOptions
            {
                Part = result.GetValue(part),
                Repeats = result.GetValue(repeats),
                Jobs = result.GetValue(jobs),
                DatasetOverride = Dataset(study, result.GetValue(dataset)!, CliOptions.IsGiven(result, dataset)),
                DataDirectory = result.GetValue(dataDirectory),
                OutputFolder = folder,
                Store = opened,
                Shard = result.GetValue(shard) is { } share ? Shard.Parse(share) : null,
                RetryFailed = result.GetValue(retryFailed),
            };
            string again = opened is null ? folder! : $"--store {opened.Address()} --study {study.Name}";
            return Run(context, again, options.Part, observer => StudyRunner.Run(study, options, observer, context.Cancellation));
        });
        return command;
    }

    public static Command CreateResume(CliContext context)
    {
        (Option<int?> jobs, Option<string?> dataDirectory, Option<bool> retryFailed) = Common();
        Argument<string?> folder = StoreArguments.OptionalFolder();
        Option<string?> store = StoreArguments.Store("Store of the study, in place of a folder"), name = StoreArguments.Study();
        var command = new Command("resume", "Go on with what was asked for and has not ended.") { folder, store, name, jobs, dataDirectory, retryFailed };
        command.SetAction(result =>
        {
            var options = new RunOptions { Jobs = result.GetValue(jobs), DataDirectory = result.GetValue(dataDirectory), RetryFailed = result.GetValue(retryFailed) };
            using IStudyStore opened = StoreArguments.Open(result, folder, store);
            string? its = result.GetValue(folder) is { } given ? StoreArguments.FolderOf(given) : null;
            string again = its ?? $"--store {opened.Address()}";
            return Run(context, again, null, observer => StudyRunner.Resume(opened, result.GetValue(name), options with { OutputFolder = its }, observer, context.Cancellation));
        });
        return command;
    }

    public static (Option<int?> Jobs, Option<string?> DataDirectory, Option<bool> RetryFailed) Common() =>
    (
        StudyTarget.Count("--jobs", "Trials side by side, each on one thread (default: one per processor)."),
        CliOptions.OptionalText("--data-dir", "DIR", "Directory with the data files; without it the usual places."),
        new Option<bool>("--retry-failed") { Description = "Run trials that failed before once more." }
    );

    private static int Run(CliContext context, string again, string? part, Func<IStudyObserver, StudyResult> run)
    {
        IAnsiConsole console = StudyConsole.Create(context);
        StudyResult result = StudyConsole.IsInteractive(context) ? LiveProgress.Run(console, run) : run(new PlainProgress(context.Out));
        StudyTables.Write(console, result, part);
        if (result.Cancelled)
        {
            string report = result.ReportPath is null ? "stopped; no report was written." : "stopped; the report holds the trials that had ended.";
            context.Error.WriteLine($"unroll: {report} Go on with: unroll study resume {again}");
            return ErrorBoundary.Cancelled;
        }

        int failed = result.Trials.Count(trial => trial.State == TrialState.Failed);
        if (failed == 0) return ErrorBoundary.Success;
        context.Error.WriteLine(failed == 1 ? "unroll: one trial failed; the report says why." : $"unroll: {failed} trials failed; the report says why.");
        return ErrorBoundary.Failed;
    }

    // "auto" leaves a study on synthetic data alone; it only lets made-up reviews stand in for real ones. Nothing stands in for texts of one's own.
    public static string? Dataset(Studies.Study study, string choice, bool isGiven)
    {
        DatasetDesign[] datasets = [.. study.Parts.SelectMany(part => part.Cells).Select(cell => cell.Design.Dataset)];
        if (!isGiven && datasets.Any(dataset => dataset.Texts is not null)) return null;
        return choice == "auto" && datasets.All(dataset => dataset.Name == "synthetic") ? null : choice;
    }
}
