using System.CommandLine;
using Unroll.Cli.Infrastructure;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study</c>: runs studies, built in or from a file.</summary>
internal static class StudyCommand
{
    public static Command Create(CliContext context) => new("study", "Run studies: many designs, one report.")
    {
        StudyListCommand.Create(context),
        StudyCheckCommand.Create(context),
        StudyPlanCommand.Create(context),
        StudyRunCommand.Create(context),
        StudyRunCommand.CreateResume(context),
        StudySubmitCommand.Create(context),
        StudyWatchCommand.Create(context),
        StudyStoreCommands.CreateRuns(context),
        StudyStoreCommands.CreateReport(context),
        StudyStoreCommands.CreateCompare(context),
        StudyStoreCommands.CreateMerge(context),
        StudyCalibrateCommand.Create(context),
    };
}
