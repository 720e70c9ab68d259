using System.CommandLine;
using System.Text;
using Unroll.Cli.Infrastructure;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Command lines on the pages are understood by the command line. They are parsed, not run.</summary>
public sealed class DocumentedCommandTests
{
    [Fact]
    public void Commands_on_the_pages_are_understood()
    {
        Assert.SkipWhen(TestData.RepositoryRoot is null, "The tests do not run inside the repository.");
        string root = TestData.RepositoryRoot!;
        var commands = new List<(string Place, string[] Args)>();
        foreach (string page in new[] { root, Path.Combine(root, "docs") }.Concat(Directory.GetDirectories(Path.Combine(root, "src"))).SelectMany(folder => Directory.GetFiles(folder, "*.md")))
        {
            bool inside = false;
            foreach ((int index, string line) in File.ReadLines(page).Index())
            {
                if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) inside = !inside;
                else if (inside && Arguments(line.Trim()) is { } args) commands.Add(($"{Path.GetFileName(page)}, line {index + 1}: {line.Trim()}", args));
            }
        }

        Assert.True(commands.Count > 10, "The pages have lost their commands.");
        Assert.All(commands, command =>
        {
            ParseResult result = CliApp.CreateRoot(new CliContext(TextWriter.Null, TextWriter.Null, CancellationToken.None)).Parse(command.Args);
            Assert.True(result.Errors.Count == 0 && result.UnmatchedTokens.Count == 0, $"{command.Place}: {string.Join(' ', result.Errors.Select(error => error.Message))}");
        });
    }

    /// <summary>What follows <c>unroll</c>, or <c>dotnet run … --project src/Unroll.Cli --</c>; null for other lines.</summary>
    private static string[]? Arguments(string line)
    {
        const string FromSource = "--project src/Unroll.Cli -- ";
        int source = line.StartsWith("dotnet run ", StringComparison.Ordinal) ? line.IndexOf(FromSource, StringComparison.Ordinal) : -1;
        if (source >= 0) return Split(line[(source + FromSource.Length)..]);
        return line.StartsWith("unroll ", StringComparison.Ordinal) ? Split(line["unroll ".Length..]) : null;
    }

    /// <summary>Words at blanks; double quotes keep words together.</summary>
    private static string[] Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool quoted = false;
        foreach (char c in line.Trim() + ' ')
        {
            if (c == '"') quoted = !quoted;
            else if (c != ' ' || quoted) word.Append(c);
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        return [.. words];
    }
}
