using Unroll.Layers;
using Unroll.Tests.Callbacks;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>
/// The arguments of Fit that say how long an epoch is and when it is validated. Weights are compared with a logistic
/// regression in double precision on the batches that Keras' rules name.
/// </summary>
public class FitArgumentTests
{
    private const int Count = 24;

    [Theory]
    [InlineData(2, 1, new[] { 0, 1 })]
    [InlineData(2, 2, new[] { 0, 1, 2 })] // the second epoch takes the last batch, then the data run out
    [InlineData(2, 3, new[] { 0, 1, 2, 0, 1 })]
    [InlineData(3, 2, new[] { 0, 1, 2, 0, 1, 2 })]
    [InlineData(1, 4, new[] { 0, 1, 2, 0 })]
    [InlineData(5, 2, new[] { 0, 1, 2, 0, 1, 2 })]
    public void Epochs_of_some_steps_go_on_where_the_last_one_stopped(int stepsPerEpoch, int epochs, int[] batches)
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential model = CallbackCase.NewModel();
        var steps = new Counter();
        History history = model.Fit(x, y, batchSize: 8, epochs: epochs, verbose: 0, shuffle: false, stepsPerEpoch: stepsPerEpoch, callbacks: [steps]);
        Assert.Equal(epochs, history.Epochs.Count);
        Assert.Equal(batches.Length, steps.Batches);
        Assert.Equal(stepsPerEpoch, steps.Parameters.Steps);
        AssertWeights(Descend(x, y, 8, batches), model);
    }

    [Fact]
    public void Steps_without_a_batch_size_make_a_pass()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential model = CallbackCase.NewModel();
        model.Fit(x, y, epochs: 2, verbose: 0, shuffle: false, stepsPerEpoch: 4); // ceil(24 / 4) = 6 rows each
        AssertWeights(Descend(x, y, 6, [0, 1, 2, 3, 0, 1, 2, 3]), model);
    }

    [Fact]
    public void A_shuffled_pass_over_several_epochs_takes_every_row_once()
    {
        var x = new float[Count, 1];
        var y = new float[Count];
        for (int i = 0; i < Count; i++) (x[i, 0], y[i]) = (1, i);
        var model = new Sequential { new Dense(1) };
        model.Compile("sgd", "mse");
        model.Build(1);
        model.SetWeights([[0], [0]]);
        model.LearningRate = 0;
        History history = model.Fit(x, y, batchSize: 4, epochs: 6, verbose: 0, stepsPerEpoch: 2);
        double all = Enumerable.Range(0, Count).Sum(i => (double)i * i);
        foreach (double[] pass in history["loss"].Chunk(3)) Assert.Equal(all, 8 * pass.Sum(), 1e-3);
        Assert.NotEqual(history["loss"][0], history["loss"][3]);
    }

    [Fact]
    public void Going_on_from_an_epoch_is_the_same_as_not_having_stopped()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential whole = CallbackCase.NewModel(), parts = CallbackCase.NewModel();
        History uninterrupted = whole.Fit(x, y, batchSize: 8, epochs: 5, verbose: 0);
        parts.Fit(x, y, batchSize: 8, epochs: 2, verbose: 0);
        History rest = parts.Fit(x, y, batchSize: 8, epochs: 5, verbose: 0, initialEpoch: 2);
        Assert.Equal([2, 3, 4], rest.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(uninterrupted["loss"].Skip(2), rest["loss"]);
        Assert.Equal(whole.Fingerprint(), parts.Fingerprint());
        Assert.Empty(parts.Fit(x, y, epochs: 2, verbose: 0, initialEpoch: 2).Epochs);
    }

    [Fact]
    public void Validation_takes_the_steps_and_batches_that_it_is_told()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        (float[,] vx, int[] vy) = CallbackCase.Rows(10, reversed: true);
        (float[,] firstX, int[] firstY) = CallbackCase.Rows(6, reversed: true);
        Sequential model = CallbackCase.NewModel();
        var steps = new Counter();
        double validated = model.Fit(
            x, y, batchSize: 12, verbose: 0, validationData: (vx, vy), validationBatchSize: 3, validationSteps: 2, callbacks: [steps])["val_loss"][0];
        Assert.Equal(2, steps.TestBatches);
        Assert.Equal(model.Evaluate(firstX, firstY, verbose: 0).Loss, validated, 1e-6);
    }

    [Fact]
    public void Validation_comes_after_the_epochs_that_were_named()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        History Fit(ValidationFrequency frequency) =>
            CallbackCase.NewModel().Fit(x, y, epochs: 5, verbose: 0, validationSplit: 0.25, validationFreq: frequency);
        Assert.Equal([1, 3], Validated(Fit(2)));
        Assert.Equal([0, 4], Validated(Fit(new[] { 1, 5, 9 })));
        Assert.Equal([0, 1, 2, 3, 4], Validated(Fit(ValidationFrequency.EveryEpoch)));

        static IEnumerable<int> Validated(History history) => history.Epochs.Where(epoch => epoch.Logs.ContainsKey("val_loss")).Select(epoch => epoch.Epoch);
    }

    [Fact]
    public void Impossible_numbers_are_refused_by_name()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential model = CallbackCase.NewModel();
        Assert.Contains("-1", Refused(() => model.Fit(x, y, verbose: 0, initialEpoch: -1), "initialEpoch"), StringComparison.Ordinal);
        Assert.Contains("stepsPerEpoch is 0", Refused(() => model.Fit(x, y, verbose: 0, stepsPerEpoch: 0), "stepsPerEpoch"), StringComparison.Ordinal);
        Assert.Contains("validationSteps is 0", Refused(() => model.Fit(x, y, verbose: 0, validationSteps: 0), "validationSteps"), StringComparison.Ordinal);
        Assert.Contains("0", Refused(() => model.Fit(x, y, verbose: 0, validationBatchSize: 0), "validationBatchSize"), StringComparison.Ordinal);
        Assert.Contains("validationFreq is 0", Refused(() => model.Fit(x, y, verbose: 0, validationFreq: 0), "epochs"), StringComparison.Ordinal);

        static string Refused(Action action, string name) => Assert.Throws<ArgumentOutOfRangeException>(name, action).Message;
    }

    /// <summary>Weights and bias after gradient descent at rate 0.1 on the mean cross-entropy of these batches.</summary>
    private static double[] Descend(float[,] x, int[] y, int batchSize, int[] batches)
    {
        double[] w = [0.5, -1, 2, 0.1f];
        foreach (int batch in batches)
        {
            var gradient = new double[4];
            for (int row = batch * batchSize; row < (batch + 1) * batchSize; row++)
            {
                double z = w[3] + x[row, 0] * w[0] + x[row, 1] * w[1] + x[row, 2] * w[2];
                double difference = (1 / (1 + Math.Exp(-z)) - y[row]) / batchSize;
                for (int j = 0; j < 3; j++) gradient[j] += difference * x[row, j];
                gradient[3] += difference;
            }

            for (int j = 0; j < 4; j++) w[j] -= 0.1 * gradient[j];
        }

        return w;
    }

    private static void AssertWeights(double[] expected, Sequential model)
    {
        float[] weights = [.. model.GetWeights().SelectMany(values => values)];
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], weights[i], 1e-6);
    }

    private sealed class Counter : Callback
    {
        public int Batches { get; private set; }

        public int TestBatches { get; private set; }

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Batches++;

        public override void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => TestBatches++;
    }
}
