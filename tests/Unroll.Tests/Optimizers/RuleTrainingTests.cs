using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Optimizers;

/// <summary>Rules that look at whole weights, accumulation and averages in a fit: the same bits in every way, and after a break.</summary>
public sealed class RuleTrainingTests
{
    public static TheoryData<string> Optimizers =>
    [
        "lion(weight_decay=0.01)", "lamb(0.01)", "ftrl(0.5, beta=0.1)", "ftrl(0.5, -0.7)", "adafactor(0.02)", "muon(0.02)",
        "adam(0.02, gradient_accumulation_steps=3, use_ema=true, ema_overwrite_frequency=2)", "adamw(0.01, exclude_from_weight_decay=[bias, '^embedding/'])",
        "sgd(0.1, momentum=1, gradient_accumulation_steps=2, clipnorm=0.5)", "adam(epsilon=0)", "adamax(epsilon=0)",
    ];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Widths_and_threads_change_no_bit(string optimizer)
    {
        string expected = Trained(optimizer, VectorWidths.Best, 1).Fingerprint();
        foreach ((VectorWidth width, int threads) in (ReadOnlySpan<(VectorWidth, int)>)[(VectorWidth.Bits512, 2), (VectorWidth.Bits256, 3), (VectorWidth.Bits128, 1)])
            Assert.Equal(expected, Trained(optimizer, width, threads).Fingerprint());
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Training_goes_on_from_a_file_as_if_it_had_not_stopped(string optimizer)
    {
        Sequential straight = Trained(optimizer, VectorWidths.Best, 1);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.keras");
        try
        {
            straight.Save(path);
            Model again = Model.Load(path);
            Assert.Empty(again.LoadNotices);
            Assert.Equal(straight.Iterations, again.Iterations);
            Fit(straight);
            Fit(again);
            Assert.Equal(straight.Fingerprint(), again.Fingerprint());
            Assert.Equal(straight.Summary(), again.Summary());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_name_is_kept()
    {
        Assert.Equal("adam", new Adam().Name);
        Assert.Equal("mine", new Adam { Name = "mine" }.Name);
        Assert.Equal("slow", Optimizer.FromName("sgd(name=slow)").Name);
        Assert.Equal("slow", Catalog.Optimizers.ToKeras(Optimizer.FromName("sgd(name=slow)"))["config"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public void Excluded_weights_do_not_decay()
    {
        var steps = new OptimizerSteps(
            new SGD(0.5) { WeightDecay = 0.5, ExcludeFromWeightDecay = ["bias$", "^embed"] }, ("dense/kernel", [1]), ("dense/bias", [1]), ("embedding/embeddings", [1]), ("bias_head/kernel", [1]));
        float[][] weights = [[1], [1], [1], [1]];
        steps.Apply([[0], [0], [0], [0]], weights);
        Assert.Equal([0.75f, 1, 1, 0.75f], weights.Select(weight => weight[0]));
    }

    private static Sequential Trained(string optimizer, VectorWidth width, int threads)
    {
        var model = new Sequential(seed: 5) { new Embedding(40, 5) { MaskZero = true }, new GRU(7), new Dense(1, "sigmoid") };
        model.Width = width;
        model.Threads = threads;
        model.Compile(optimizer, "binary_crossentropy");
        Fit(model);
        return model;
    }

    private static void Fit(Model model)
    {
        var x = new int[40, 6];
        var y = new int[40];
        for (int i = 0; i < x.Length; i++) x[i / 6, i % 6] = i * i % 37;
        for (int i = 0; i < y.Length; i++) y[i] = i * 7 % 3 == 0 ? 1 : 0;
        model.Fit(x, y, batchSize: 8, epochs: 2, verbose: 0, shuffle: false);
    }
}
