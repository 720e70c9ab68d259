using System.CommandLine;
using Unroll.Bench;
using Unroll.Cli.Infrastructure;
using Unroll.Saving;

namespace Unroll.Cli.Commands.Bench;

/// <summary><c>unroll bench scaling</c>: the time of a step against length, units, batch, vocabulary, threads and jobs.</summary>
internal static class BenchScalingCommand
{
    public static Command Create(CliContext context)
    {
        string known = string.Join(", ", Scaling.Curves(Environment.ProcessorCount).Select(curve => curve.Name));
        var names = new Argument<string[]>("curve") { Description = $"Names of curves; all without any: {known}.", Arity = ArgumentArity.ZeroOrMore };
        Option<int> rounds = CliOptions.Int("--rounds", "Rounds over all points; results are medians.", 3, 1, 1000);
        Option<int?> steps = BenchCommand.StepsOption();
        Option<string> folder = CliOptions.Text("--out", "DIR", "Folder for scaling.md and scaling.json; made if it is missing.", ".");
        var command = new Command("scaling", "Measure how the time of a step grows with each size.") { names, rounds, steps, folder };
        command.SetAction(result =>
        {
            IReadOnlyList<ScalingCurve> curves = Scaling.Select(result.GetValue(names) ?? [], Environment.ProcessorCount);
            string target = result.GetValue(folder)!;
            Directory.CreateDirectory(target); // found out before minutes of measuring
            var options = new BenchOptions { Rounds = result.GetValue(rounds), Steps = result.GetValue(steps) };

            BenchRun run;
            using (var progress = new BenchProgressLine(context))
                run = Benchmark.Run([.. curves.SelectMany(curve => curve.Points).Select(point => point.Case)], options, progress.Report, context.Cancellation);
            string tables = Scaling.Markdown(curves, run), typed = BenchCommand.Typed(result);
            AtomicFile.WriteAllText(
                Path.Combine(target, "scaling.md"), $"# Time per step against each size\n\n{BenchText.Machine(run)}.\n{tables}\n{BenchText.Notes}\n\nMade by `{typed}`.\n");
            AtomicFile.WriteAllText(Path.Combine(target, "scaling.json"), BenchJson.Write(ScalingReport.Of(curves, run, typed)));
            context.Out.Write($"{BenchText.Machine(run)}\n{tables}");
            return ErrorBoundary.Success;
        });
        return command;
    }
}
