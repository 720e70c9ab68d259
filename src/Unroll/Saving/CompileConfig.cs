using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Losses;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>What a model was compiled with, as Keras' files hold it: single entries, lists in the order of the outputs, or entries by the outputs' names.</summary>
internal static class CompileConfig
{
    public static JsonObject Write(TrainingState state) => new()
    {
        ["optimizer"] = Catalog.Optimizers.ToKeras(state.Optimizer),
        ["loss"] = Losses(state.Loss.Given),
        ["loss_weights"] = Weights(state.Loss.GivenWeights),
        ["metrics"] = Metrics(state.Metrics.Given) ?? new JsonArray(),
        ["weighted_metrics"] = Metrics(state.Metrics.GivenWeighted),
        ["run_eagerly"] = false,
        ["steps_per_execution"] = 1,
        ["jit_compile"] = false,
    };

    /// <summary>Compiles the model. Entries of Keras 2 and 3 are understood.</summary>
    /// <exception cref="InvalidDataException">Something is unknown or not supported; the message names it.</exception>
    public static void Apply(JsonObject config, Model model, string place)
    {
        if (config["sample_weight_mode"] is { } mode && !IsEmpty(mode))
            throw new InvalidDataException($"{place}: sample_weight_mode {mode.ToJsonString()} is not supported.");
        var notices = new LoadNotices(model, place);
        JsonNode? optimizer = config["optimizer"] ?? config["optimizer_config"];
        if (optimizer is JsonObject { } old && old["config"] is JsonObject arguments && arguments["lr"] is { } rate)
        {
            // What Keras called it before 2.3.
            arguments.Remove("lr");
            arguments.TryAdd("learning_rate", rate);
        }

        if (optimizer is null) notices.Add("no optimizer is given (Keras leaves it out of some files); the model is compiled with rmsprop.");
        LossSet? loss = notices.ReadLosses(config["loss"]);
        if (loss is null)
        {
            notices.Add("no loss is left, so that the model is not compiled; call Compile to train it.");
            return;
        }

        model.Compile(
            optimizer is null ? null : notices.ReadOptimizer(optimizer), loss, notices.ReadMetrics(config["metrics"], "metrics"),
            notices.ReadMetrics(config["weighted_metrics"], "weighted_metrics"), ReadWeights(config["loss_weights"], place));
    }

    private static bool IsEmpty(JsonNode node) => node is JsonArray { Count: 0 } or JsonObject { Count: 0 };

    private static LossWeights? ReadWeights(JsonNode? node, string place)
    {
        return node switch
        {
            null => null,
            JsonArray { Count: 0 } => null,
            JsonArray list => LossWeights.Create([.. list.Select(Number)]),
            JsonObject names => LossWeights.Named(names.Select(entry => (entry.Key, Number(entry.Value)))),
            _ => Number(node),
        };

        double Number(JsonNode? entry) => entry is JsonValue value && value.TryGetValue(out double number) ? number
            : throw new InvalidDataException($"{place}: loss_weights {node!.ToJsonString()} are not supported; numbers were expected.");
    }

    private static JsonNode? Losses(LossSet losses)
    {
        if (losses.IsSingle) return LossNode(losses.All[0]);
        return losses.Names is { } names
            ? new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, LossNode(losses.All[i]))))
            : new JsonArray([.. losses.All.Select(LossNode)]);
    }

    /// <summary>A plain name says as much as an object with default arguments.</summary>
    private static JsonNode? LossNode(Loss? loss)
    {
        if (loss is null) return null;
        JsonObject json = Catalog.Losses.ToKeras(loss);
        string name = SnakeCase.Of(json.Text("class_name")!); // not the name of the object: Huber's is huber_loss
        return JsonNode.DeepEquals(json, Catalog.Losses.ToKeras(Loss.FromName(name))) ? JsonValue.Create(name) : json;
    }

    private static JsonNode? Weights(LossWeights? weights)
    {
        if (weights is null) return null;
        return weights.Names is { } names
            ? new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(weights.All[i]))))
            : new JsonArray([.. weights.All.Select(weight => JsonValue.Create(weight))]);
    }

    private static JsonNode? Metrics(MetricSet? set)
    {
        if (set is null || set.Metric is null && set.Parts.Count == 0) return null;
        if (set.Metric is { } single) return new JsonArray(single.ToKeras());
        return set.Names is { } names
            ? new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, Metrics(set.Parts[i]))))
            : new JsonArray([.. set.Parts.Select(part => part is { Metric: { } metric } ? metric.ToKeras() : Metrics(part))]);
    }
}
