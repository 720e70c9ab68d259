using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>The first page says to type what <c>bench/first-endpoint</c> types, which the gate runs against the packages.</summary>
public sealed partial class GettingStartedTests
{
    [Fact]
    public void The_lines_to_type_are_those_that_are_run()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        string page = MarkdownPages.Text("docs/getting-started.md").ReplaceLineEndings("\n");
        string script = File.ReadAllText(Path.Combine(MarkdownPages.Root!, "bench", "first-endpoint"));
        // Packages come from elsewhere there, and the test file is left out here.
        string[] lines = [.. Typed().Matches(script).Select(line => line.Groups[1].Value.Replace(" ../reviews-test.csv", "", StringComparison.Ordinal)).Where(line => line.StartsWith("dotnet run", StringComparison.Ordinal) || line.StartsWith("dotnet new unroll", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Contains($"\n{line}\n", page, StringComparison.Ordinal));
        Assert.Contains("setsid dotnet run -c Release --urls", script, StringComparison.Ordinal);
        Assert.Contains("\ndotnet run -c Release\n", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("^type_line \"(.*)\"$", RegexOptions.Multiline)]
    private static partial Regex Typed();
}
