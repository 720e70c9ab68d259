using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Infrastructure;
using Unroll.Studies.Analysis;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study calibrate</c>: how often the verdicts are wrong, and how often they find what is there.</summary>
internal static class StudyCalibrateCommand
{
    public static Command Create(CliContext context)
    {
        Option<int?> studies = StudyTarget.Count("--studies", "Studies to simulate (default: 2000).");
        Option<int?> cells = StudyTarget.Count("--cells", "Cells of each part (default: 4).");
        Option<int?> seed = StudyTarget.Count("--seed", "Seed of the simulation (default: 1).");
        var command = new Command("calibrate", "Simulate studies without a difference, and with one, and count the verdicts.") { studies, cells, seed };
        command.SetAction(result => Run(context, result.GetValue(studies) ?? 2000, result.GetValue(cells) ?? 4, result.GetValue(seed) ?? 1));
        return command;
    }

    private static int Run(CliContext context, int studies, int cells, int seed)
    {
        if (cells < 2) throw new ArgumentException("--cells is 1; there is nothing to compare with fewer than 2.");
        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{studies:N0} simulated parts of {cells} cells for each number"));
        context.Out.WriteLine("  n  false verdicts, unordered  false verdicts, ordered  detectable difference  found");
        foreach (int n in (int[])[3, 5, 10, 20])
        {
            context.Cancellation.ThrowIfCancellationRequested();
            double unordered = Calibration.FalseVerdicts(studies, cells, n, ordered: false, seed), ordered = Calibration.FalseVerdicts(studies, cells, n, ordered: true, seed);
            double effect = StudyEstimate.DetectableDifference(n), found = Calibration.FoundDifferences(effect, studies, n, seed);
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $" {n,2}  {unordered * 100,23:F2} %  {ordered * 100,21:F2} %  {effect,18:F2} SD  {found * 100:F1} %"));
        }

        context.Out.WriteLine("False verdicts are to be at most 5 % (by chance of the simulation somewhat more or less), differences found 80 %.");
        return ErrorBoundary.Success;
    }
}
