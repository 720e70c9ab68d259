using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>
/// The C# blocks of a page compile as a reader pastes them, one after the other, into a new project that references the packages:
/// with the <c>using</c> lines of the page and those that the SDK gives every project, and with nothing else.
/// </summary>
public sealed class PastedTests
{
    private static readonly string[] s_implicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    public static TheoryData<string> Pages => [.. MarkdownPages.All.Concat(MarkdownPages.OfPackages).Where(page => BlocksOf(page).Any())];

    /// <summary>What the SDK for the web adds, for its pages.</summary>
    private static readonly string[] s_webPages = ["docs/serving.md", "src/Unroll.Serving/README.md"], s_webUsings = ["Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting"];

    /// <summary>Pages that go on with the classes of others.</summary>
    private static readonly Dictionary<string, string[]> s_before = new() { ["docs/testing-your-parts.md"] = ["docs/own-layers.md", "docs/own-parts.md"] };

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Pages))]
    public void The_code_of_a_page_compiles_as_pasted(string page)
    {
        ScriptOptions options = ScriptOptions.Default
            .WithReferences(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)))
            .WithImports(s_implicitUsings.Concat(s_webPages.Contains(page) ? s_webUsings : []).Concat(BlocksOf(page).SelectMany(block => Tree(block).GetCompilationUnitRoot().Usings).Select(line => line.Name!.ToString())));
        Script<object> script = CSharpScript.Create("string[] args = [];", options); // as the statements of a program have it
        // In a project a class may stand behind what uses it.
        IEnumerable<MarkdownBlock> blocks = s_before.GetValueOrDefault(page, []).SelectMany(BlocksOf).Where(DeclaresTypes).Concat(BlocksOf(page).OrderBy(block => DeclaresTypes(block) ? 0 : 1));
        foreach (MarkdownBlock block in blocks)
        {
            script = script.ContinueWith(string.Join('\n', block.Lines));
            Diagnostic[] errors = [.. script.Compile(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
            Assert.True(errors.Length == 0, $"{block}:\n{string.Join('\n', errors.AsEnumerable())}");
        }
    }

    private static IEnumerable<MarkdownBlock> BlocksOf(string page) => MarkdownPages.BlocksOf(page).Where(block => block.Language == "csharp");

    private static bool DeclaresTypes(MarkdownBlock block) => Tree(block).GetRoot().ChildNodes().OfType<BaseTypeDeclarationSyntax>().Any();

    private static CSharpSyntaxTree Tree(MarkdownBlock block) => (CSharpSyntaxTree)CSharpSyntaxTree.ParseText(string.Join('\n', block.Lines));
}
