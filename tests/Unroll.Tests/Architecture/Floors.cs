using Mono.Cecil;

namespace Unroll.Tests.Architecture;

/// <summary>
/// The folders of a project as floors, the highest first, a line each. Who lives on a floor may know all floors below.
/// Folders with a comma between them share a floor and don't know each other; with a plus they do. Behind a colon stands what
/// the floor is for.
/// </summary>
internal sealed class Floors
{
    private readonly string _root, _rootFolder;
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, (int Floor, int Group)> _places = [];
    private readonly Dictionary<string, string> _folders = [];

    private Floors(string root, string rootFolder) => (_root, _rootFolder) = (root, rootFolder);

    /// <param name="root">Namespace of the project; below it a namespace begins with its folder.</param>
    /// <param name="rootFolder">The folder that types of the root namespace live in.</param>
    /// <param name="elsewhere">Types of the root namespace that live in other folders: <c>Folder: Type, Type</c>, a line each.</param>
    /// <param name="floors">The floors.</param>
    public static Floors Parse(string root, string rootFolder, string elsewhere, string floors)
    {
        var parsed = new Floors(root, rootFolder);
        foreach (string line in Lines(elsewhere))
        {
            string[] parts = line.Split(':', StringSplitOptions.TrimEntries);
            foreach (string type in parts[1].Split(',', StringSplitOptions.TrimEntries)) parsed._folders.Add(type, parts[0]);
        }

        int group = 0;
        foreach (string line in Lines(floors))
        {
            foreach (string together in line.Split(':')[0].Split(','))
            {
                foreach (string folder in together.Split('+', StringSplitOptions.TrimEntries)) parsed._places.Add(folder, (parsed._lines.Count, group));
                group++;
            }

            parsed._lines.Add(line);
        }

        return parsed;
    }

    /// <summary>All folders.</summary>
    public IEnumerable<string> Folders => _places.Keys;

    /// <summary>The folder of a type; null: the namespace is not the project's.</summary>
    public string? FolderOf(TypeName type) =>
        type.Namespace == _root ? _folders.GetValueOrDefault(type.Name, _rootFolder)
        : type.Namespace.StartsWith(_root + ".", StringComparison.Ordinal) ? type.Namespace[(_root.Length + 1)..].Split('.')[0]
        : null;

    /// <summary>What is wrong, a line each: arrows that run up or beside, and folders that have no floor.</summary>
    /// <param name="module">Compiled code.</param>
    /// <param name="exceptions">Arrows that are known and excused, <c>From → To</c>; one that there is no more is wrong, too.</param>
    public IReadOnlyList<string> Check(ModuleDefinition module, params IReadOnlyList<string> exceptions)
    {
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        var unused = exceptions.ToHashSet();
        foreach (Arrow arrow in Arrows.In(module))
        {
            if (FolderOf(arrow.From) is not { } from || FolderOf(arrow.To) is not { } to || from == to) continue;
            if (!_places.TryGetValue(from, out (int Floor, int Group) above)) wrong.Add($"{from} has no floor: {arrow.From}");
            else if (!_places.TryGetValue(to, out (int Floor, int Group) below)) wrong.Add($"{to} has no floor: {arrow.To}");
            else if (below.Floor > above.Floor || below.Group == above.Group || unused.Remove($"{arrow.From} → {arrow.To}") || exceptions.Contains($"{arrow.From} → {arrow.To}")) continue;
            else wrong.Add($"{from} → {to}: {arrow.Member} knows {arrow.To}, but {from} is on floor {Number(above.Floor)} and {to} on floor {Number(below.Floor)}.");
        }

        foreach (string exception in unused) wrong.Add($"The exception {exception} is not needed any more.");
        return [.. wrong];
    }

    private int Number(int line) => _lines.Count - line;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
