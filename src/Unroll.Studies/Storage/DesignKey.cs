using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Unroll.Studies.Storage;

/// <summary>
/// What makes two trials the same: a design in one spelling, whatever the document's (0.001 or 1e-3, <c>lstm(8)</c> or
/// <c>{ "type": "LSTM", "units": 8 }</c>, defaults written out or not), the seed, the data and the version of Unroll.
/// </summary>
internal static class DesignKey
{
    /// <summary>The design in the one spelling, as JSON.</summary>
    public static string Canonical(StudyDesign design)
    {
        TrainingDesign training = design.Training;
        var dataset = new JsonObject
        {
            ["name"] = design.Dataset.Texts is null ? design.Dataset.Name : "texts", // files are known by what they hold, not by where they are
            ["numWords"] = design.Dataset.NumWords,
            ["maxLen"] = design.Dataset.MaxLen,
            ["padding"] = design.Dataset.Padding,
            ["truncating"] = design.Dataset.Truncating,
        };
        var json = new JsonObject
        {
            ["dataset"] = dataset,
            ["optimizer"] = Catalog.Optimizers.ToKeras(Catalog.Optimizers.Create(training.Optimizer)),
            ["loss"] = Catalog.Losses.ToKeras(Catalog.Losses.Create(training.Loss)),
            ["metrics"] = List(training.Metrics.Select(metric => JsonValue.Create(metric))), // epochs are logged under these very names
            ["batchSize"] = training.BatchSize,
            ["epochs"] = training.Epochs,
            ["validation"] = training.Validation.ToString(),
            ["validationSplit"] = training.ValidationSplit,
            ["callbacks"] = List(training.Callbacks.Select(callback => Catalog.Callbacks.ToKeras(Catalog.Callbacks.Create(callback)))),
            ["model"] = List(design.Model.Select(layer => Catalog.Layers.ToKeras(Catalog.CreateLayer(layer, design.Dataset.NumWords)))),
        };
        return json.ToJsonString();
    }

    /// <summary>One name for a trial: equal for equal designs, seeds, data and versions, else different.</summary>
    /// <param name="design">From <see cref="Canonical"/>.</param>
    /// <param name="seed">Seed of the trial.</param>
    /// <param name="data">Hash of the data.</param>
    /// <param name="version">Version of Unroll.</param>
    public static string Of(string design, int seed, string data, string version) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{version}\n{seed}\n{data}\n{design}")));

    private static JsonArray List(IEnumerable<JsonNode?> items)
    {
        var array = new JsonArray();
        foreach (JsonNode? item in items) array.Add(item);
        return array;
    }
}
