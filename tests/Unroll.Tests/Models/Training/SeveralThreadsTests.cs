using Unroll.Callbacks;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>The contract of docs/training.md: any number of threads may predict at the same time; everything else is for one.</summary>
public sealed class SeveralThreadsTests
{
    /// <summary>The first predictions build the model, all at once, each for a length of its own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)] // more rows than single rows are predicted for
    public void First_predictions_of_a_model_that_is_not_built(int rows)
    {
        const int Threads = 4;
        for (int round = 0; round < 150; round++)
        {
            Sequential model = NewModel(), alone = NewModel();
            var outputs = new float[Threads][];
            using var start = new Barrier(Threads);
            Thread[] threads =
            [
                .. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
                {
                    start.SignalAndWait();
                    outputs[thread] = model.Predict(Ids(rows, 3 + thread % 3)).ToArray();
                })),
            ];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            for (int thread = 0; thread < Threads; thread++) Assert.Equal(alone.Predict(Ids(rows, 3 + thread % 3)).ToArray(), outputs[thread]);
            Assert.Equal(alone.Fingerprint(), model.Fingerprint());
        }
    }

    [Fact]
    public async Task A_second_fit_is_refused_and_harms_nothing()
    {
        Sequential model = NewModel(), alone = NewModel();
        foreach (Sequential each in new[] { model, alone }) each.Compile("adam", "binary_crossentropy");
        using var isRunning = new ManualResetEventSlim();
        using var isRefused = new ManualResetEventSlim();
        var wait = new LambdaCallback { TrainBatchEnd = (_, _) => { isRunning.Set(); isRefused.Wait(TimeSpan.FromSeconds(20)); } };
        var first = Task.Factory.StartNew(() => model.Fit(Ids(64, 5), new float[64], epochs: 2, verbose: 0, callbacks: [wait]), TaskCreationOptions.LongRunning);
        isRunning.Wait(TimeSpan.FromSeconds(20));
        Assert.Throws<InvalidOperationException>(() => model.Fit(Ids(64, 5), new float[64], verbose: 0));
        Assert.Throws<InvalidOperationException>(() => model.TrainOnBatch(Ids(64, 5), new float[64]));
        isRefused.Set();
        await first;
        alone.Fit(Ids(64, 5), new float[64], epochs: 2, verbose: 0);
        Assert.Equal(alone.Fingerprint(), model.Fingerprint());
    }

    private static Sequential NewModel() => new(seed: 5) { new Embedding(20, 4), new LSTM(5), new Dense(1, "sigmoid") };

    private static int[,] Ids(int rows, int length)
    {
        var ids = new int[rows, length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < length; j++) ids[i, j] = (3 * i + 7 * j) % 20;
        return ids;
    }
}
