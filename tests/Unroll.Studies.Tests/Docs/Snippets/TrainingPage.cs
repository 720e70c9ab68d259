#pragma warning disable IDE0005 // Readers need Unroll.Datasets for Dataset, which is replaced here.
using System.Numerics.Tensors;
using Unroll;
using Unroll.Constraints;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Unroll.Schedules;
using Xunit;

namespace ReaderCode;

public sealed class TrainingPage
{
    [Fact]
    public void Trains_with_everything() => Assert.Contains("learning rate 0.002, area 0.", Printed.By(Snippet), StringComparison.Ordinal);

    [Fact]
    public void Losses_and_metrics_need_no_model() => Assert.Equal("0.40625 of 0.0625 and 0.75\nR² -0.06, a slope 0.125", Printed.By(ByThemselves).ReplaceLineEndings("\n").Trim());

    private static void ByThemselves()
    {
        float[,] truth = { { 1, 2 }, { 3, 4 } }, answers = { { 1.5f, 2 }, { 3, 2 } };
        var huber = new Huber { Delta = 1 };
        Console.WriteLine($"{huber.Compute(truth, answers)} of {string.Join(" and ", huber.Unreduced(truth, answers))}"); // 0.40625 of 0.0625 and 0.75
        float[] slopes = huber.Gradient(truth, answers, sampleWeight: [1, 2]);

        var score = new R2Score();
        score.UpdateState(truth, answers); // once for each batch; ResetState() forgets them
        Console.WriteLine($"R² {score.Result():F2}, a slope {slopes[0]}");
    }

    [Fact]
    public void Steps_on_arrays() => Assert.StartsWith("2.0 x + 1.0 after 3000 steps", Printed.By(Arrays), StringComparison.Ordinal);

    private static void Arrays()
    {
        float[] slope = [0], offset = [0];
        var steps = new OptimizerSteps(new Adam(0.01) { GradientAccumulationSteps = 2 }, ("line/slope", [1]), ("line/offset", [1]));
        for (int i = 0; i < 6000; i++)
        {
            float x = i % 10 / 10f, error = slope[0] * x + offset[0] - (2 * x + 1);
            steps.Apply(gradients: [[error * x], [error]], weights: [slope, offset]);
        }

        Console.WriteLine($"{slope[0]:F1} x + {offset[0]:F1} after {steps.Iterations} steps");
    }

    private static void Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 2000, MaxLen = 80 });
        var model = new Sequential { new Embedding(2000, 16), new GRU(16), new Dense(1, "sigmoid") };

        var optimizer = new AdamW(new CosineDecay(2e-3, 5000)) { WeightDecay = 0.01, Clipnorm = 1 };
        model.Compile(optimizer, new BinaryCrossentropy { LabelSmoothing = 0.1 }, metrics: ["accuracy", new AUC()]);
        model.Fit(data.XTrain, data.YTrain, epochs: 3, classWeight: new Dictionary<int, double> { [0] = 1, [1] = 2 });
        Console.WriteLine($"learning rate {model.LearningRate:G3}, area {model.Evaluate(data.XTest, data.YTest).Logs["auc"]:F3}");

        var restricted = new Sequential
        {
            new Embedding(2000, 16) { Trainable = false },
            new LSTM(16) { KernelRegularizer = new L2(1e-4), RecurrentConstraint = new MaxNorm(2) },
            new Dense(1, "sigmoid") { KernelRegularizer = "l1(0.001)" },
        };
        restricted.Compile("adam", "binary_crossentropy", ["accuracy"]);
        restricted.Fit(data.XTrain, data.YTrain, epochs: 2);
    }

    [Fact]
    public void Trains_on_what_comes_batch_by_batch()
    {
        try
        {
            File.WriteAllLines("rows.csv", Enumerable.Range(0, 100).Select(i => $"{i % 7 / 7.0},{i % 5 / 5.0},{i % 7 / 7.0 - i % 5 / 5.0}"));
            Streams();
        }
        finally
        {
            File.Delete("rows.csv");
        }
    }

    static IEnumerable<Batch> Read(string path)
    {
        foreach (string[] lines in File.ReadLines(path).Chunk(32))
        {
            var x = new float[lines.Length, 2];
            var y = new float[lines.Length];
            for (int i = 0; i < lines.Length; i++)
            {
                float[] row = [.. lines[i].Split(',').Select(float.Parse)];
                (x[i, 0], x[i, 1], y[i]) = (row[0], row[1], row[2]);
            }

            yield return new(x, y);
        }
    }

    private static void Streams()
    {
        BatchSource rows = BatchSource.From(() => Read("rows.csv"));
        var regression = new Sequential { new Dense(8, "tanh"), new Dense(1) };
        regression.Compile("adam", "mse", ["mae"]);
        regression.Fit(rows, epochs: 3, validationData: rows, verbose: 2);
        (double error, double mae) = regression.Evaluate(rows, verbose: 0);
        Tensor<float> answers = regression.Predict(rows);
        Assert.Equal(100, answers.Lengths[0]);
        Assert.True(double.IsFinite(error) && double.IsFinite(mae));
    }
}
