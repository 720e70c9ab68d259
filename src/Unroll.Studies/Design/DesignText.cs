using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>Designs as short text for tables.</summary>
internal static class DesignText
{
    /// <summary>A value as a user would write it; a list of layers with arrows between them.</summary>
    public static string Of(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return "none";
            case JsonArray items:
                return string.Join(" → ", items.Select(Of));
            case JsonObject members when members[ObjectConfig.TypeKey] is JsonValue type && type.GetValueKind() == JsonValueKind.String && members[ObjectConfig.PositionalKey] is null or JsonArray:
                return ObjectConfig.FromNode(members).ToString();
            case JsonObject members:
                return string.Join(", ", members.Select(pair => $"{pair.Key}={Of(pair.Value)}"));
            default:
                return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        }
    }
}
