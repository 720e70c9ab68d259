using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>
/// The address of an option in a design: <c>dataset.maxLen</c>, <c>training.optimizer.learning_rate</c>,
/// <c>model[1].units</c>, <c>model[1]</c>.
/// </summary>
internal static class DesignPath
{
    private const int MaxSteps = 64; // as deep as JSON may nest

    private static readonly string[] Roots = ["dataset", "training", "model"];

    /// <summary>A copy of <paramref name="design"/> in which the option has the value.</summary>
    /// <exception cref="InvalidDataException">The path is malformed or leads nowhere; the message names it.</exception>
    public static SourceNode Set(SourceNode design, string path, SourceNode value, string file)
    {
        IReadOnlyList<object> steps = Split(path, value, file);
        return Set(design, steps, 0, path, value, file);
    }

    /// <summary>The value at the path, or null if the design has none there.</summary>
    public static JsonNode? Get(SourceNode design, string path)
    {
        SourceNode? node = design;
        foreach (object step in Split(path, design, ""))
        {
            if (node is { Kind: JsonValueKind.String } && step is string) node = Expand(node, path, "");
            node = step switch
            {
                int index => index < node.Items.Count ? node.Items[index] : null,
                _ => Find(node, (string)step) is { } name ? node[name] : null,
            };
            if (node is null) return null;
        }

        return node.ToJsonNode();
    }

    private static SourceNode Set(SourceNode node, IReadOnlyList<object> steps, int depth, string path, SourceNode value, string file)
    {
        if (depth == steps.Count) return value;
        if (steps[depth] is int index)
        {
            if (node.Kind != JsonValueKind.Array)
                throw SourceReader.Error(file, value, $"'{path}'", $"there is no list in front of [{index}].");
            if (index >= node.Items.Count)
                throw SourceReader.Error(file, value, $"'{path}'", $"[{index}] is outside the list, which has {node.Items.Count} elements counted from 0.");
            return node.With(index, Set(node.Items[index], steps, depth + 1, path, value, file));
        }

        var name = (string)steps[depth];
        if (node.Kind == JsonValueKind.String) node = Expand(node, path, file);
        if (node.Kind == JsonValueKind.Array)
            throw SourceReader.Error(file, value, $"'{path}'", $"'{name}' follows a list of {node.Items.Count}; write which element, as in model[1].{name}.");
        if (node.Kind != JsonValueKind.Object)
            throw SourceReader.Error(file, value, $"'{path}'", $"there is nothing that could have a member '{name}'.");
        string member = Find(node, name) ?? name;
        SourceNode child = node[member] ?? new SourceNode(JsonValueKind.Object, "", value.Line, value.Column);
        return node.With(member, Set(child, steps, depth + 1, path, value, file));
    }

    /// <summary>Arguments of layers are compared as Registry compares them: without case and underscores.</summary>
    private static string? Find(SourceNode node, string name)
    {
        foreach ((string candidate, SourceNode _) in node.Members)
            if (NameMatching.Comparer.Equals(candidate, name)) return candidate;
        return null;
    }

    /// <summary>Turns <c>"lstm(16, dropout=0.4)"</c> into an object with named members.</summary>
    private static SourceNode Expand(SourceNode text, string path, string file)
    {
        try
        {
            return SourceNode.From(Members(ObjectConfig.Parse(text.Text)), text.Line, text.Column);
        }
        catch (FormatException error)
        {
            throw SourceReader.Error(file, text, $"'{path}'", error.Message);
        }
    }

    /// <summary>All arguments by name, those of layers inside of layers, too.</summary>
    private static JsonObject Members(ObjectConfig config)
    {
        var members = new JsonObject { ["type"] = config.Type };
        IReadOnlyList<string> names = Catalog.PositionalNames(config);
        for (int i = 0; i < config.Positional.Count; i++)
        {
            if (i >= names.Count)
                throw new FormatException($"'{config}' has an argument without a name; write name=value so that it can be changed.");
            members[names[i]] = WithNames(config.Positional[i]);
        }

        foreach ((string name, JsonNode? value) in config.Named) members[name] = WithNames(value);
        return members;

        static JsonNode? WithNames(JsonNode? value) => value is JsonObject json ? Members(ObjectConfig.FromNode(json)) : value?.DeepClone();
    }

    private static List<object> Split(string path, SourceNode at, string file)
    {
        var steps = new List<object>();
        int position = 0;
        while (position < path.Length)
        {
            if (steps.Count == MaxSteps)
                throw SourceReader.Error(file, at, $"'{Printable.Cut(path, 60)}'", $"the path has more than {MaxSteps} steps; designs don't nest as deep.");
            if (path[position] == '[')
            {
                int end = path.IndexOf(']', position);
                if (end < 0 || !int.TryParse(path.AsSpan(position + 1, end - position - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
                    throw SourceReader.Error(file, at, $"'{path}'", $"after character {position + 1} an index such as [1] is expected.");
                steps.Add(index);
                position = end + 1;
            }
            else
            {
                if (path[position] == '.' && position > 0) position++;
                int end = path.AsSpan(position).IndexOfAny('.', '[');
                string name = end < 0 ? path[position..] : path.Substring(position, end);
                if (name.Length == 0) throw SourceReader.Error(file, at, $"'{path}'", $"a name is missing at character {position + 1}.");
                steps.Add(name);
                position += name.Length;
            }
        }

        if (steps.Count == 0 || steps[0] is not string root || !Roots.Contains(root, StringComparer.Ordinal))
        {
            string first = steps.Count > 0 && steps[0] is string word ? word : path;
            throw SourceReader.Error(file, at, $"'{path}'", $"a path begins with dataset, training or model, not '{first}'{NameMatching.Suggestion(first, Roots)}");
        }

        return steps;
    }
}
