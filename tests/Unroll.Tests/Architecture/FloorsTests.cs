using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Rocks;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>Arrows between folders and between projects point one way.</summary>
public sealed class FloorsTests
{
    private const string List = """
        Classification: from texts and labels to a tested classifier
        Datasets, Reports: data sets to train on; what is said of predictions
        Callbacks: what watches and steers a fit
        Saving: files; extension methods on models (Save, Load, ExportOnnx)
        Models: Model, Sequential, fit / evaluate / predict, history, summary; Catalog (what is registered)
        Text: how texts become ids; a model carries it along
        Preprocessing: scaling, splitting, windows over series
        Plan: graph → plan: order of programs, stages, rewrites (embedding projection, fused loss, single rows)
        Layers: one folder per layer; the graph of their calls
        Losses + Metrics: every loss is a metric, too
        Optimizers: one file per optimizer
        Schedules: learning rates over steps
        Execution: LaneTensor, LayerProgram, Parameter, gradients, the work on one group of rows
        Data: what a model is fed: arrays of inputs, targets and weights
        Formulas: equations, recorded and compiled
        Activations, Initializers, Regularizers, Constraints: what layers are given by name
        Configuration: names and arguments: how an object is described in text, JSON and Keras' config
        Random: Philox, Mt19937
        """;

    /// <summary>What users need without a second using is in the root namespace, wherever it lives.</summary>
    private const string RootTypesElsewhere = """
        Saving: ModelSaving, ModelStructure, OnnxExport
        Execution: Parameter, WeightKey
        Data: Inputs, Outputs, Targets, SampleWeights, Batch, BatchSource
        """;

    private static readonly string[] s_exceptions =
    [
        // "early_stopping(patience=2)" converts to a callback. A conversion can only be written in the class itself, so
        // the base class asks the list of all callbacks, of which some save models.
        "Unroll.Callback → Unroll.Callbacks.CallbackCatalog",
    ];

    private static readonly string[] s_projects =
    [
        "Unroll.Cli: Unroll.Bench, Unroll.Serving, Unroll.Studies, Unroll.Studies.PostgreSql",
        "Unroll.Bench: Unroll, Unroll.Kernels",
        "Unroll.Studies.PostgreSql: Unroll.Studies",
        "Unroll.Studies: Unroll",
        "Unroll.Serving: Unroll",
        "Unroll.Templates:",
        "Unroll.Testing: Unroll, Unroll.Kernels",
        "Unroll: Unroll.Kernels, Unroll.Formats",
        "Unroll.Kernels:",
        "Unroll.Formats:",
    ];

