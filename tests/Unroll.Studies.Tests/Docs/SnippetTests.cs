using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>
/// Every C# block of a page stands in a file of the folder Snippets, or of the tests of parts of one's own or of serving, where it is
/// compiled and run, in one piece; that its <c>using</c> lines are the right ones is for <see cref="PastedTests"/>. Indentation
/// does not count.
/// </summary>
public sealed class SnippetTests
{
    [Fact]
    public void Every_CSharp_block_is_a_piece_of_tested_code()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        string folder = Path.Combine(MarkdownPages.Root!, "tests", "Unroll.Studies.Tests", "Docs", "Snippets");
        string own = Path.Combine(MarkdownPages.Root!, "tests", "Unroll.OpenDoors.Tests");
        string serving = Path.Combine(MarkdownPages.Root!, "tests", "Unroll.Serving.Tests");
        string[][] files = [.. Directory.GetFiles(folder, "*.cs").Concat(Directory.GetFiles(own, "*.cs")).Concat(Directory.GetFiles(serving, "*Page.cs")).Select(path => Clean(File.ReadLines(path)))];
        MarkdownBlock[] blocks = [.. MarkdownPages.Blocks("csharp")];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True(
            files.Any(file => Holds(file, Clean(block.Lines))),
            $"{block}: no file of {folder} has this code:\n{string.Join('\n', block.Lines)}"));
    }

    [Fact]
    public void Blocks_of_code_say_what_language_they_are_in()
    {
        Assert.All(MarkdownPages.Blocks("cs").Concat(MarkdownPages.Blocks("c#")), block => Assert.Fail($"{block}: write csharp, so that it is tested."));
        Assert.All(MarkdownPages.Blocks("jsonc"), block => Assert.Fail($"{block}: write json, so that it is tested."));
    }

    private static string[] Clean(IEnumerable<string> lines) => [.. lines.Select(line => line.Trim()).Where(line => line.Length > 0)];

    private static bool Holds(string[] file, string[] block)
    {
        string[] code = [.. block.SkipWhile(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';'))];
        return Enumerable.Range(0, Math.Max(0, file.Length - code.Length + 1)).Any(at => file.AsSpan(at, code.Length).SequenceEqual(code));
    }
}
