using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace Unroll.Packages.Tests;

/// <summary>What is in the packages, read as a ZIP and as XML.</summary>
[Collection("packages")]
public sealed class PackageContentTests(PackedFeed feed)
{
    public static TheoryData<string> Names => [.. PackedFeed.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_what_it_is(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package(name));
        XElement metadata = Metadata(package);
        Assert.Equal(name, Value(metadata, "id"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.StartsWith($"# {name}\n", Text(package, "README.md").ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("lstm", Value(metadata, "tags").Split(' '));
        Assert.True(Value(metadata, "description").Length > 60);
        Assert.Matches(@"^\d+\.\d+\.\d+", feed.Version);
        Assert.NotEqual("1.0.0", feed.Version);
    }

    [Fact]
    public void Descriptions_differ()
    {
        string[] descriptions = [.. PackedFeed.Names.Select(name =>
        {
            using ZipArchive package = ZipFile.OpenRead(feed.Package(name));
            return Value(Metadata(package), "description");
        })];
        Assert.Equal(descriptions.Length, descriptions.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("Unroll", "System.Numerics.Tensors")]
    [InlineData("Unroll.Serving", "System.Numerics.Tensors, Unroll")]
    [InlineData("Unroll.Studies", "MathNet.Numerics, Microsoft.Data.Sqlite, Sep, System.Numerics.Tensors, Unroll")]
    [InlineData("Unroll.Studies.PostgreSql", "MathNet.Numerics, Microsoft.Data.Sqlite, Npgsql, Sep, System.Numerics.Tensors, Unroll.Studies")]
    [InlineData("Unroll.Templates", "")]
    [InlineData("Unroll.Testing", "System.Numerics.Tensors, Unroll")]
    public void Depends_on(string name, string packages)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package(name));
        IEnumerable<string> dependencies = Metadata(package).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!);
        Assert.Equal(packages, string.Join(", ", dependencies.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("Unroll", "Unroll", "Unroll.Formats", "Unroll.Kernels")]
    [InlineData("Unroll.Serving", "Unroll.Serving")]
    [InlineData("Unroll.Studies", "Unroll.Studies")]
    [InlineData("Unroll.Studies.PostgreSql", "Unroll.Studies.PostgreSql")]
    [InlineData("Unroll.Testing", "Unroll.Testing")]
    public void Has_its_assemblies_with_documentation_and_symbols(string name, params string[] assemblies)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package(name)), symbols = ZipFile.OpenRead(feed.Package(name, "snupkg"));
        Assert.Equal(assemblies.Order(), Files(package, ".dll"));
        Assert.Equal(assemblies.Order(), Files(package, ".xml"));
        Assert.Equal(assemblies.Order(), Files(symbols, ".pdb"));
        static IEnumerable<string> Files(ZipArchive archive, string extension) => archive.Entries
            .Where(entry => entry.FullName.StartsWith("lib/net10.0/", StringComparison.Ordinal) && entry.Name.EndsWith(extension, StringComparison.Ordinal))
            .Select(entry => Path.GetFileNameWithoutExtension(entry.Name)).Order();
    }

    [Fact]
    public void The_tool_is_compiled_ahead_for_one_platform_and_runs_on_all()
    {
        Assert.True(File.Exists(feed.Package("Unroll.Tool.linux-x64")));
        Assert.True(File.Exists(feed.Package("Unroll.Tool.any")));
        using ZipArchive ahead = ZipFile.OpenRead(feed.Package("Unroll.Tool.linux-x64")), any = ZipFile.OpenRead(feed.Package("Unroll.Tool.any"));
        Assert.True(Library(ahead) > 1.5 * Library(any)); // machine code beside the intermediate language
        static long Library(ZipArchive package) => package.Entries.Single(entry => entry.Name == "Unroll.dll").Length;
    }

    private static XElement Metadata(ZipArchive package)
    {
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single();
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

    private static string Text(ZipArchive package, string path)
    {
        using var reader = new StreamReader(package.GetEntry(path)!.Open());
        return reader.ReadToEnd();
    }
}
