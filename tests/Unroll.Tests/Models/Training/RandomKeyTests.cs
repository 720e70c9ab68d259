using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>What random numbers depend on: the seed, the epoch and the layer, each of which must count.</summary>
public sealed class RandomKeyTests
{
    [Fact]
    public void The_order_of_an_epoch_follows_from_seed_and_epoch()
    {
        int[] first = Order(seed: 1, epoch: 0);
        Assert.Equal(first, Order(seed: 1, epoch: 0));
        Assert.NotEqual(first, Order(seed: 2, epoch: 0));
        Assert.NotEqual(first, Order(seed: 1, epoch: 1));
        Assert.NotEqual(Enumerable.Range(0, 100), first);
        Assert.Equal(Enumerable.Range(0, 100), first.Order());
        Assert.Equal(Enumerable.Range(0, 100), Order(seed: null, epoch: 3));

        static int[] Order(int? seed, int epoch)
        {
            var rows = new TrainingRows(100, 100, null, seed);
            rows.BeginEpoch(epoch);
            return rows.Next().ToArray();
        }
    }

    /// <summary>
    /// The same by a fit: with a rate of 1 and a squared error a step of one sample of the feature 1 or -1 shows in the weight, so
    /// that the order of the samples does.
    /// </summary>
    [Fact]
    public void A_fit_goes_through_the_data_in_that_order()
    {
        string[] orders = [.. from seed in new[] { 1, 2 } from epoch in new[] { 0, 1 } select Seen(seed, epoch)];
        Assert.Equal(4, orders.Distinct().Count());
        Assert.Equal(Seen(1, 0), Seen(1, 0));

        static string Seen(int seed, int epoch)
        {
            var model = new Sequential(seed: seed) { new Dense(1) { UseBias = false, KernelInitializer = "zeros" } };
            model.Compile(new SGD(1), "mse");
            var x = new float[12, 1];
            var y = new float[12];
            for (int i = 0; i < 12; i++) (x[i, 0], y[i]) = (0.5f, i); // w becomes w / 2 + i: all earlier samples show in it
            var seen = new List<string>();
            int current = -1;
            var watch = new LambdaCallback { EpochBegin = at => current = at, TrainBatchEnd = (_, _) => { if (current == epoch) seen.Add($"{model.GetWeights()[0][0]:R}"); } };
            model.Fit(x, y, batchSize: 1, epochs: 2, verbose: 0, callbacks: [watch]);
            // The sample of a step: what came on top of half the weight.
            double[] weights = [.. seen.Select(double.Parse)];
            return string.Join(' ', weights.Skip(1).Select((w, i) => Math.Round(w - weights[i] / 2)));
        }
    }

    /// <summary>Two layers of one size start from different weights, and so do two weights of one layer.</summary>
    [Fact]
    public void Every_weight_starts_from_a_key_of_its_own()
    {
        var model = new Sequential(seed: 3) { new Dense(8), new Dense(8), new SimpleRNN(8), new Dense(8) };
        model.Build(4, 8);
        string[] starts = [.. model.Layers.SelectMany(layer => layer.Parameters).Where(weight => weight.Shape.SequenceEqual([8, 8])).Select(weight => string.Join(' ', weight.ToArray()))];
        Assert.Equal(5, starts.Length);
        Assert.Equal(5, starts.Distinct().Count());
    }

    /// <summary>Masks of dropout differ from layer to layer, epoch to epoch and seed to seed.</summary>
    [Fact]
    public void Every_dropout_has_a_key_of_its_own()
    {
        var seen = new List<string>();
        foreach (int seed in new[] { 1, 2 })
        {
            Symbol input = Input.Features(64);
            Symbols outputs = Symbols.Create(
                new Dense(1) { KernelInitializer = "zeros", UseBias = false }.Call(new Dropout(0.5).Call(input))[0],
                new Dense(1) { KernelInitializer = "zeros", UseBias = false }.Call(new Dropout(0.5).Call(input))[0]);
            var model = new Model(input, outputs, seed: seed);
            model.Compile(new SGD(1), "mse");
            float[] ones = [.. Enumerable.Repeat(1f, 64)];
            var x = new float[1, 64];
            for (int i = 0; i < 64; i++) x[0, i] = 1;
            float[][] before = [.. model.GetWeights()];
            for (int epoch = 0; epoch < 2; epoch++)
            {
                model.Fit(x, Targets.Create(new float[] { 1 }, new float[] { 1 }), verbose: 0);
                float[][] after = [.. model.GetWeights()];
                seen.AddRange(after.Zip(before).Select(pair => string.Concat(pair.First.Zip(pair.Second).Select(w => w.First == w.Second ? '0' : '1'))));
                before = after;
            }
        }

        Assert.Equal(8, seen.Distinct().Count());
    }

    /// <summary>Class weights are for training: the validation loss of weights that stay is what it is without them.</summary>
    [Fact]
    public void Class_weights_do_not_touch_validation()
    {
        var weights = new Dictionary<int, double> { [0] = 5, [1] = 0.25 };
        double plain = Loss(null, out double plainTraining), weighted = Loss(weights, out double weightedTraining);
        Assert.Equal(plain, weighted);
        Assert.NotEqual(plainTraining, weightedTraining);
        Assert.Equal(plain, Loss(weights, out _, isGiven: true));

        static double Loss(Dictionary<int, double>? classWeight, out double training, bool isGiven = false)
        {
            var model = new Sequential(seed: 1) { new Dense(1, "sigmoid") { Trainable = true } };
            model.Compile(new SGD(0), "binary_crossentropy");
            var x = new float[20, 2];
            var y = new int[20];
            for (int i = 0; i < 20; i++) (x[i, 0], x[i, 1], y[i]) = (i / 20f, 1 - i % 3, i % 2);
            var held = new float[4, 2];
            for (int i = 0; i < 4; i++) (held[i, 0], held[i, 1]) = (x[16 + i, 0], x[16 + i, 1]);
            History history = isGiven
                ? model.Fit(x, y, verbose: 0, classWeight: classWeight, validationData: (held, y[16..]))
                : model.Fit(x, y, verbose: 0, classWeight: classWeight, validationSplit: 0.2);
            training = history["loss"][0];
            return history["val_loss"][0];
        }
    }
}
