using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Unroll.Cli.Commands;
using Unroll.Configuration;

namespace Unroll.Cli.Infrastructure;

/// <summary>The command line as a function, for <c>Main</c> and for tests.</summary>
internal static class CliApp
{
    // A text that begins with @ is a text, not a file of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command and returns its exit code; no exception leaves it. <paramref name="started"/>: when Main began.</summary>
    public static int Run(string[] args, TextWriter stdout, TextWriter stderr, long started = 0, CancellationToken cancellation = default)
    {
        var context = new CliContext(stdout, stderr, cancellation) { Started = started != 0 ? started : Stopwatch.GetTimestamp() };
        return ErrorBoundary.Run(context, () =>
        {
            args = WithHelpAtEnd(CreateRoot(context), args);
            ParseResult result = CreateRoot(context).Parse(args, Parsing);
            if (result.CommandResult is { Command.Subcommands.Count: > 0, Command.Action: null } && result.UnmatchedTokens.Count == 0 && result.Action is ParseErrorAction)
                result = CreateRoot(context).Parse([.. args, "--help"], Parsing); // a command alone that needs another: say which there are
            if (result.Action is not HelpAction && UnknownOption(result) is { } unknown) throw new UsageException(unknown, CommandPath(result));
            bool isNoCommand = result.UnmatchedTokens.Count > 0 && result.CommandResult.Command.Subcommands.Count > 0;
            if (isNoCommand || result.Errors.Count > 0 && result.Action is not HelpAction) throw new UsageException(Explain(result), CommandPath(result));
            if (result.Action is not HelpAction && EmptyValue(result) is { } empty) throw new UsageException(empty, CommandPath(result));
            if (result.Action is not HelpAction) OwnAssemblies.Load(result);
            return result.Invoke(new InvocationConfiguration
            {
                Output = stdout,
                Error = stderr,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // Ctrl+C is handled in Main
            });
        });
    }

    internal static RootCommand CreateRoot(CliContext context)
    {
        // Further commands are added here, one line each.
        var root = new RootCommand("Recurrent networks for .NET: Keras' way of working in pure C#.")
        {
            TrainCommand.Create(context),
            DataCommand.Create(context),
            ServeCommand.Create(context),
            Commands.Bench.BenchCommand.Create(context),
            Commands.Study.StudyCommand.Create(context),
            WorkerCommand.Create(context),
            OwnAssemblies.Option,
        };
        foreach (Command command in ModelCommands.Create(context)) root.Add(command);
        return root;
    }

    /// <summary><c>unroll help train</c> is <c>unroll train --help</c>.</summary>
    private static string[] WithHelpAtEnd(Command root, string[] args)
    {
        Command at = root;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "help" && at.Subcommands.Count > 0) return [.. args[..i], .. args[(i + 1)..], "--help"];
            if (at.Subcommands.FirstOrDefault(command => command.Name == args[i]) is not { } next) break;
            at = next;
        }

        return args;
    }

    /// <summary>No option means anything when it is empty, as a variable of a script may be; of the arguments a text may be.</summary>
    private static string? EmptyValue(ParseResult result)
    {
        foreach (SymbolResult part in result.CommandResult.Children)
        {
            switch (part)
            {
                case OptionResult { Implicit: false, Tokens: [.., var token] } option when string.IsNullOrWhiteSpace(token.Value):
                    return $"{option.Option.Name} is empty; give {option.Option.HelpName ?? "a value"}{(option.Option.Required ? "" : ", or leave it out")}.";
                case ArgumentResult { Argument.Name: not PredictCommand.Texts, Tokens: [.., var token] } argument when string.IsNullOrWhiteSpace(token.Value):
                    return $"{argument.Argument.HelpName ?? argument.Argument.Name} is empty.";
            }
        }

        return null;
    }

    /// <summary>An option that does not exist must not pass for a file or a text; behind a lone -- everything does.</summary>
    private static string? UnknownOption(ParseResult result)
    {
        if (result.CommandResult.Command.Arguments.Count == 0) return null;
        Token? token = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Except(result.Tokens.SkipWhile(each => each.Type != TokenType.DoubleDash)).FirstOrDefault(each => each.Value.StartsWith("--", StringComparison.Ordinal) && each.Value.Length > 2);
        return token is null ? null : $"option '{token.Value}' is unknown{Hint(token.Value, result.CommandResult.Command.Options.Select(option => option.Name))}";
    }

    private static string Explain(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        if (result.UnmatchedTokens is [var token, ..])
        {
            string[] options = [.. command.Options.Select(option => option.Name)];
            string[] commands = [.. command.Subcommands.Select(subcommand => subcommand.Name)];
            if (token.StartsWith('-')) return $"option '{token}' is unknown{Hint(token, options)}";
            return commands.Length > 0
                ? $"command '{token}' is unknown{Hint(token, commands)} Commands: {string.Join(", ", commands)}."
                : $"unexpected '{token}'; a value with blanks needs quotes, as in --model \"embedding(8), lstm(16)\".";
        }

        return result.Errors[0].Message;
    }

    private static string Hint(string token, IEnumerable<string> known) =>
        NameMatching.Nearest(token, known) is { } nearest ? $"; did you mean '{nearest}'?" : ".";

    private static string CommandPath(ParseResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult { Command: not RootCommand } command)
                names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("unroll"));
    }
}
