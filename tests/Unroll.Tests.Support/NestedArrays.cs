using System.Text.Json.Nodes;

namespace Unroll.Tests.Support;

/// <summary>Numbers in lists of lists, as fixtures hold them.</summary>
public static class NestedArrays
{
    /// <summary>A float array of as many dimensions as there are lists in lists.</summary>
    public static Array Read(JsonNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var shape = new List<int>();
        for (JsonNode? level = node; level is JsonArray list; level = list[0]) shape.Add(list.Count);
        var array = Array.CreateInstance(typeof(float), [.. shape]);
        float[] flat = Flat(node);
        Buffer.BlockCopy(flat, 0, array, 0, flat.Length * sizeof(float));
        return array;
    }

    /// <summary>All numbers in their order; true and false are 1 and 0, "nan" is not a number.</summary>
    public static float[] Flat(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.SelectMany(Flat)],
        JsonValue value when value.TryGetValue(out bool flag) => [flag ? 1 : 0],
        JsonValue value when value.TryGetValue(out string? text) => [float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)],
        _ => [(float)node!.GetValue<double>()],
    };
}
