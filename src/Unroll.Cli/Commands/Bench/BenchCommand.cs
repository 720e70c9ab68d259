using System.CommandLine;
using Unroll.Bench;
using Unroll.Cli.Infrastructure;
using Unroll.Saving;

namespace Unroll.Cli.Commands.Bench;

/// <summary><c>unroll bench</c>: how fast training and prediction are on this machine.</summary>
internal static class BenchCommand
{
    /// <summary>The command as it was typed, for the files that it makes.</summary>
    public static string Typed(ParseResult result) => string.Join(' ', ["unroll", .. result.Tokens.Select(token => token.Value)]);

    public static Option<int?> StepsOption() => CliOptions.OptionalInt("--steps", "Timed steps of each workload in a round; a quarter of a second without it.", 1);

    public static Command Create(CliContext context)
    {
        var names = new Argument<string[]>("workload")
        {
            Description = $"Names of workloads; all without any: {string.Join(", ", WorkloadTable.All.Select(workload => workload.Name))}.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<int> threads = CliOptions.Int("--threads", "Threads inside a training step.", 1, 1, 1024);
        Option<int> jobs = CliOptions.Int("--jobs", "Independent models side by side: throughput of a machine that trains many.", 1, 1, 1024);
        Option<int> rounds = CliOptions.Int("--rounds", "Rounds over all workloads; results are medians.", 5, 1, 1000);
        Option<int?> steps = StepsOption();
        Option<string> data = CliOptions.Choice(
            "--data", "Tokens: IMDB reviews, or drawn at random from a fixed seed; auto: IMDB if it is on this machine, else random.", "auto", "imdb", "random");
        Option<string?> json = CliOptions.OptionalText("--json", "FILE", "Write the results as JSON; - for standard output, all else then goes to standard error.");
        Option<string?> markdown = CliOptions.OptionalText("--markdown", "FILE", "Write the results as Markdown.");
        var command = new Command("bench", "Measure how fast training and prediction are on this machine.")
        {
            names, threads, jobs, rounds, steps, data, json, markdown, BenchScalingCommand.Create(context),
        };
        command.SetAction(result =>
        {
            IReadOnlyList<Workload> workloads = WorkloadTable.Select(result.GetValue(names) ?? []);
            string? jsonPath = result.GetValue(json), markdownPath = result.GetValue(markdown);
            if (jsonPath is not null and not "-") OutputPath.Require(jsonPath, "--json");
            if (markdownPath is not null) OutputPath.Require(markdownPath, "--markdown");
            var options = new BenchOptions
            {
                Rounds = result.GetValue(rounds),
                Steps = result.GetValue(steps),
                Source = result.GetValue(data) switch { "imdb" => DataSource.Imdb, "random" => DataSource.Random, _ => WorkloadData.Best },
            };
            BenchCase[] cases = [.. workloads.Select(workload => new BenchCase(workload, result.GetValue(threads), result.GetValue(jobs)))];

            BenchRun run;
            using (var progress = new BenchProgressLine(context)) run = Benchmark.Run(cases, options, progress.Report, context.Cancellation);
            string typed = Typed(result);
            TextWriter text = jsonPath == "-" ? context.Error : context.Out;
            text.Write($"{BenchText.Heading(run)}\n\n{BenchText.Table(run)}\n{BenchText.Notes}\n");
            if (markdownPath is not null)
                AtomicFile.WriteAllText(markdownPath, $"{BenchText.Heading(run)}.\n\n{BenchText.Markdown(run)}\n{BenchText.Notes}\n\nMade by `{typed}`.\n");
            if (jsonPath is null) return ErrorBoundary.Success;
            string report = BenchJson.Write(BenchReport.Of(run, typed));
            if (jsonPath == "-") context.Out.Write(report);
            else AtomicFile.WriteAllText(jsonPath, report);
            return ErrorBoundary.Success;
        });
        return command;
    }
}
