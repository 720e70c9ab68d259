using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Xunit;

namespace Unroll.OpenDoors.Tests;

/// <summary>Parts of one's own, written in an assembly that sees nothing but what users see.</summary>
public sealed class OwnPartsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-own-parts-{Environment.ProcessId}.keras");

    static OwnPartsTests() => Own.Register();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Everything_works_in_a_fit_and_after_loading()
    {
        Sequential model = Model(), whole = Model();
        (float[,] x, float[] y) = Data();
        double before = model.Evaluate(x, y, verbose: 0).Loss;
        model.Fit(x, y, epochs: 2, verbose: 0);
        Assert.True(model.Evaluate(x, y, verbose: 0).Loss < before);

        model.Save(_path);
        var loaded = Sequential.Load(_path);
        Assert.IsType<SignDescent>(loaded.Optimizer);
        Assert.Equal(new Alternating { Size = 0.5 }, ((Dense)loaded.Layers[0]).KernelInitializer);
        Assert.Equal(new FourthPower { Factor = 0.001 }, ((Dense)loaded.Layers[0]).KernelRegularizer);
        Assert.Equal(new Box(0.5), ((Dense)loaded.Layers[1]).KernelConstraint);

        // Learning goes on with the same bits, slots and schedule included; batches are not shuffled, so seeds don't matter.
        whole.Fit(x, y, epochs: 4, verbose: 0, shuffle: false);
        Sequential half = Model();
        half.Fit(x, y, epochs: 2, verbose: 0, shuffle: false);
        half.Save(_path);
        half = (Sequential)Sequential.Load(_path);
        half.Fit(x, y, epochs: 2, verbose: 0, shuffle: false);
        Assert.Equal(whole.Fingerprint(), half.Fingerprint());
    }

    [Fact]
    public void An_initializer_fills_and_its_seed_is_the_models()
    {
        float[] kernel = Built(seed: 1).GetWeights()[0];
        for (int i = 0; i < kernel.Length; i++)
        {
            Assert.InRange(Math.Abs(kernel[i]), 0.25f, 0.5f);
            Assert.Equal(i % 2 == 0 ? 1 : -1, Math.Sign(kernel[i]));
        }

        Assert.Equal(kernel, Built(seed: 1).GetWeights()[0]);
        Assert.NotEqual(kernel, Built(seed: 2).GetWeights()[0]);
    }

    /// <summary>One with a seed of its own gives weights of a shape the same values wherever they are, as Keras does.</summary>
    [Fact]
    public void A_seed_of_an_initializer_counts()
    {
        var model = new Sequential(seed: 5) { new Dense(3) { KernelInitializer = new RandomNormal { Stddev = 0.01, Seed = 3 } }, new Dense(3) { KernelInitializer = "random_normal(stddev=0.01, seed=3)" } };
        model.Build(3);
        Assert.Equal(model.GetWeights()[0], model.GetWeights()[2]);
        Assert.NotEqual(model.GetWeights()[0], One(4));
        Assert.NotEqual(model.GetWeights()[0], One(null));

        static float[] One(int? seed)
        {
            var model = new Sequential(seed: 5) { new Dense(3) { KernelInitializer = new RandomNormal { Stddev = 0.01, Seed = seed } } };
            model.Build(3);
            return model.GetWeights()[0];
        }
    }

    [Fact]
    public void A_regularizer_adds_to_the_loss_and_to_the_gradient()
    {
        (float[,] x, float[] y) = Data();
        Sequential plain = One(null), regularized = One(new FourthPower { Factor = 0.5 });
        double penalty = 0.5 * regularized.GetWeights()[0].Sum(w => Math.Pow(w, 4));
        Assert.Equal(plain.Evaluate(x, y, verbose: 0).Loss + penalty, regularized.Evaluate(x, y, verbose: 0).Loss, 1e-6);

        // One step of gradient descent at rate 1 with the same gradient of the loss differs by the penalty's slope.
        float[] first = plain.GetWeights()[0];
        plain.Fit(x, y, batchSize: 64, verbose: 0);
        regularized.Fit(x, y, batchSize: 64, verbose: 0);
        for (int i = 0; i < first.Length; i++)
            Assert.Equal(2 * Math.Pow(first[i], 3), plain.GetWeights()[0][i] - regularized.GetWeights()[0][i], 1e-6);

        static Sequential One(Regularizer? regularizer)
        {
            var model = new Sequential(seed: 2) { new Dense(1) { KernelRegularizer = regularizer } };
            model.Build(3);
            model.Compile(new SGD(1), "mse");
            return model;
        }
    }

    [Fact]
    public void A_constraint_holds_after_every_step()
    {
        (float[,] x, float[] y) = Data();
        var model = new Sequential { new Dense(1) { KernelConstraint = "box(limit=0.05)" } };
        model.Compile(new SGD(1), "mse");
        model.Fit(x, y, epochs: 3, verbose: 0);
        Assert.All(model.GetWeights()[0], weight => Assert.InRange(weight, -0.05f, 0.05f));
        Assert.Contains(model.GetWeights()[0], weight => Math.Abs(weight) == 0.05f);
    }

    /// <summary>The constant that makes the pinball loss least is the quantile of the targets.</summary>
    [Fact]
    public void A_loss_leads_where_its_formula_says()
    {
        var x = new float[100, 1];
        float[] y = [.. Enumerable.Range(0, 100).Select(i => i / 100f)];
        var model = new Sequential { new Dense(1) };
        model.Compile(new SGD(0.05), "quantile(share=0.9)");
        model.Fit(x, y, epochs: 400, batchSize: 100, verbose: 0);
        Assert.Equal(0.9, model.Predict(x).ToArray()[0], 0.02);
        var gradient = new double[2];
        Assert.Equal((0.9 * 0.5 + 0.1 * 0.25) / 2, new Quantile { Share = 0.9 }.Evaluate([0.5f, 0.75f], [1, 0.5f], gradient), 1e-12);
        Assert.Equal([-0.45, 0.05], gradient.Select(slope => Math.Round(slope, 12)));
        Assert.Equal(["bias", "quantile"], Catalog.Metrics.Names.Where(name => name is "bias" or "quantile").Order());
    }

    /// <summary>Targets that a linear layer can hit, up to what the loss does not see.</summary>
    [Fact]
    public void Losses_of_whole_batches_lead_where_their_formula_says()
    {
        (float[,] x, float[] y) = Data();
        foreach (Loss loss in new Loss[] { new MeansDiffer(), new Distances() })
        {
            var model = new Sequential { new Dense(1) };
            model.Compile(new SGD(0.1), loss);
            double before = model.Evaluate(x, y, batchSize: 64, verbose: 0).Loss;
            Assert.Equal(loss.Compute(y, model.Predict(x)), before, 1e-6);
            model.Fit(x, y, epochs: 200, batchSize: 64, verbose: 0);
            Assert.InRange(model.Evaluate(x, y, batchSize: 64, verbose: 0).Loss, 0, 1e-4 * before);
        }
    }

    [Fact]
    public void A_metric_is_told_by_its_name()
    {
        (float[,] x, float[] y) = Data();
        Sequential model = Model();
        double expected = model.Predict(x).ToArray().Zip(y, (p, t) => (double)p - t).Average();
        (_, double bias) = model.Evaluate(x, y, verbose: 0);
        Assert.Equal(expected, bias, 1e-6);
        Assert.Equal("mine", new Bias { Name = "mine" }.Name);
    }

    [Fact]
    public void An_optimizer_moves_by_its_rule_at_the_rate_of_its_schedule()
    {
        (float[,] x, float[] y) = Data();
        var model = new Sequential { new Dense(1) };
        model.Compile(Optimizer.FromName("sign_descent(warm_up(0.01, 4), momentum=0)"), "mse");
        model.Build(3);
        float[] before = model.GetWeights()[0];
        Assert.Equal(0.0025, model.LearningRate, 1e-9);
        model.Fit(x, y, batchSize: 64, verbose: 0);
        Assert.All(model.GetWeights()[0].Zip(before), pair => Assert.Equal(0.0025, Math.Abs(pair.First - pair.Second), 1e-7));
        Assert.Equal(0.005, model.LearningRate, 1e-9);
    }

    [Fact]
    public void An_activation_has_the_slope_of_its_value()
    {
        Activation bent = "bent";
        float[] x = [-2, -0.5f, 0, 0.5f, 2], y = new float[5], above = new float[5], below = new float[5], dx = new float[5];
        bent.Apply(x, y);
        bent.Apply([.. x.Select(value => value + 1f / 64)], above);
        bent.Apply([.. x.Select(value => value - 1f / 64)], below);
        bent.Differentiate(x, y, [1, 1, 1, 1, 1], dx);
        for (int i = 0; i < x.Length; i++) Assert.Equal((above[i] - below[i]) * 32.0, dx[i], 1e-4);
        Assert.Equal("bent", bent.Name);
    }

    /// <summary>In layers it is what it is by itself, it learns, and files keep it.</summary>
    [Fact]
    public void Layers_take_an_activation()
    {
        (float[,] x, float[] y) = Data();
        var linear = new Sequential(seed: 3) { new Dense(4) };
        var model = new Sequential(seed: 3) { new Dense(4, new Bent()) };
        float[] z = [.. linear.Predict(x)], expected = new float[z.Length];
        new Bent().Apply(z, expected);
        Assert.Equal(expected, model.Predict(x));

        var stack = new Sequential(seed: 3) { new Reshape(-1, 1), new GRU(4) { Activation = "bent", RecurrentActivation = new Bent() }, new ActivationLayer("bent"), new Dense(1) };
        stack.Compile("sgd(0.01)", "mse");
        History history = stack.Fit(x, y, epochs: 3, verbose: 0);
        Assert.True(history["loss"][^1] < history["loss"][0]);
        stack.Save(_path);
        Assert.Equal([.. stack.Predict(x)], (float[])[.. Sequential.Load(_path).Predict(x)]);
    }

    [Fact]
    public void Names_that_are_taken_are_refused()
    {
        static void Refuses(string message, Action register) => Assert.StartsWith(message, Assert.Throws<ArgumentException>(register).Message, StringComparison.Ordinal);
        Refuses("The name 'Bias' is taken by the metric Bias; choose another.", () => Catalog.Register(Bias.Registration));
        Refuses("The name 'he_normal' is taken by the initializer HeNormal; choose another.", () => Catalog.Register(
            new Registration<Initializer, Alternating>("he_normal") { Make = _ => new Alternating() }));
    }

    [Fact]
    public void What_is_not_registered_is_not_written()
    {
        var model = new Sequential { new Dense(1) { KernelConstraint = new Unknown() } };
        model.Build(3);
        Assert.StartsWith("Constraint Unknown is not registered and can't be written.", Assert.Throws<ArgumentException>(() => model.Save(_path)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_path));
    }

    private static Sequential Model()
    {
        var model = new Sequential
        {
            new Dense(4, "tanh") { KernelInitializer = "alternating(size=0.5)", KernelRegularizer = "fourth_power(0.001)" },
            new Dense(1) { KernelConstraint = new Box(0.5) },
        };
        model.Compile(new SignDescent(new WarmUp(0.01, 20)), new Quantile { Share = 0.9 }, metrics: ["bias"]);
        model.Build(3);
        return model;
    }

    private static Sequential Built(int seed)
    {
        var model = new Sequential(seed: seed) { new Dense(4) { KernelInitializer = "alternating(0.5)" } };
        model.Build(3);
        return model;
    }

    private static (float[,] X, float[] Y) Data()
    {
        var x = new float[64, 3];
        var y = new float[64];
        for (int i = 0; i < 64; i++)
        {
            for (int j = 0; j < 3; j++) x[i, j] = ((i * 7 + j * 11) % 13 - 6) / 6f;
            y[i] = x[i, 0] - 0.5f * x[i, 1];
        }

        return (x, y);
    }

    private sealed class Unknown : Constraint
    {
        public override void Apply(Span<float> weights, ReadOnlySpan<int> shape)
        {
        }
    }
}
