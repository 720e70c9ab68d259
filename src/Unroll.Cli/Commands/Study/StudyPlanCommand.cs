using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Analysis;
using Unroll.Studies.Reports;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study plan</c>: cells, parameters, time, and the repeats that the question needs.</summary>
internal static class StudyPlanCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> target = StudyTarget.Argument();
        var matters = new Option<double?>("--matters")
        {
            Description = "The difference in percentage points that would change a decision, in place of what the study says.",
            HelpName = "POINTS",
            CustomParser = result =>
            {
                string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is > 0 and < 100) return value;
                result.AddError($"--matters is '{text}'; it must be a number of percentage points above 0 and below 100, such as 0.5.");
                return null;
            },
        };
        Option<int?> pilot = StudyTarget.Count("--pilot", "Run that many repeats first (2 or more), to learn how much seeds differ.");
        Option<int?> jobs = StudyTarget.Count("--jobs", "Trials side by side, each on one thread (default: one per processor).");
        Option<string?> dataDirectory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with the data files; without it the usual places.");
        var command = new Command("plan", "Say what a study costs and how many repeats its question needs, before it is run.") { target, matters, pilot, jobs, dataDirectory };
        command.SetAction(result =>
        {
            Studies.Study study = StudyTarget.Find(result.GetRequiredValue(target));
            StudyTexts.Check(study);
            int side = result.GetValue(jobs) ?? Environment.ProcessorCount;
            StudyResult? tried = null;
            if (result.GetValue(pilot) is { } repeats)
            {
                if (repeats < 2) throw new ArgumentException("--pilot is 1; how much seeds differ takes at least 2 repeats.");
                var options = new RunOptions { Repeats = repeats, Jobs = side, DataDirectory = result.GetValue(dataDirectory) };
                tried = StudyRunner.Run(study, options, new PlainProgress(context.Error), context.Cancellation);
                if (tried.Cancelled) return ErrorBoundary.Cancelled;
            }

            Write(context.Out, StudyEstimate.Of(study, result.GetValue(matters) / 100, tried), side);
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Write(TextWriter text, StudyEstimate plan, int jobs)
    {
        int label = plan.Parts.SelectMany(part => part.Cells).Max(cell => cell.Label.Length);
        foreach (PartEstimate part in plan.Parts)
        {
            text.WriteLine($"{part.Part.Name}: {part.Part.Title}");
            foreach (CellEstimate cell in part.Cells)
                text.WriteLine($"  {cell.Label.PadRight(label)}  {NumberText.Count(cell.Parameters),9} parameters  about {NumberText.Duration(TimeSpan.FromSeconds(cell.Seconds))}");
            if (plan.Pilot is not null && part.Cells.Count > 1) text.WriteLine("  " + Needs(part, plan));
        }

        text.WriteLine();
        text.WriteLine($"One repeat of all {plan.Study.CellCount} cells takes about {NumberText.Duration(TimeSpan.FromSeconds(plan.SecondsPerRepeat / jobs))} of training with {jobs} at a time; validation and test come on top.");
        if (plan.Pilot is not null)
        {
            if (plan.RepeatsNeeded is { } repeats)
                text.WriteLine($"All questions together: {repeats} repeats, about {NumberText.Duration(TimeSpan.FromSeconds(plan.SecondsPerRepeat * repeats / jobs))}.");
            return;
        }

        text.WriteLine("What n repeats find in 4 of 5 studies (paired t test at 5 %), in standard deviations of the paired differences:");
        foreach (int n in (int[])[3, 5, 10, 20])
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  n = {n,2}: {StudyEstimate.DetectableDifference(n):F2}; ±{plan.Matters * 100:0.###} points if that deviation is {plan.Matters * 100 / StudyEstimate.DetectableDifference(n):F2} points"));
        text.WriteLine("How large the deviation is here, a pilot says: --pilot 3.");
    }

    private static string Needs(PartEstimate part, StudyEstimate plan)
    {
        string points = (plan.Matters * 100).ToString("0.###", CultureInfo.InvariantCulture);
        if (double.IsNaN(part.Spread)) return "The pilot has too few results here.";
        string spread = (part.Spread * 100).ToString("F2", CultureInfo.InvariantCulture);
        return part.RepeatsNeeded is { } n
            ? $"Differences vary by {spread} points: a difference of {points} points takes {n} repeats."
            : $"Differences vary by {spread} points: a difference of {points} points takes more than a thousand repeats.";
    }
}
