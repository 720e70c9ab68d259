using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>The configuration that all metrics share.</summary>
internal static class MetricArguments
{
    /// <summary>What Keras writes first for every metric.</summary>
    public static IReadOnlyList<ConfigArgument<T>> Common<T>() where T : Metric =>
    [
        ConfigArgument<T>.Keyword("name", metric => metric.Name),
        ConfigArgument<T>.Fixed("dtype", _ => "float32", LayerArguments.IsFloat32),
    ];

    /// <summary>Gives a metric the name that is written, if one is.</summary>
    public static T Read<T>(ArgumentReader a, T metric) where T : Metric
    {
        if (a.OptionalString("name") is { } name) metric.Rename(name);
        return metric;
    }
}

/// <summary>A loss among the metrics: of the same class name, but with the arguments of a metric.</summary>
internal sealed class MeanLossRegistration : Registration<Metric>
{
    private readonly Registration<Loss> _loss;

    public MeanLossRegistration(Registration<Loss> loss) : base(loss.Name)
    {
        _loss = loss;
        Aliases = loss.Aliases;
    }

    public override IReadOnlyList<string> PositionalNames => _loss.PositionalNames;

    public override bool IsClassOf(Metric value) => value is MeanLoss mean && _loss.IsClassOf(mean.Loss);

    public override Metric Create(ObjectConfig config)
    {
        string[] own = ["name", "dtype"];
        var metric = Metric.FromLoss(_loss.Create(config with { Named = config.Named.Where(entry => !own.Contains(entry.Key)).ToDictionary() }));
        if (config.Named.TryGetValue("name", out JsonNode? name) && name is JsonValue text && text.TryGetValue(out string? given)) metric.Rename(given);
        return metric;
    }

    public override (JsonObject Config, JsonObject Own) Describe(Metric value)
    {
        (JsonObject config, JsonObject own) = _loss.Describe(((MeanLoss)value).Loss);
        config["name"] = value.Name;
        config.Remove("reduction");
        config["dtype"] = "float32";
        return (config, own);
    }
}
