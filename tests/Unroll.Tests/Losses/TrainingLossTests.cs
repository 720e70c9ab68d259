using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Losses;

/// <summary>Losses in training: the step that is made is that of the gradient on arrays, whatever the way there.</summary>
public class TrainingLossTests
{
    private const int Rows = 40, Inputs = 3, Units = 4;

    public static TheoryData<string> Texts { get; } =
    [
        .. Loss.Catalog.Names.Where(name => name != "ctc"),
        "mse(reduction=sum)", "mse(reduction=mean_with_sample_weight)", "huber(0.5, reduction=sum)", "sparse_categorical_crossentropy(true, 1)",
        "sparse_categorical_crossentropy(true, reduction=mean_with_sample_weight)", "categorical_crossentropy(true, axis=0)", "dice(0)", "tversky(0.3, 0.7, 0)",
        "cosine_similarity(0)", "dice(reduction=sum)", "circle(2, reduction=mean_with_sample_weight)",
    ];

    /// <summary>One step of gradient descent at rate 1 through a linear layer: Δkernel = −Xᵀ·gradient.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void A_step_follows_the_gradient(string text)
    {
        Loss loss = text;
        bool isWeighted = !text.Contains('0', StringComparison.Ordinal) || text.Contains("huber", StringComparison.Ordinal); // columns have no weights
        (float[,] x, Targets y, float[] weights) = Data(loss.TakesClassIds);
        foreach (int threads in new[] { 1, 2 })
        {
            var model = new Sequential(seed: 3) { new Dense(Units) { UseBias = false } };
            model.Threads = threads;
            model.Compile(new SGD(1), loss);
            model.Predict(x);
            float[] kernel = [.. Enumerable.Range(0, Inputs * Units).Select(i => 0.0625f + 0.03125f * (i * 5 % 7))]; // outputs between 0 and 1 suit every loss
            model.SetWeights([kernel]);
            Outputs outputs = model.Predict(x);
            SampleWeights? given = isWeighted ? weights : null;
            float[] slopes = loss.Gradient(y, outputs, given);
            double expected = loss.Compute(y, outputs, given), scored = model.Evaluate(x, y, batchSize: Rows, verbose: 0, sampleWeight: given).Loss;
            Assert.Equal(expected, scored, 1e-5 * Math.Max(1, Math.Abs(expected)));
            Evaluation step = model.TrainOnBatch(x, y, sampleWeight: given);
            Assert.Equal(scored, step.Loss, 1e-6 * Math.Max(1, Math.Abs(scored)));
            float[] after = model.GetWeights()[0];
            for (int at = 0; at < kernel.Length; at++)
            {
                double slope = 0;
                for (int i = 0; i < Rows; i++) slope += (double)x[i, at / Units] * slopes[i * Units + at % Units];
                Assert.Equal(-slope, after[at] - kernel[at], 2e-5 * Math.Max(1, Math.Abs(slope)));
            }
        }
    }

