using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Metrics;

/// <summary>Every value that real Keras recorded (fixtures keras-graph, metrics.json), and metrics by themselves and in models.</summary>
public partial class KerasMetricTests
{
    private static readonly JsonObject Fixtures =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras_metrics.json")))!.AsObject();

    public static TheoryData<string> Names { get; } =
        [.. Fixtures["cases"]!.AsArray().Select(entry => entry!["metric"]!.GetValue<string>()).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_are_those_of_Keras(string name)
    {
        foreach (JsonNode? entry in Fixtures["cases"]!.AsArray().Where(entry => entry!["metric"]!.GetValue<string>() == name))
        {
            Metric metric = Metric.Catalog.FromKeras(new JsonObject { ["class_name"] = name, ["config"] = entry!["arguments"]!.DeepClone() }, "metric");
            Assert.Equal(Number().Replace(entry["default_name"]!.GetValue<string>(), ""), metric.Name);
            string data = entry["data"]!.GetValue<string>();
            if (metric is MeanLoss { Loss: BinaryCrossentropy crossentropy } && data == "binary")
            {
                // Of arrays of one dimension Keras takes the mean first, so that every batch counts the same.
                double[] batches = [.. Fixtures["data"]![data]!.AsArray().Select(arrays => crossentropy.Compute(NestedArrays.Flat(arrays![0]), NestedArrays.Flat(arrays[1])))];
                for (int count = 1; count <= 3; count++) Near(NestedArrays.Flat(entry["results"]![count - 1]), [batches.Take(count).Average()], "one dimension");
                continue;
            }

            for (int batch = 0; batch < 3; batch++)
            {
                JsonArray arrays = Fixtures["data"]![data]![batch]!.AsArray();
                Targets y = Targets.FromValues(NestedArrays.Read(arrays[0]!));
                Outputs p = Outputs.FromValues(NestedArrays.Read(arrays[1]!));
                SampleWeights? weights = entry["weighted"]!.GetValue<bool>() ? NestedArrays.Flat(arrays[2]) : null;
                if (metric is Mean mean) mean.UpdateState(p, weights);
                else if (metric is Sum sum) sum.UpdateState(p, weights);
                else metric.UpdateState(y, p, weights);
                Near(NestedArrays.Flat(entry["results"]![batch]), metric.Results(), $"batch {batch} of {entry.ToJsonString()}");
            }

            metric.ResetState();
            Near(NestedArrays.Flat(entry["result_after_reset"]), metric.Results(), $"after the reset of {entry.ToJsonString()}");
        }
    }

    /// <summary>As Keras numbers objects of such classes; names that are given keep theirs.</summary>
    [Fact]
    public void Objects_are_numbered()
    {
        var model = new Sequential { new Dense(1, "sigmoid") };
        model.Compile("sgd", "bce", [new AUC(), new TruePositives(), "auc"], [new AUC(), new TruePositives(), new AUC { Name = "auc" }, "mse"]);
        Evaluation evaluation = model.Evaluate(new float[4, 2], new[] { 0, 1, 1, 0 }, verbose: 0);
        Assert.Equal(["auc", "auc_1", "auc_2", "loss", "mse", "true_positives", "true_positives_1", "weighted_auc"], evaluation.Logs.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>Means heed the mask of padding; counts of right and wrong answers do not, as in Keras.</summary>
    [Fact]
    public void Masks_are_heeded_by_means_alone()
    {
        var model = new Sequential { new Masking(), new Dense(1, "sigmoid") };
        float[,,] x = { { { 1 }, { 0 }, { -1 } }, { { 0 }, { 2 }, { 3 } } };
        float[,] y = { { 1, 1, 1 }, { 1, 1, 1 } };
        model.Compile("sgd", "bce", [new BinaryAccuracy(), new Recall(), new TruePositives { Thresholds = 0 }, Metric.FromLoss(new MeanSquaredError())]);
        float[,,] p = new float[2, 3, 1];
        Buffer.BlockCopy(model.Predict(x).ToArray(), 0, p, 0, 24);
        Evaluation evaluation = model.Evaluate(x, y, verbose: 0);
        Assert.Equal(6, evaluation.Logs["true_positives"]);
        var recall = new Recall();
        recall.UpdateState(y, p);
        Assert.Equal(recall.Result(), evaluation.Logs["recall"]);
        var error = Metric.FromLoss(new MeanSquaredError());
        error.UpdateState(y, p, new float[,] { { 1, 0, 1 }, { 0, 1, 1 } });
        Assert.Equal(error.Result(), evaluation.Logs["mean_squared_error"], 1e-6);
    }

    /// <summary>What is told from whole batches: along the samples, and losses over everything.</summary>
    [Fact]
    public void Batches_are_seen_as_a_whole()
    {
        float[,] x = { { 1, .5f }, { .25f, 1 }, { .75f, .125f }, { .5f, .75f } }, y = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 0, 0 } };
        var model = new Sequential(seed: 2) { new Dense(2, "sigmoid") };
        Metric[] metrics = [new PearsonCorrelation { Axis = 0 }, Metric.FromLoss(new Dice()), new R2Score { NumRegressors = 1 }, new Unroll.Metrics.CosineSimilarity { Axis = 0 }];
        model.Compile("sgd", "mse", MetricSet.FromMetrics(metrics));
        Evaluation evaluation = model.Evaluate(x, y, verbose: 0);
        foreach (Metric metric in metrics)
        {
            metric.UpdateState(y, model.Predict(x));
            Assert.Equal(metric.Result(), evaluation.Logs[metric.Name], 1e-6);
        }

        Assert.Equal(new Dice().Compute(y, model.Predict(x)), evaluation.Logs["dice"], 1e-6);
        model.Compile("sgd", "mse", weightedMetrics: [new PearsonCorrelation { Axis = 0 }]);
        Refuses("Metric 'pearson_correlation': its numbers are not those of single samples", () => model.Evaluate(x, y, verbose: 0, sampleWeight: [1, 2, 1, 1]));
    }

    /// <summary>Everything that logs can hold, in files and back.</summary>
    [Fact]
    public void A_saved_model_keeps_its_metrics()
    {
        string path = Path.Combine(Path.GetTempPath(), $"metrics{Guid.NewGuid():N}.keras");
        try
        {
            float[,] x = { { 1, .5f }, { .25f, 1 }, { .75f, .125f }, { .5f, .75f } }, y = { { 1, 0 }, { 0, 1 }, { 1, 0 }, { 0, 1 } };
            var model = new Sequential(seed: 2) { new Dense(2, "softmax") };
            model.Compile("sgd", "categorical_crossentropy",
            [
                new F1Score { Average = FAverage.Macro }, new FBetaScore { Average = FAverage.Weighted, Beta = 2, Threshold = 0.5 }, new Precision { TopK = 1, ClassId = 1 },
                new Recall { Thresholds = 0.25 }, new AUC { MultiLabel = true, LabelWeights = [0.25, 0.75], Thresholds = [0.5] }, new PrecisionAtRecall(0.5), new RecallAtPrecision(0.5),
                new SensitivityAtSpecificity(0.5) { NumThresholds = 10 }, new SpecificityAtSensitivity(0.5) { ClassId = 0 }, new TopKCategoricalAccuracy { K = 1 }, new OneHotIoU(2, [1]),
                new OneHotMeanIoU(2), new R2Score { ClassAggregation = R2Aggregation.VarianceWeightedAverage }, new RootMeanSquaredError(), new LogCoshError(), "kld", Metric.FromLoss(new Hinge()), "dice",
            ]);
            model.Fit(x, y, verbose: 0);
            model.Save(path);
            Model again = Model.Load(path);
            Assert.Empty(again.LoadNotices);
            Assert.Equal(model.Evaluate(x, y, verbose: 0).Logs, again.Evaluate(x, y, verbose: 0).Logs);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var model = new Sequential { new Dense(3, "softmax") };
        model.Compile("sgd", "categorical_crossentropy", ["f1_score"]);
        Refuses("The metric 'f1_score' (F1Score) has 3 values, but logs hold one number per name.", () => model.Evaluate(new float[2, 2], new float[2, 3], verbose: 0));
        Refuses("Metric 'precision': class_id is 3, but there are 3 outputs;", () => new Precision { ClassId = 3 }.UpdateState(new float[2, 3], new float[2, 3]));
        Refuses("Metric 'auc': there are 2 labels, but 3 outputs;", () => new AUC { MultiLabel = true, LabelWeights = [1, 2] }.UpdateState(new float[2, 3], new float[2, 3]));
        Refuses("IoU: the class 2 is not among the 2 classes;", () => Metric.FromName("io_u(2, [2])"));
        Refuses("Metric 'mean_io_u': a target is 5, but the 2 classes are 0 … 1.", () => new MeanIoU(2).UpdateState(new float[] { 5 }, new float[] { 1 }));
        Refuses("Precision: argument 'thresholds' is [0.5, 2]; it must be one or several numbers between 0 and 1.", () => Metric.FromName("precision([0.5, 2])"));
        var recall = new Recall { Thresholds = [0.25, 0.5] };
        recall.UpdateState(new[] { 1, 0 }, new float[] { .3f, .1f });
        Assert.Equal([1, 0], recall.Results());
        Assert.Throws<InvalidOperationException>(() => recall.Result());
        Refuses("Metric 'recall': each sample has 2 target(s) for 2 output(s), but those before had 1 for 1.", () => recall.UpdateState(new float[1, 2], new float[1, 2]));
    }

    [Fact]
    public void Metrics_are_functions_of_arrays()
    {
        float[,] p = { { .1f, .7f, .2f }, { .3f, .3f, .4f } };
        Assert.Equal([1, 0], new CategoricalAccuracy().Unreduced(new float[,] { { 0, 1, 0 }, { 1, 0, 0 } }, p));
        Assert.Equal([1, 0], new SparseCategoricalAccuracy().Unreduced(new[] { 1, 0 }, p));
        Assert.Equal([1, 1], new SparseTopKCategoricalAccuracy { K = 2 }.Unreduced(new[] { 2, 1 }, p));
        Assert.Equal([1, 1, -1], new PearsonCorrelation { Axis = 0 }.Unreduced(new float[,] { { 0, 1, 0 }, { 1, 0, -1 } }, p).Select(value => MathF.Round(value, 5)));
        Assert.Equal(2, new BinaryAccuracy().Unreduced(new float[1, 2, 3], new float[1, 2, 3]).Rank);
    }

    [Fact]
    public void A_function_is_a_metric()
    {
        var bias = new MeanMetricWrapper((y, p) => p[0] - y[0]) { Name = "bias" };
        bias.UpdateState(new float[] { 1, 2 }, new float[] { 2, 5 }, new float[] { 1, 3 });
        Assert.Equal(2.5, bias.Result());
        Assert.Equal("bias", bias.Name);
    }

    private static void Refuses(string message, Action act) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);

    private static void Near(float[] expected, IReadOnlyList<double> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                float.IsNaN(expected[i]) ? double.IsNaN(actual[i]) : Math.Abs(expected[i] - actual[i]) <= 2e-6 * Math.Max(1, Math.Abs(expected[i])),
                $"{actual[i]} instead of {expected[i]}: {what}");
        }
    }

    [GeneratedRegex("_[0-9]+$")]
    private static partial Regex Number();
}
