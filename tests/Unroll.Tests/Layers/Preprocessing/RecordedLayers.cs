using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers.Preprocessing;

/// <summary>What Keras' preprocessing layers put out, with TensorFlow where texts are concerned; and layers as they were described.</summary>
internal static class RecordedLayers
{
    /// <summary>A file of recorded numbers.</summary>
    public static JsonElement File(string name) => JsonDocument.Parse(
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "preprocessing_layers", name))).RootElement;

    /// <summary>The layer with these arguments of Keras.</summary>
    public static PreprocessingLayer Create(string className, JsonElement arguments, params string[] leftOut)
    {
        JsonObject config = JsonNode.Parse(arguments.GetRawText())!.AsObject();
        foreach (string name in leftOut) config.Remove(name);
        return (PreprocessingLayer)Layer.Catalog.FromKeras(new JsonObject { ["class_name"] = className, ["config"] = config }, "the case");
    }

    /// <summary>A nested list, or a single value.</summary>
    public static Encoded Array(JsonElement nested, string? type = null)
    {
        (List<JsonElement> leaves, int[] shape) = Flatten(nested);
        if (leaves.Count > 0 && leaves[0].ValueKind == JsonValueKind.String) return Encoded.OfTexts([.. leaves.Select(leaf => leaf.GetString()!)], shape);
        bool isReal = type is { } given ? given.StartsWith("float", StringComparison.Ordinal) : leaves.Exists(leaf => leaf.GetRawText().Contains('.'));
        return isReal ? Encoded.OfReals([.. leaves.Select(leaf => leaf.GetSingle())], shape) : Encoded.OfWholes([.. leaves.Select(leaf => leaf.GetInt64())], shape);
    }

    /// <summary>Compares shape and values; whole numbers and texts exactly, others to 1e-6 of their size.</summary>
    public static void AssertEqual(JsonElement expected, Encoded actual, string what)
    {
        (List<JsonElement> leaves, int[] shape) = Flatten(expected);
        Assert.True(shape.SequenceEqual(actual.Shape), $"{what}: the shape is ({string.Join(", ", actual.Shape)}), Keras has ({string.Join(", ", shape)}).");
        for (int i = 0; i < leaves.Count; i++)
        {
            bool isEqual = actual.Texts is { } texts ? texts[i] == leaves[i].GetString()
                : actual.Wholes is { } wholes ? wholes[i] == leaves[i].GetInt64()
                : Math.Abs(actual.Reals![i] - leaves[i].GetDouble()) <= 1e-6 * Math.Max(1, Math.Abs(leaves[i].GetDouble()));
            Assert.True(isEqual, $"{what}: value {i} is {actual.Texts?[i] ?? (object?)actual.Wholes?[i] ?? actual.Reals![i]}, Keras has {leaves[i]}.");
        }
    }

    private static (List<JsonElement> Leaves, int[] Shape) Flatten(JsonElement nested)
    {
        var shape = new List<int>();
        for (JsonElement inner = nested; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
            if (inner.GetArrayLength() == 0) break;
        }

        var leaves = new List<JsonElement>();
        Add(nested);
        return (leaves, [.. shape]);

        void Add(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Array) leaves.Add(element);
            else
                foreach (JsonElement inner in element.EnumerateArray()) Add(inner);
        }
    }
}
