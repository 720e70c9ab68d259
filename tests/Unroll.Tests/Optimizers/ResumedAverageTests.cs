using Unroll.Callbacks;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Optimizers;

/// <summary>A fit, a file and another fit give the bits of two fits in a row, moving averages included.</summary>
public sealed class ResumedAverageTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-ema-{Guid.NewGuid():N}.keras");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("sgd(0.1, use_ema=true, ema_momentum=0.6)")]
    [InlineData("sgd(0.1, momentum=0.9, use_ema=true, ema_momentum=0.9)")]
    [InlineData("adam(0.01, use_ema=true, ema_momentum=0.99)")]
    [InlineData("adam(0.01, use_ema=true, ema_momentum=0.9, ema_overwrite_frequency=3)")]
    [InlineData("rmsprop(0.01, use_ema=true, ema_momentum=0.9, gradient_accumulation_steps=2)")]
    [InlineData("adam(0.01, use_ema=true, ema_momentum=0.9, gradient_accumulation_steps=3, ema_overwrite_frequency=2)")]
    [InlineData("nadam(0.01, use_ema=true)")]
    [InlineData("adamw(0.01, use_ema=true, weight_decay=0.1)")]
    public void After_a_fit(string optimizer)
    {
        foreach (bool touches in new[] { false, true })
        {
            Sequential straight = NewModel(optimizer), saved = NewModel(optimizer);
            Fit(straight);
            Fit(saved);
            saved.Save(_path);
            Model resumed = Model.Load(_path);
            Assert.Equal(straight.Fingerprint(), resumed.Fingerprint());
            if (touches) resumed.Evaluate(Ids(9), new float[9], verbose: 0);
            Fit(straight);
            Fit(resumed);
            Assert.Equal(straight.Fingerprint(), resumed.Fingerprint());
        }
    }

    /// <summary>Files that are written while a fit goes on, with the averages in the weights' place or not.</summary>
    [Theory]
    [InlineData("sgd(0.1, use_ema=true, ema_momentum=0.6)", false)]
    [InlineData("adam(0.01, use_ema=true, ema_momentum=0.9, ema_overwrite_frequency=3)", false)]
    [InlineData("rmsprop(0.01, use_ema=true, ema_momentum=0.9, gradient_accumulation_steps=2)", false)]
    [InlineData("sgd(0.1, use_ema=true, ema_momentum=0.6)", true)]
    [InlineData("adam(0.01, use_ema=true, ema_momentum=0.9)", true)]
    public void Between_epochs(string optimizer, bool swaps)
    {
        Sequential straight = NewModel(optimizer);
        var save = new LambdaCallback { EpochEnd = (epoch, _) => { if (epoch == 1) straight.Save(_path); } };
        straight.Fit(Ids(20), Labels, batchSize: 6, epochs: 4, verbose: 0, callbacks: swaps ? [new SwapEMAWeights { SwapOnEpoch = true }, save] : [save]);
        Model resumed = Model.Load(_path);
        resumed.Fit(Ids(20), Labels, batchSize: 6, epochs: 4, initialEpoch: 2, verbose: 0, callbacks: swaps ? [new SwapEMAWeights { SwapOnEpoch = true }] : null);
        Assert.Equal(straight.Fingerprint(), resumed.Fingerprint());
    }

    private static int[] Labels => [.. Enumerable.Range(0, 20).Select(i => i % 2)];

    private static void Fit(Model model) => model.Fit(Ids(20), Labels, batchSize: 6, epochs: 2, verbose: 0);

    private static Sequential NewModel(string optimizer)
    {
        var model = new Sequential(seed: 4) { new Embedding(5000, 3), new LSTM(4) { Dropout = 0.2 }, new Dense(1, "sigmoid") };
        model.Compile(optimizer, "binary_crossentropy");
        return model;
    }

    private static int[,] Ids(int rows)
    {
        var ids = new int[rows, 5];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < 5; j++) ids[i, j] = (131 * i + 17 * j) % 5000;
        return ids;
    }
}