    /// <summary>A model with each loss goes on after a file as if nothing had been; with one thread or two, to the bit.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void A_saved_model_goes_on(string text)
    {
        Loss loss = text;
        (float[,] x, Targets y, _) = Data(loss.TakesClassIds);
        string path = Path.Combine(Path.GetTempPath(), $"loss{Guid.NewGuid():N}.keras");
        try
        {
            var model = new Sequential(seed: 3) { new Dense(Units, "sigmoid") };
            model.Compile(new SGD(0.05), loss);
            model.Fit(x, y, batchSize: 33, epochs: 2, verbose: 0);
            model.Save(path);
            Model again = Model.Load(path);
            Assert.Empty(again.LoadNotices);
            again.Threads = 2;
            model.Fit(x, y, batchSize: 33, epochs: 1, verbose: 0, shuffle: false);
            again.Fit(x, y, batchSize: 33, epochs: 1, verbose: 0, shuffle: false);
            Assert.Equal(model.GetWeights().SelectMany(weight => weight), again.GetWeights().SelectMany(weight => weight));
            Assert.Equal(model.Evaluate(x, y, verbose: 0).Loss, again.Evaluate(x, y, verbose: 0).Loss);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Sequences_of_other_lengths_than_the_outputs()
    {
        var model = new Sequential(seed: 1) { new SimpleRNN(6) { ReturnSequences = true }, new Dense(4) };
        model.Compile(new Adam(0.02), "ctc", ["ctc"]);
        var x = new float[8, 5, 2];
        for (int i = 0; i < x.Length; i++) x[i / 10, i / 2 % 5, i % 2] = i * 37 % 11 / 11f - 0.5f;
        var y = new float[8, 2];
        for (int i = 0; i < 8; i++) (y[i, 0], y[i, 1]) = (1 + i % 3, i % 2 == 0 ? 0 : 1 + (i + 1) % 3);
        History history = model.Fit(x, y, batchSize: 8, epochs: 60, verbose: 0);
        Assert.True(history["loss"][^1] < 0.6 * history["loss"][0], $"{history["loss"][0]} … {history["loss"][^1]}");
        Assert.Equal(history["loss"][5], history["ctc"][5], 1e-5);
        Assert.Equal(new CTC().Compute(y, model.Predict(x)), model.Evaluate(x, y, verbose: 0).Loss, 1e-5);
    }

    /// <summary>Keras' text picks the loss by the shapes of outputs and targets; a metric of that text, too.</summary>
    [Fact]
    public void Crossentropy_is_that_of_the_shapes()
    {
        (float[,] x, Targets classes, _) = Data(true);
        Targets oneHot = Data(false).Y, bits = Enumerable.Range(0, Rows).Select(i => i % 2).ToArray();
        foreach ((string name, int units, Targets y, string activation) in new[] { ("bce", 1, bits, "sigmoid"), ("sparse_categorical_crossentropy", Units, classes, "softmax"), ("categorical_crossentropy", Units, oneHot, "softmax") })
        {
            double[] losses = [.. new[] { "crossentropy", "ce", name }.Select(text =>
            {
                var model = new Sequential(seed: 3) { new Dense(units, activation) };
                model.Compile("adam", text, [text]);
                History history = model.Fit(x, y, epochs: 2, verbose: 0);
                Assert.Equal(history["loss"][0], history[text][0], 1e-6);
                return history["loss"][1];
            })];
            Assert.Equal(losses[2], losses[0]);
            Assert.Equal(losses[2], losses[1]);
        }
    }

    /// <summary>With Keras on TensorFlow the sigmoid in front is left to the loss: nothing is clipped, and a saturated unit recovers.</summary>
    [Fact]
    public void A_focal_loss_takes_over_the_sigmoid()
    {
        var model = new Sequential { new Dense(1, "sigmoid") { UseBias = false } };
        model.Compile(new SGD(0), new BinaryFocalCrossentropy { Gamma = 1 });
        float[,] x = { { 1 } };
        model.Predict(x);
        model.SetWeights([new float[] { 40 }]);
        Assert.Equal(40, model.Evaluate(x, new[] { 0 }, verbose: 0).Loss, 1e-4);
    }

    [Fact]
    public void Values_that_stay_what_they_are_train_nothing()
    {
        var model = new Sequential { new Dense(1) };
        model.Compile("sgd", new MeanSquaredError { Reduction = LossReduction.None });
        ArgumentException refused = Assert.Throws<ArgumentException>(() => model.Fit(new float[2, 1], new float[2], verbose: 0));
        Assert.StartsWith("The loss mean_squared_error has the reduction none, but training needs one number.", refused.Message, StringComparison.Ordinal);
    }

    private static (float[,] X, Targets Y, float[] Weights) Data(bool hasClasses)
    {
        var x = new float[Rows, Inputs];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => i * 7 % 5 % Units)];
        var oneHot = new float[Rows, Units];
        for (int i = 0; i < Rows; i++)
        {
            oneHot[i, labels[i]] = 1;
            for (int k = 0; k < Inputs; k++) x[i, k] = 0.0625f + (i * 13 + k * 29) % 31 / 32f;
        }

        return (x, hasClasses ? labels : oneHot, [.. Enumerable.Range(0, Rows).Select(i => 0.5f * (i % 4))]);
    }

