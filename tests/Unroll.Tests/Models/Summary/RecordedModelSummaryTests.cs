using System.Text.Json;
using Unroll.Configuration;
using Xunit;

namespace Unroll.Tests.Models.Summary;

/// <summary>The models behind Keras' recorded summaries, built of real layers: names, shapes and counts are Unroll's own.</summary>
public sealed class RecordedModelSummaryTests
{
    [Fact]
    public void Models_with_an_input_shape()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "summaries.json")));
        int compared = 0;
        foreach (JsonElement recorded in cases.RootElement.EnumerateArray())
        {
            // Summaries do not show activations: one that is not there makes no difference.
            string[] layers = [.. recorded.GetProperty("layers").EnumerateArray().Select(layer => layer.GetString()!.Replace("softmax", "linear", StringComparison.Ordinal))];
            bool isBuilt = recorded.GetProperty("with_input").GetBoolean() && recorded.GetProperty("stage").GetString() == "before_fit";
            if (!isBuilt || layers.Any(layer => layer.Contains("trainable=False", StringComparison.Ordinal))) continue;

            var model = new Sequential();
            foreach (string layer in layers) model.Add(Catalog.CreateLayer(ObjectConfig.Parse(layer) with { IsOfKeras = true }));
            model.Build([.. recorded.GetProperty("input_shape").EnumerateArray().Select(size => size.ValueKind == JsonValueKind.Null ? (int?)null : size.GetInt32())]);
            Assert.Equal(recorded.GetProperty("keras3_text").GetString(), model.Summary(lineLength: recorded.GetProperty("line_length").GetInt32()));
            compared++;
        }

        Assert.Equal(7, compared);
    }
}
