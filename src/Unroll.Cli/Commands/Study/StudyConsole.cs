using Spectre.Console;
using Unroll.Cli.Infrastructure;

namespace Unroll.Cli.Commands.Study;

/// <summary>The console as Spectre sees it.</summary>
internal static class StudyConsole
{
    // Tables must not be folded to 80 columns in a file.
    private const int RedirectedWidth = 240;

    public static bool IsInteractive(CliContext context) => ReferenceEquals(context.Out, Console.Out) && !Console.IsOutputRedirected;

    public static IAnsiConsole Create(CliContext context)
    {
        bool interactive = IsInteractive(context);
        bool colours = interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(context.Out),
        });
        if (!interactive) console.Profile.Width = RedirectedWidth;
        return console;
    }
}
