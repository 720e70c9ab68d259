using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>Designs as short text for tables.</summary>
internal static class DesignText
{
    /// <summary><c>LSTM(8, dropout=0.4)</c>.</summary>
    public static string Of(ObjectConfig config)
    {
        IEnumerable<string> arguments = config.Positional.Select(Of)
            .Concat(config.Named.Where(pair => pair.Key != "type").Select(pair => $"{pair.Key}={Of(pair.Value)}"));
        string list = string.Join(", ", arguments);
        return list.Length == 0 ? config.Type : $"{config.Type}({list})";
    }

    /// <summary>A value as a user would write it.</summary>
    public static string Of(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return "none";
            case JsonArray items:
                return string.Join(" → ", items.Select(Of));
            case JsonObject members when members["type"] is JsonValue type:
                string arguments = string.Join(", ", members.Where(pair => pair.Key != "type").Select(pair => $"{pair.Key}={Of(pair.Value)}"));
                return arguments.Length == 0 ? type.ToString() : $"{type}({arguments})";
            case JsonObject members:
                return string.Join(", ", members.Select(pair => $"{pair.Key}={Of(pair.Value)}"));
            default:
                return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        }
    }
}
