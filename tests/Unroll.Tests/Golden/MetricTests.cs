using Unroll.Layers;
using Unroll.Metrics;
using Unroll.Models;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Metrics as real Keras computed them.</summary>
public class MetricTests
{
    private static readonly float[] Y = [0, 0, 1, 1, 1, 0, 1, 0], P = [.1f, .5f, .5f, .8f, .35f, .35f, .9f, 0];

    [Fact]
    public void AreasUnderCurves()
    {
        Assert.Equal(0.875, Value(new AUC(), P, Y), 1e-6);
        Assert.Equal(0.887326539, Value(new AUC { Curve = AUCCurve.PR }, P, Y), 1e-6);
        double middle = Value(new AUC(), P, Y);
        Assert.InRange(middle, Value(new AUC { SummationMethod = AUCSummation.Minoring }, P, Y), Value(new AUC { SummationMethod = AUCSummation.Majoring }, P, Y));
        Assert.Equal(0.875, Value(new AUC { FromLogits = true }, [.. P.Select(p => p * 4 - 2)], Y), 1e-6); // keeps the order
        Assert.Equal(0, Value(new AUC(), [0.5f], [1]));
    }

    [Fact]
    public void AccuracyAtAThreshold()
    {
        Assert.Equal(0.75, Value(new BinaryAccuracy(), P, Y));
        Assert.Equal(0.75, Value("accuracy", P, Y)); // 0.5 is negative
        Assert.Equal(0.857142866, Value(new BinaryAccuracy(), [.9f, .2f, .4f, 1], [1, 0, 1, 1], [1, 2, .5f, 0]), 1e-6);
    }

    /// <summary>Counted by hand; 0.5 is negative.</summary>
    [Fact]
    public void PrecisionAndRecall()
    {
        Assert.Equal(1, Value(new Precision(), P, Y));
        Assert.Equal(0.5, Value(new Recall(), P, Y));
        Assert.Equal(0.6, Value(new Precision { Thresholds = 0.4 }, P, [0, 1, 0, 1, 1, 0, 1, 0], [2, 1, 2, 1, 1, 1, 1, 1]), 1e-9);
        Assert.Equal(0, Value(new Precision(), [0.1f], [1]));
        Assert.Equal(0, Value(new Recall(), [0.9f], [0]));
    }

    [Fact]
    public void TheLargestOutputAnswers()
    {
        float[][] p = [[.1f, .7f, .2f], [.3f, .3f, .3f], [0, .4f, .6f]];
        Assert.Equal(2.0 / 3, Value("acc", p, [[0, 1, 0], [1, 0, 0], [0, 1, 0]]), 1e-9); // the first of equals
        Assert.Equal(2.0 / 3, Value("acc", p, [[1], [0], [1]]), 1e-9);
        Assert.Equal(2.0 / 3, Value(new SparseCategoricalAccuracy(), p, [[1], [0], [1]]), 1e-9);
    }

    [Fact]
    public void LossesAreMetrics()
    {
        Assert.Equal("mse", ((Metric)"mse").Name);
        Assert.Equal("mean_squared_error", ((Metric)new Unroll.Losses.MeanSquaredError()).Name);
        Assert.Equal("mean_squared_error", Metric.FromName("mean_squared_error()").Name);
        Assert.Equal(0.135, Value("mse", [[.1f, .7f, .2f], [.3f, .3f, .3f]], [[0, 1, 0], [1, 0, 0]]), 1e-6);
    }

    /// <summary>Keras' recorded fit with class weights: metrics ignore them, weighted metrics don't, the loss divides by the count.</summary>
    [Fact]
    public void ClassWeights()
    {
        (float[,] x, int[] y, Sequential model) = SmallFunctionTests.Example();
        model.Compile(new SGD(0), "binary_crossentropy", ["accuracy"], ["accuracy"]);
        var weights = new Dictionary<int, double> { [0] = 1, [1] = 3 };
        History history = model.Fit(x, y, verbose: 0, shuffle: false, classWeight: weights);
        Assert.Equal(["accuracy", "loss", "weighted_accuracy"], history.Names);
        Assert.Equal(1.6123028, history["loss"][0], 1e-6);
        Assert.Equal(0.4714286, history["accuracy"][0], 1e-6);
        Assert.Equal(0.3958333, history["weighted_accuracy"][0], 1e-6);

        float[] sampleWeights = [.. y.Select(label => (float)weights[label])];
        Evaluation test = model.Evaluate(x, y, verbose: 0, sampleWeight: sampleWeights);
        Assert.Equal(history["loss"][0], test.Loss);
        Assert.Equal(history["weighted_accuracy"][0], test.Logs["weighted_accuracy"]);
        History validated = model.Fit(x, y, verbose: 0, shuffle: false, validationData: (x, y), validationSampleWeight: sampleWeights);
        Assert.Equal(test.Loss, validated["val_loss"][0]);
        Assert.NotEqual(test.Loss, validated["loss"][0]);
    }

