using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Losses;

namespace Unroll.Metrics;

internal static class MetricCatalog
{
    public static Catalog<Metric> Instance { get; } = new("Metric", "keras.metrics",
    [
        BinaryAccuracy.Registration,
        CategoricalAccuracy.Registration,
        SparseCategoricalAccuracy.Registration,
        Accuracy.Registration,
        TopKCategoricalAccuracy.Registration,
        SparseTopKCategoricalAccuracy.Registration,
        AUC.Registration,
        Precision.Registration,
        Recall.Registration,
        TruePositives.Registration,
        FalsePositives.Registration,
        TrueNegatives.Registration,
        FalseNegatives.Registration,
        SensitivityAtSpecificity.Registration,
        SpecificityAtSensitivity.Registration,
        PrecisionAtRecall.Registration,
        RecallAtPrecision.Registration,
        F1Score.Registration,
        FBetaScore.Registration,
        IoU.Registration,
        BinaryIoU.Registration,
        MeanIoU.Registration,
        OneHotIoU.Registration,
        OneHotMeanIoU.Registration,
        Mean.Registration,
        Sum.Registration,
        RootMeanSquaredError.Registration,
        R2Score.Registration,
        CosineSimilarity.Registration,
        PearsonCorrelation.Registration,
        ConcordanceCorrelation.Registration,
        LogCoshError.Registration,
        .. Loss.Catalog.Entries.Where(loss => loss.Name != nameof(CosineSimilarity)).Select(loss => new MeanLossRegistration(loss)),
    ], SnakeCase.Of);
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

    internal override bool IsClassOf(Metric value) => value is MeanLoss mean && _loss.IsClassOf(mean.Loss);

    internal override Metric Create(ObjectConfig config, IReadOnlyList<Argument>? alsoKnown)
    {
        string[] own = ["name", "dtype"];
        var metric = Metric.FromLoss(_loss.Create(config with { Named = config.Named.Where(entry => !own.Contains(entry.Key)).ToDictionary() }, alsoKnown));
        if (config.Named.TryGetValue("name", out JsonNode? name) && name is JsonValue text && text.TryGetValue(out string? given)) metric.Rename(given);
        return metric;
    }

    internal override (JsonObject Config, JsonObject Own) Describe(Metric value)
    {
        (JsonObject config, JsonObject own) = _loss.Describe(((MeanLoss)value).Loss);
        config["name"] = value.Name;
        config.Remove("reduction");
        if (config["axis"] is JsonValue axis && axis.TryGetValue(out int along) && along == -1) config.Remove("axis"); // not all of Keras' metrics take it
        config["dtype"] = DType.Float32;
        return (config, own);
    }
}