    [Fact]
    public void NoFolderKnowsOneAboveIt()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Model).Assembly.Location);
        AssertNone(Parse(List).Check(module, s_exceptions));
    }

    [Fact]
    public void NamespacesAreFolders()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Model).Assembly.Location, new ReaderParameters { ReadSymbols = true });
        Floors floors = Parse(List);
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        int compared = 0;
        foreach (TypeDefinition type in module.GetAllTypes())
        {
            string? folder = floors.FolderOf(Arrows.Outermost(type));
            foreach (MethodDefinition method in type.Methods)
            {
                if (folder is null || method.DebugInformation.SequencePoints is not [{ Document.Url: var url }, ..]) continue;
                if (url.EndsWith(".g.cs", StringComparison.Ordinal)) continue; // generated
                compared++;
                string path = url.Replace('\\', '/');
                if (!path.Contains($"/src/Unroll/{folder}/", StringComparison.Ordinal)) wrong.Add($"{Arrows.Outermost(type)} counts as {folder}, but its source is {path}.");
            }
        }

        AssertNone(wrong);
        Assert.True(compared > 1000, $"Only {compared} methods have symbols.");
    }

    [Fact]
    public void ModelsAndPlansKnowNoLayerOfACertainKind()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Model).Assembly.Location);
        Floors floors = Parse(List);
        HashSet<TypeName> kinds =
        [
            .. module.Types.Where(type => type.Namespace == "Unroll.Layers" && type.Properties.Any(property => property.Name == "Registration")).Select(Arrows.Outermost),
        ];
        Assert.Contains(new TypeName("Unroll.Layers", "Embedding"), kinds);
        AssertNone(
        [
            .. Arrows.In(module).Where(arrow => floors.FolderOf(arrow.From) is "Models" or "Plan" && kinds.Contains(arrow.To))
                .Select(arrow => $"{arrow.Member} knows {arrow.To}; it should ask any Layer."),
        ]);
    }

    [Fact]
    public void EveryFolderHasAFloor()
    {
        Assert.SkipWhen(TestData.RepositoryRoot is null, "The sources are not beside the tests.");
        IEnumerable<string> folders = Directory.GetDirectories(Path.Combine(TestData.RepositoryRoot!, "src", "Unroll"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any())
            .Select(folder => Path.GetFileName(folder)).Where(folder => folder is not "bin" and not "obj");
        Assert.Equal(folders.Order(StringComparer.Ordinal), Parse(List).Folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AnArrowUpIsNamed()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Model).Assembly.Location);
        string[] lines = List.Split('\n');
        int models = Array.FindIndex(lines, line => line.StartsWith("Models:", StringComparison.Ordinal));
        int plan = Array.FindIndex(lines, line => line.StartsWith("Plan:", StringComparison.Ordinal));
        (lines[models], lines[plan]) = (lines[plan], lines[models]);
        IReadOnlyList<string> wrong = Parse(string.Join('\n', lines)).Check(module, s_exceptions);
        Assert.Contains("Models → Plan: Unroll.Model.PredictRows knows Unroll.Plan.RowPredictor, but Models is on floor 11 and Plan on floor 14.", wrong);
        Assert.All(wrong, line => Assert.Matches("^Models → (Plan|Text): ", line));
    }

    [Fact]
    public void PlantedArrowsAreFoundInsideOfMethods()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(FloorsTests).Assembly.Location);
        IReadOnlyList<string> wrong = Floors.Parse("Unroll.Tests.Architecture.Planted", "Root", "", "Upper\nBeside, Lower").Check(module);
        string[] members = ["InALambda", "InAnIterator", "AsAGenericArgument", "AsALocal", "AsAParameter"];
        Assert.Equal(
            [
                .. members.Order(StringComparer.Ordinal).Select(member =>
                    $"Lower → Upper: Unroll.Tests.Architecture.Planted.Lower.Cellar.{member} knows Unroll.Tests.Architecture.Planted.Upper.Attic, but Lower is on floor 1 and Upper on floor 2."),
            ],
            wrong.Where(line => line.StartsWith("Lower → Upper", StringComparison.Ordinal)));
        Assert.Equal(
            "Beside → Lower: Unroll.Tests.Architecture.Planted.Beside.Neighbour.Visit knows Unroll.Tests.Architecture.Planted.Lower.Cellar, but Beside is on floor 1 and Lower on floor 1.",
            Assert.Single(wrong, line => !line.StartsWith("Lower → Upper", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnExceptionThatIsNotNeededIsNamed()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Model).Assembly.Location);
        Assert.Equal(
            ["The exception Unroll.Random.Philox → Unroll.Model is not needed any more."],
            Parse(List).Check(module, [.. s_exceptions, "Unroll.Random.Philox → Unroll.Model"]));
    }

    [Fact]
    public void ProjectsPointOneWay()
    {
        Assert.SkipWhen(TestData.RepositoryRoot is null, "The sources are not beside the tests.");
        AssertNone(WrongProjects(s_projects));
    }

    [Fact]
    public void AReferenceThatIsNotInTheListIsNamed()
    {
        Assert.SkipWhen(TestData.RepositoryRoot is null, "The sources are not beside the tests.");
        string[] planted = [.. s_projects.Select(line => line == "Unroll: Unroll.Kernels, Unroll.Formats" ? "Unroll: Unroll.Kernels" : line)];
        Assert.Equal(["Unroll references Unroll.Formats."], WrongProjects(planted));
    }

    private static void AssertNone(IReadOnlyCollection<string> wrong) => Assert.True(wrong.Count == 0, string.Join('\n', wrong));

    private static Floors Parse(string list) => Floors.Parse("Unroll", "Models", RootTypesElsewhere, list);

    /// <summary>References of projects that the list, in which a project comes before those that it references, does not have.</summary>
    private static List<string> WrongProjects(string[] list)
    {
        var allowed = list.Select(line => line.Split(':')).ToDictionary(parts => parts[0], parts => parts[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        var wrong = new List<string>();
        foreach (string path in Directory.EnumerateDirectories(Path.Combine(TestData.RepositoryRoot!, "src")).SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj")))
        {
            string project = Path.GetFileNameWithoutExtension(path);
            if (!allowed.TryGetValue(project, out string[]? known)) wrong.Add($"{project} is not in the list of projects.");
            foreach (XElement reference in XDocument.Load(path).Descendants("ProjectReference"))
            {
                string to = Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'));
                bool isBelow = Array.FindIndex(list, line => line.StartsWith(to + ":", StringComparison.Ordinal)) > Array.FindIndex(list, line => line.StartsWith(project + ":", StringComparison.Ordinal));
                if (!isBelow || known?.Contains(to) == false) wrong.Add($"{project} references {to}.");
            }
        }

        return wrong;
    }
}
