using System.Text.Json.Nodes;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;

namespace Unroll.Saving;

/// <summary>Reads what a model was compiled with; what there is none of here is left out, and the model says so.</summary>
/// <param name="model">The model.</param>
/// <param name="place">For messages.</param>
internal sealed class LoadNotices(Model model, string place)
{
    public void Add(string notice) => model.AddLoadNotice($"{place}: {notice}");

    /// <summary>The optimizer; one that is unknown is replaced by Keras' default.</summary>
    public Optimizer? ReadOptimizer(JsonNode node)
    {
        try
        {
            return Catalog.Optimizers.FromKeras(node, "optimizer");
        }
        catch (InvalidDataException e)
        {
            Add($"{e.Message} The model is compiled with rmsprop instead.");
            return null;
        }
    }

    /// <summary>One loss, a list, or losses by name; null: none is left.</summary>
    public LossSet? ReadLosses(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray { Count: 1 } list:
                return ReadLosses(list[0]);
            case JsonArray list:
                Loss?[] losses = [.. list.Select(Read)];
                return losses.All(loss => loss is null) ? null : LossSet.Create(losses);
            case JsonObject names when !names.ContainsKey("class_name"):
                (string Name, Loss Loss)[] named = [.. names.Select(entry => (entry.Key, Read(entry.Value))).Where(entry => entry.Item2 is not null).Select(entry => (entry.Key, entry.Item2!))];
                return named.Length == 0 ? null : LossSet.Named(named);
            default:
                return Read(node) is { } loss ? LossSet.FromLoss(loss) : null;
        }

        Loss? Read(JsonNode? entry) => entry is null ? null : TryRead(() => Catalog.Losses.FromKeras(entry, "loss"));
    }

    /// <summary>Metrics in whatever nesting; null: there are none.</summary>
    public MetricSet? ReadMetrics(JsonNode? node, string name)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonArray list:
                return MetricSet.Create([.. list.Select(entry => (entry, Metrics: ReadMetrics(entry, name))).Where(entry => entry.entry is null or JsonArray || entry.Metrics is not null).Select(entry => entry.Metrics)]);
            case JsonObject json when json.Text("class_name") is "MeanMetricWrapper" && json["config"] is JsonObject wrapped:
                // How tf.keras wrote metrics that were given by name.
                return wrapped.Text("name") is { } wrappedName ? Read(JsonValue.Create(wrappedName)) : throw new InvalidDataException($"{place}: {name}: a metric has no name.");
            case JsonObject names when !names.ContainsKey("class_name"):
                return MetricSet.Named(names
                    .Select(entry => (entry.Key, Metrics: ReadMetrics(entry.Value, name))).Where(entry => entry.Metrics is not null)
                    .Select(entry => (entry.Key, entry.Metrics!)));
            default:
                return Read(node);
        }

        MetricSet? Read(JsonNode entry) => TryRead(() => Metric.FromKeras(entry, name)) is { } metric ? MetricSet.FromMetric(metric) : null;
    }

    private T? TryRead<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            Add($"{e.Message} It is left out.");
            return null;
        }
    }
}
