using Unroll.Tests.Support;

namespace Unroll.Studies.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
internal sealed record MarkdownBlock(string Page, int Line, string Language, IReadOnlyList<string> Lines)
{
    public override string ToString() => $"{Page}, line {Line}";
}

/// <summary>The pages that users read.</summary>
internal static class MarkdownPages
{
    public static string? Root => TestData.RepositoryRoot;

    /// <summary>README, contribution guide and docs, with paths below the root.</summary>
    public static IReadOnlyList<string> All => Root is not { } root
        ? []
        : [
            .. Directory.GetFiles(root, "*.md").Concat(Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories))
                .Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal),
        ];

    /// <summary>What the packages show on their own pages.</summary>
    public static IReadOnlyList<string> OfPackages => Root is not { } root
        ? []
        : [.. Directory.GetDirectories(Path.Combine(root, "src")).Select(folder => Path.Combine(folder, "README.md")).Where(File.Exists).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];

    public static string Text(string page) => File.ReadAllText(Path.Combine(Root!, page));

    /// <summary>The blocks of a language, from all pages.</summary>
    public static IEnumerable<MarkdownBlock> Blocks(string language) => All.SelectMany(BlocksOf).Where(block => block.Language == language);

    /// <summary>The blocks of a page.</summary>
    public static IEnumerable<MarkdownBlock> BlocksOf(string page)
    {
        string[] lines = Text(page).ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal)) continue;
            string language = lines[i].Trim()[3..].Trim();
            int first = ++i;
            while (i < lines.Length && lines[i].Trim() != "```") i++;
            if (i == lines.Length) throw new InvalidDataException($"{page}, line {first}: the block has no end.");
            yield return new MarkdownBlock(page, first, language, lines[first..i]);
        }
    }
}