    /// <summary>Each output learns as it would alone, whatever the other's loss waits for.</summary>
    [Theory]
    [InlineData("dice", "mse")]
    [InlineData("mse(reduction=sum)", "circle(2)")]
    [InlineData("tversky(axis=0)", "sparse_categorical_crossentropy(true, 1)")]
    [InlineData("huber(reduction=mean_with_sample_weight)", "sparse_categorical_crossentropy(true, reduction=mean_with_sample_weight)")]
    public void Outputs_have_losses_of_their_own(string first, string second)
    {
        string[] texts = [first, second];
        Loss[] losses = [.. texts.Select(text => (Loss)text)];
        (float[,] x, _, float[] weights) = Data(false);
        Targets[] targets = [.. losses.Select(loss => Data(loss.TakesClassIds).Y)];
        SampleWeights?[] given = [.. texts.Select(text => text.Contains("axis", StringComparison.Ordinal) ? null : (SampleWeights?)weights)];
        float[] kernel = [.. Enumerable.Range(0, Inputs * Units).Select(i => 0.0625f + 0.03125f * (i * 5 % 7))];
        Symbol input = Input.Features(Inputs);
        var both = new Model([input], [new Dense(Units) { UseBias = false }.Call(input), new Dense(Units) { UseBias = false }.Call(input)]);
        both.Compile(new SGD(1), LossSet.Create(losses), lossWeights: [1, 0.5]);
        both.SetWeights([kernel, kernel]);
        Evaluation step = both.TrainOnBatch(x, Targets.Create(targets), SampleWeights.PerOutput(given));
        double sum = 0;
        for (int i = 0; i < 2; i++)
        {
            var alone = new Sequential { new Dense(Units) { UseBias = false } };
            alone.Compile(new SGD(i == 0 ? 1 : 0.5), losses[i]);
            alone.Predict(x);
            alone.SetWeights([kernel]);
            sum += (i == 0 ? 1 : 0.5) * alone.TrainOnBatch(x, targets[i], given[i]).Loss;
            float[] expected = alone.GetWeights()[0], actual = both.GetWeights()[i];
            for (int at = 0; at < expected.Length; at++) Assert.Equal(expected[at], actual[at], 2e-6 * Math.Max(1, Math.Abs(expected[at])));
        }

        Assert.Equal(sum, step.Loss, 1e-5 * Math.Max(1, Math.Abs(sum)));
    }

    /// <summary>Masked steps and ignored classes count neither for the sum nor for the divisor.</summary>
    [Theory]
    [InlineData("sparse_categorical_crossentropy(true, 1)")]
    [InlineData("sparse_categorical_crossentropy(true, 1, reduction=sum)")]
    [InlineData("sparse_categorical_crossentropy(true, reduction=mean_with_sample_weight)")]
    [InlineData("sparse_categorical_crossentropy(true)")]
    public void Sequences_have_masks(string text)
    {
        Loss loss = text;
        const int Steps = 3;
        var x = new float[Rows, Steps, Inputs];
        var y = new int[Rows, Steps];
        var weights = new float[Rows, Steps];
        var mask = new float[Rows * Steps];
        for (int i = 0; i < Rows * Steps; i++)
        {
            mask[i] = i % 4 == 1 ? 0 : 1;
            y[i / Steps, i % Steps] = i * 7 % 5 % Units;
            weights[i / Steps, i % Steps] = 0.25f * (i % 3);
            for (int k = 0; k < Inputs; k++) x[i / Steps, i % Steps, k] = mask[i] == 0 ? 0 : (i * 37 + k * 11) % 29 / 16f - 0.875f + 0.001f;
        }

        foreach (int threads in new[] { 1, 2 })
        {
            var model = new Sequential(seed: 3) { new Masking(), new Dense(Units) { UseBias = false } };
            model.Threads = threads;
            model.Compile(new SGD(1), loss);
            float[,,] outputs = new float[Rows, Steps, Units];
            Buffer.BlockCopy(model.Predict(x).ToArray(), 0, outputs, 0, outputs.Length * sizeof(float));
            (double expected, BatchScorer scorer, _) = loss.Score(y, outputs, weights, mask);
            Assert.Equal(expected, model.Evaluate(x, y, batchSize: Rows, verbose: 0, sampleWeight: weights).Loss, 1e-5);
            float[] before = model.GetWeights()[0];
            model.TrainOnBatch(x, y, weights);
            float[] after = model.GetWeights()[0];
            for (int at = 0; at < before.Length; at++)
            {
                double slope = 0;
                for (int i = 0; i < Rows * Steps; i++) slope += x[i / Steps, i % Steps, at / Units] * scorer.Gradient[i * Units + at % Units];
                Assert.Equal(-slope, after[at] - before[at], 2e-5 * Math.Max(1, Math.Abs(slope)));
            }
        }
    }
}
