using System.Text.RegularExpressions;
using Unroll.Activations;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Regularizers;
using Xunit;

namespace Unroll.Studies.Tests.Docs.Parity;

/// <summary>docs/keras-parity.md says what the table says, and the table what is there.</summary>
public sealed partial class ParityPageTests
{
    private static readonly string Page = Path.Combine("docs", "keras-parity.md");

    [Fact]
    public void Page_is_that_of_the_table()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        string page = ParityPage.Of(ParityRow.Load());
        if (Environment.GetEnvironmentVariable("UNROLL_WRITE_DOCS") == "1") File.WriteAllText(Path.Combine(MarkdownPages.Root!, Page), page);
        Assert.True(page == MarkdownPages.Text(Page).ReplaceLineEndings("\n"), $"{Page} is not what the table says. Run the tests with UNROLL_WRITE_DOCS=1 to write it anew.");
    }

    [Fact]
    public void Every_row_is_complete()
    {
        IReadOnlyList<ParityRow> rows = ParityRow.Load();
        string[] statuses = [ParityRow.Same, ParityRow.Differs, ParityRow.Absent, ParityRow.OutOfScope];
        Assert.All(rows, row => Assert.Contains(row.Status, statuses));
        Assert.All(rows.Where(row => row.IsThere), row => Assert.True(row.Test.Length > 0, $"{row.Section}: {row.Keras} names no test."));
        Assert.All(rows.Where(row => row.Status != ParityRow.Same), row => Assert.True(row.Note.Length > 0, $"{row.Section}: {row.Keras} says not how or why."));
        Assert.All(rows.GroupBy(row => (row.Section, row.Keras)), same => Assert.True(same.Count() == 1, $"{same.Key} is there {same.Count()} times."));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        HashSet<string> tests = Tests();
        Assert.All(ParityRow.Load().Where(row => row.IsThere), row => Assert.True(tests.Contains(row.Test), $"{row.Section}: {row.Keras} is held by {row.Test}, which is not there."));
    }

    [Fact]
    public void Every_type_that_is_named_exists()
    {
        HashSet<string> types = [.. typeof(Model).Assembly.GetExportedTypes().Concat(typeof(Study).Assembly.GetExportedTypes()).Select(type => type.Name.Split('`')[0])];
        foreach (ParityRow row in ParityRow.Load().Where(row => row.IsThere))
            foreach (Match match in TypeName().Matches(row.Unroll))
                Assert.True(types.Contains(match.Groups[1].Value), $"{row.Section}: {row.Keras} is said to be {row.Unroll}, but there is no type {match.Groups[1].Value}.");
    }

    /// <summary>A row that gives no other name means Keras' own: a class of that name, or a text that the catalog knows.</summary>
    [Fact]
    public void Names_that_are_the_same_are_known()
    {
        HashSet<string> types = [.. typeof(Model).Assembly.GetExportedTypes().Select(type => type.Name)];
        var texts = new Dictionary<string, Func<string, object>>
        {
            ["activations"] = Activation.FromName,
            ["initializers"] = Initializer.FromName,
            ["regularizers"] = Regularizer.FromName,
            ["constraints"] = Constraint.FromName,
            ["losses"] = Loss.FromName,
            ["metrics"] = Metric.FromName,
        };
        Assert.All(ParityRow.Load().Where(row => row is { Status: ParityRow.Same, Unroll: "" }), row =>
        {
            if (ClassName().IsMatch(row.Keras))
                Assert.True(types.Contains(row.Keras), $"{row.Section}: there is no class {row.Keras}.");
            else if (texts.TryGetValue(row.Section, out Func<string, object>? find) && TextName().IsMatch(row.Keras))
                Assert.NotNull(find(row.Keras));
        });
    }

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$")]
    private static partial Regex ClassName();

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex TextName();

    // `new LSTM(…)`, `Imdb.Load(…)`: what stands behind "new" or before a dot and begins with a capital.
    [GeneratedRegex(@"(?:\bnew (?=[A-Z])|(?<![\w.])(?=[A-Z]\w*\.))([A-Z]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\bclass (\w+Tests)\b")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"public (?:async Task|void) (\w+)\(")]
    private static partial Regex TestMethod();

    /// <summary>Names of the classes of tests, and of their methods behind a dot, from all projects.</summary>
    private static HashSet<string> Tests()
    {
        HashSet<string> names = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(MarkdownPages.Root!, "tests"), "*Tests*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            if (TestClass().Match(text) is not { Success: true } found) continue;
            names.Add(found.Groups[1].Value);
            foreach (Match method in TestMethod().Matches(text)) names.Add($"{found.Groups[1].Value}.{method.Groups[1].Value}");
        }

        return names;
    }
}
