using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>Links between pages lead somewhere.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Links_lead_to_files()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        foreach (string page in MarkdownPages.All)
        {
            string folder = Path.GetDirectoryName(Path.Combine(MarkdownPages.Root!, page))!;
            Assert.All(Link().Matches(MarkdownPages.Text(page)), link =>
            {
                string target = link.Groups[1].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) return;
                string path = Path.GetFullPath(Path.Combine(folder, target));
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: there is no {target}.");
            });
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
