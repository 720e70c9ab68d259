using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Lint;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study check</c>: reads a study and says what in it misleads, without running anything.</summary>
internal static class StudyCheckCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> target = StudyTarget.Argument();
        Option<int?> repeats = StudyTarget.Count("--repeats", "Seeds per cell, in place of what the study says.");
        var command = new Command("check", "Check a study without running it: mistakes in the file, and what its results could not be trusted for.") { target, repeats };
        command.SetAction(result =>
        {
            Studies.Study study = StudyTarget.Find(result.GetRequiredValue(target));
            StudyTexts.Check(study);
            IReadOnlyList<LintMessage> messages = StudyLint.Check(study, result.GetValue(repeats));
            context.Out.WriteLine($"{study.Name}: {Plural(study.Parts.Count, "part")}, {Plural(study.CellCount, "cell")}, {Plural(result.GetValue(repeats) ?? study.Repeats, "repeat")} each.");
            foreach (LintMessage message in messages)
            {
                context.Out.WriteLine();
                context.Out.WriteLine($"{message.Code} {(message.Part is null ? "" : $"{message.Part}: ")}{message.Message}");
                context.Out.WriteLine($"     {message.Evidence}");
                context.Out.WriteLine($"     {message.Fix}");
            }

            if (messages.Count == 0) context.Out.WriteLine("Nothing to remark.");
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
