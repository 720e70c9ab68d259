using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>Writes an <see cref="ObjectConfig"/> as text and as JSON.</summary>
internal static class ConfigWriter
{
    public static string Write(ObjectConfig config)
    {
        var text = new StringBuilder();
        WriteCall(text, config, alwaysParentheses: false);
        return text.ToString();
    }

    /// <summary>The form that nested calls have: <c>{ "type": …, "$args": […], name: value… }</c>.</summary>
    public static JsonObject ToJson(ObjectConfig config)
    {
        var json = new JsonObject { [ObjectConfig.TypeKey] = config.Type };
        if (config.Positional.Count > 0)
            json[ObjectConfig.PositionalKey] = new JsonArray([.. config.Positional.Select(value => value?.DeepClone())]);
        foreach ((string name, JsonNode? value) in config.Named) json[name] = value?.DeepClone();
        return json;
    }

    private static void WriteCall(StringBuilder text, ObjectConfig config, bool alwaysParentheses)
    {
        text.Append(config.Type);
        if (config.Positional.Count + config.Named.Count == 0 && !alwaysParentheses) return;
        text.Append('(');
        int start = text.Length;
        foreach (JsonNode? value in config.Positional)
        {
            if (text.Length > start) text.Append(", ");
            WriteValue(text, value);
        }

        foreach ((string name, JsonNode? value) in config.Named)
        {
            if (text.Length > start) text.Append(", ");
            text.Append(name).Append('=');
            WriteValue(text, value);
        }

        text.Append(')');
    }

    private static void WriteValue(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("none");
                break;
            case JsonObject json when json.ContainsKey(ObjectConfig.TypeKey):
                WriteCall(text, ObjectConfig.FromNode(json), alwaysParentheses: true);
                break;
            case JsonArray array:
                text.Append('[');
                for (int i = 0; i < array.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    WriteValue(text, array[i]);
                }

                text.Append(']');
                break;
            case JsonValue scalar when scalar.TryGetValue(out string? word):
                text.Append(IsBareWord(word) ? word : Quote(word));
                break;
            case JsonValue scalar when scalar.TryGetValue(out double number):
                text.Append(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    private static bool IsBareWord(string word) =>
        word.Length > 0 && (char.IsLetter(word[0]) || word[0] == '_') && word.All(ConfigParser.IsWordPart)
        && word.ToLowerInvariant() is not ("true" or "false" or "none" or "null");

    private static string Quote(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
