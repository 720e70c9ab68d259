using System.Text.Json.Nodes;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>What a model was compiled with, as Keras' files hold it.</summary>
internal static class CompileConfig
{
    public static JsonObject Write(TrainingState state) => new()
    {
        ["optimizer"] = Catalog.Optimizers.ToKeras(state.Optimizer),
        ["loss"] = LossNode(state.Loss.First),
        ["loss_weights"] = null,
        ["metrics"] = MetricNodes(state, isWeighted: false) ?? [],
        ["weighted_metrics"] = MetricNodes(state, isWeighted: true),
        ["run_eagerly"] = false,
        ["steps_per_execution"] = 1,
        ["jit_compile"] = false,
    };

    /// <summary>Compiles the model. Entries of Keras 2 and 3 are understood.</summary>
    /// <exception cref="InvalidDataException">Something is unknown or not supported; the message names it.</exception>
    public static void Apply(JsonObject config, Model model, string place)
    {
        foreach (string name in (ReadOnlySpan<string>)["loss_weights", "sample_weight_mode"])
        {
            if (config[name] is { } value && value is not JsonArray { Count: 0 })
                throw new InvalidDataException($"{place}: {name} {value.ToJsonString()} are not supported.");
        }

        JsonNode optimizer = config["optimizer"] ?? config["optimizer_config"]
            ?? throw new InvalidDataException($"{place}: no optimizer is given.");
        JsonNode loss = (config["loss"] is JsonArray { Count: 1 } single ? single[0] : config["loss"])
            ?? throw new InvalidDataException($"{place}: no loss is given.");
        model.Compile(
            Catalog.Optimizers.FromKeras(optimizer, $"{place}: optimizer"),
            Catalog.Losses.FromKeras(loss, $"{place}: loss"),
            MetricSet.FromMetrics(Metrics(config["metrics"], $"{place}: metrics")),
            MetricSet.FromMetrics(Metrics(config["weighted_metrics"], $"{place}: weighted_metrics")));
    }

    /// <summary>A plain name says as much as an object with default arguments.</summary>
    private static JsonNode LossNode(Loss loss)
    {
        JsonObject json = Catalog.Losses.ToKeras(loss);
        return JsonNode.DeepEquals(json, Catalog.Losses.ToKeras(Loss.FromName(loss.Name))) ? JsonValue.Create(loss.Name) : json;
    }

    private static JsonArray? MetricNodes(TrainingState state, bool isWeighted)
    {
        JsonNode[] nodes = [.. ((isWeighted ? state.Metrics.GivenWeighted : state.Metrics.Given)?.Flat() ?? []).Select(metric => metric.ToKeras())];
        return nodes.Length == 0 ? null : new JsonArray(nodes);
    }

    private static IEnumerable<Metric> Metrics(JsonNode? node, string place)
    {
        switch (node)
        {
            case null:
                yield break;
            case JsonArray array:
                foreach (Metric metric in array.SelectMany(item => Metrics(item, place))) yield return metric;
                break;
            case JsonObject json when json.Text("class_name") is "MeanMetricWrapper" && json["config"] is JsonObject wrapped:
                // How tf.keras wrote metrics that were given by name.
                yield return Metric.FromKeras(
                    wrapped.Text("name") ?? throw new InvalidDataException($"{place}: a metric has no name."), place);
                break;
            default:
                yield return Metric.FromKeras(node, place);
                break;
        }
    }
}
