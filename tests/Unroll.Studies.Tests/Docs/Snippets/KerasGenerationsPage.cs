using Unroll.Activations;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Studies.Tests.Docs.Snippets;

/// <summary>Code and numbers of docs/keras-generations.md, Unroll's side of them.</summary>
public sealed class KerasGenerationsPage
{
    [Fact]
    public void Two_biases_of_GRU()
    {
        Sequential keras3 = new() { new GRU(8) }, keras2 = new() { new GRU(8) { ResetAfter = false } };
        keras3.Build(null, 8);   // keras3.ParameterCount is 432
        keras2.Build(null, 8);   // keras2.ParameterCount is 408
        Assert.Equal((432, 408), (keras3.ParameterCount, keras2.ParameterCount));
    }

    [Fact]
    public void Two_functions_are_called_hard_sigmoid()
    {
        float[] now = new float[1], then = new float[1];
        Activation.FromName("hard_sigmoid").Apply([1], now);
        Activation.FromName("hard_sigmoid_keras2").Apply([1], then);
        Assert.Equal((0.6667, 0.7), (Math.Round(now[0], 4), Math.Round(then[0], 4)));
    }

    [Fact]
    public void Epsilon_of_RMSprop_is_in_the_root()
    {
        // |prediction - target| has the slope 1, so the gradient is the input.
        float[] kernel = AfterOneStep(new RMSprop(1), [1e-4f])[0];
        Assert.Equal(-0.3147, kernel[0], 4);
    }

    [Fact]
    public void Clipnorm_is_of_each_weight_and_GlobalClipnorm_of_all()
    {
        IReadOnlyList<float[]> each = AfterOneStep(new SGD(1) { Clipnorm = 1 }, [3, 4], [0, 12]);
        Assert.Equal([-0.6, -0.8, 0, -1], each.SelectMany(kernel => kernel).Select(value => Math.Round(value, 4)));
        IReadOnlyList<float[]> all = AfterOneStep(new SGD(1) { GlobalClipnorm = 1 }, [3, 4], [0, 12]);
        Assert.Equal([-0.231, -0.308, 0, -0.923], all.SelectMany(kernel => kernel).Select(value => Math.Round(value, 3)));
    }

    [Fact]
    public void Crossentropy_above_sigmoid_takes_the_logits()
    {
        var model = new Sequential { new Dense(1, "sigmoid") { UseBias = false, KernelInitializer = new Constant(20) } };
        model.Compile("sgd", "binary_crossentropy");
        Assert.Equal(20, model.Evaluate(new float[,] { { 1 } }, new[] { 0 }, verbose: 0).Loss, 4);
    }

    [Fact]
    public void The_mean_of_a_masked_loss_is_of_the_steps_that_count()
    {
        Symbol ids = Input.Ids(4);
        Symbol one = new Dense(1) { KernelInitializer = "zeros", BiasInitializer = "ones" }.Call(new Embedding(3, 2) { MaskZero = true }.Call(ids));
        var model = new Model(ids, one);
        model.Compile("sgd", "mse");
        Assert.Equal(1, model.Evaluate(new[,] { { 1, 2, 0, 0 } }, new float[1, 4, 1], verbose: 0).Loss, 6);
    }

    private static IReadOnlyList<float[]> AfterOneStep(Optimizer optimizer, params float[][] gradients)
    {
        Symbols inputs = [.. gradients.Select(gradient => Input.Features(gradient.Length))];
        Symbols sums = [.. inputs.Select(input => new Dense(1) { UseBias = false, KernelInitializer = "zeros" }.Call(input).ToSymbol())];
        var model = new Model(inputs, sums.Count == 1 ? sums[0] : new Add().Call(sums));
        model.Compile(optimizer, "mae");
        Inputs[] x = [.. gradients.Select(gradient => (Inputs)Row(gradient))];
        model.TrainOnBatch(x.Length == 1 ? x[0] : [x[0], x[1]], new float[,] { { -1 } });
        return model.GetWeights();
    }

    private static float[,] Row(float[] values)
    {
        var row = new float[1, values.Length];
        for (int i = 0; i < values.Length; i++) row[0, i] = values[i];
        return row;
    }
}
