using System.CommandLine;
using Spectre.Console;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study run</c>: trains and tests every cell, shows the tables, writes the reports.</summary>
internal static class StudyRunCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> target = StudyTarget.Argument();
        Option<string?> part = CliOptions.OptionalText("--part", "PART", "Run this part only.");
        Option<int?> repeats = StudyTarget.Count("--repeats", "Seeds per cell, in place of what the study says.");
        Option<int?> jobs = StudyTarget.Count("--jobs", "Trials side by side, each on one thread (default: one per processor).");
        Option<string> dataset = CliOptions.Choice("--dataset", "Data: what the study asks for if it can be had, else made-up reviews (auto); or one of them.", "auto", "imdb", "synthetic");
        Option<string?> dataDirectory = CliOptions.OptionalText("--data-dir", "DIR", "Directory looked at first for data files.");
        Option<string?> output = CliOptions.OptionalText("--out", "DIR", "Folder for the reports (default: runs/NAME).");
        var command = new Command("run", "Run a study and write its report.") { target, part, repeats, jobs, dataset, dataDirectory, output };
        command.SetAction(result =>
        {
            Studies.Study study = StudyTarget.Find(result.GetRequiredValue(target));
            var options = new RunOptions
            {
                Part = result.GetValue(part),
                Repeats = result.GetValue(repeats),
                Jobs = result.GetValue(jobs),
                DatasetOverride = Dataset(study, result.GetValue(dataset)!),
                DataDirectory = result.GetValue(dataDirectory),
                OutputFolder = result.GetValue(output) ?? Path.Combine("runs", study.Name),
            };
            return Run(context, study, options);
        });
        return command;
    }

    private static int Run(CliContext context, Studies.Study study, RunOptions options)
    {
        IAnsiConsole console = StudyConsole.Create(context);
        StudyResult result = StudyConsole.IsInteractive(context)
            ? LiveProgress.Run(console, observer => StudyRunner.Run(study, options, observer, context.Cancellation))
            : StudyRunner.Run(study, options, new PlainProgress(context.Out), context.Cancellation);
        StudyTables.Write(console, result);
        int failed = result.Trials.Count(trial => trial.State == TrialState.Failed);
        if (result.Cancelled)
        {
            context.Error.WriteLine(result.ReportPath is null ? "unroll: stopped before a trial had ended; no report was written." : "unroll: stopped; the report holds the trials that had ended.");
            return ErrorBoundary.Cancelled;
        }

        if (failed == 0) return ErrorBoundary.Success;
        context.Error.WriteLine(failed == 1 ? "unroll: one trial failed; the report says why." : $"unroll: {failed} trials failed; the report says why.");
        return ErrorBoundary.Failed;
    }

    // "auto" leaves a study on synthetic data alone; it only lets made-up reviews stand in for real ones.
    private static string? Dataset(Studies.Study study, string choice) =>
        choice == "auto" && study.Parts.SelectMany(part => part.Cells).All(cell => cell.Design.Dataset.Name == "synthetic") ? null : choice;
}