    /// <summary>Keras' recorded order (fixtures keras-graph, naming.json, "single output"): all names sorted together.</summary>
    [Fact]
    public void HistoryAndEpochLinesAreSorted()
    {
        (float[,] x, int[] y, Sequential model) = SmallFunctionTests.Example();
        model.Compile("sgd", "binary_crossentropy", ["accuracy", "mse"], ["accuracy"]);
        History history = model.Fit(x, y, verbose: 0, validationSplit: 0.25);
        Assert.Equal(["accuracy", "loss", "mse", "val_accuracy", "val_loss", "val_mse", "val_weighted_accuracy", "weighted_accuracy"], history.Names);
        Assert.Equal(["accuracy", "loss", "mse", "val_accuracy", "val_loss", "val_mse", "val_weighted_accuracy", "weighted_accuracy"], Shown(2));
        Assert.Equal(["accuracy", "loss", "mse", "weighted_accuracy", "val_accuracy", "val_loss", "val_mse", "val_weighted_accuracy"], Shown(1));

        string[] Shown(int verbose)
        {
            var text = new StringWriter();
            var callback = new ProgressCallback(verbose, new ProgressOutput(text, false, false, () => 0)) { Parameters = new FitParameters(1, 3, verbose) };
            callback.OnTrainBegin();
            callback.OnEpochBegin(0);
            callback.OnEpochEnd(0, history.Epochs[0].Logs.ToDictionary());
            return [.. text.ToString().Split(" - ").Where(part => part.Contains(": ", StringComparison.Ordinal)).Select(part => part[..part.IndexOf(':', StringComparison.Ordinal)])];
        }
    }

    /// <summary>As Keras' list: the loss, then the metrics in the order of compile.</summary>
    [Fact]
    public void AnEvaluationTakesApartIntoLossAndFirstMetric()
    {
        (float[,] x, int[] y, Sequential model) = SmallFunctionTests.Example();
        model.Compile("sgd", "binary_crossentropy", ["binary_accuracy", "auc"]);
        Evaluation evaluation = model.Evaluate(x, y, verbose: 0);
        (double loss, double metric) = evaluation;
        Assert.Equal((evaluation.Loss, evaluation.Logs["binary_accuracy"]), (loss, metric));
        model.Compile("sgd", "binary_crossentropy");
        Refuses<InvalidOperationException>("The model was compiled without metrics", () => { (_, _) = model.Evaluate(x, y, verbose: 0); });
        Refuses<ArgumentNullException>("Compile needs a loss: pass one", () => model.Compile("sgd", metrics: ["accuracy"]));

        static void Refuses<T>(string message, Action act) where T : Exception =>
            Assert.StartsWith(message, Assert.Throws<T>(act).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreUnique()
    {
        (float[,] x, int[] y, Sequential model) = SmallFunctionTests.Example();
        model.Compile(loss: "binary_crossentropy", metrics: ["acc", new AUC(), new AUC { NumThresholds = 50 }, new Recall { Name = "found" }], weightedMetrics: [new AUC(), "mse"]);
        Assert.Equal(["acc", "auc", "auc_1", "auc_2", "found", "loss", "mse"], model.Evaluate(x, y, verbose: 0).Logs.Keys);
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        static void Refuses(string message, Action action) =>
            Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        (float[,] x, int[] y, Sequential model) = SmallFunctionTests.Example();
        model.Compile(loss: "binary_crossentropy");
        Refuses("There are 3 sample weights for 70 samples; give one for each.", () => model.Evaluate(x, y, verbose: 0, sampleWeight: new float[3]));
        Refuses("The weight of sample 1 is NaN;", () => model.Fit(x, y, verbose: 0, sampleWeight: [0, float.NaN, .. new float[68]]));
        Refuses(
            "Class weights and sample weights can't be given together;",
            () => model.Fit(x, y, verbose: 0, sampleWeight: new float[70], classWeight: new Dictionary<int, double>()));
        Refuses("AUC: argument 'num_thresholds' is 1;", () => Metric.FromName("auc(1)"));
        Refuses("Recall: argument 'thresholds' is 2;", () => Metric.FromName("recall(2)"));

        var classes = new Sequential { new Dense(3, "softmax") };
        classes.Compile(loss: "sparse_categorical_crossentropy", metrics: [new Precision()]);
        Refuses("Metric 'precision' (Precision) needs a target for every output, but each sample has 1 for 3 output(s).", () => classes.Evaluate(x, y, verbose: 0));
        classes.Compile(loss: "sparse_categorical_crossentropy");
        Refuses("The target of sample 0 is 7, but the model's 3 outputs stand for the classes 0 … 2.", () => classes.Evaluate(x, Enumerable.Repeat(7, 70).ToArray(), verbose: 0));
        Refuses("Each sample has 3 target value(s), but sparse_categorical_crossentropy needs 1", () => classes.Evaluate(x, new float[70, 3], verbose: 0));
    }

    private static double Value(Metric metric, float[] predictions, float[] targets, float[]? weights = null) =>
        Value(metric, [.. predictions.Select(p => new[] { p })], [.. targets.Select(y => new[] { y })], weights);

    private static double Value(Metric metric, float[][] predictions, float[][] targets, float[]? weights = null)
    {
        MetricState state = metric.CreateState(new MetricShape(1, predictions[0].Length, targets[0].Length));
        state.Add(predictions[0], targets[0], 5);
        state.Reset();
        for (int i = 0; i < predictions.Length; i++) state.Add(predictions[i], targets[i], weights?[i] ?? 1);
        return state.Result;
    }
}
