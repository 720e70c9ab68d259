using Unroll.Activations;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Unroll.Testing;
using Xunit;

namespace Unroll.OpenDoors.Tests;

/// <summary>What docs/testing-your-parts.md shows; parts that keep the contract.</summary>
public sealed class TestingYourPartsTests
{
    static TestingYourPartsTests() => Own.Register();

    [Fact]
    public void Minimal_gated_unit_keeps_the_contract() =>
        LayerContract.Check(() => new MinimalGatedUnit(5), Input.Features(6, 3), new() { Masked = true });

    [Fact]
    public void Affine_keeps_the_contract() => LayerContract.Check(() => new Affine(), Input.Features(6, 3), new() { Masked = true });

    [Fact]
    public void Residual_keeps_the_contract() => LayerContract.Check(() => new Residual(3), Input.Features(3));

    [Fact]
    public void Gated_keeps_the_contract()
    {
        LayerContract.Check(() => new Gated(4), Input.Features(null, 3), new() { Masked = true });
        LayerContract.Check(() => new Gated(4), Input.Features(5, 3), new() { Parts = ContractParts.Gradients | ContractParts.Files });
        LayerContract.Check(() => new Concatenate(), Input.Features(5, 3), new() { Call = (layer, x) => layer.Call([x, new Gated(2).Call(x)]) });
    }

    [Fact]
    public void A_model_has_the_gradients_of_its_loss()
    {
        var model = new Sequential { new RNN(new MinimalGatedUnit(5)) { Name = "read" }, new Dense(1, "sigmoid") { KernelRegularizer = "fourth_power(0.1)", Name = "answer" } };
        model.Compile("adam", "binary_crossentropy");
        var x = new float[8, 6, 3];
        for (int i = 0; i < x.Length; i++) x[i / 18, i / 3 % 6, i % 3] = (i * 7 % 11 - 5) / 5f;

        GradientReport report = GradientCheck.Of(model, x, new[] { 0, 1, 1, 0, 1, 0, 0, 1 });
        Assert.True(report.LargestDifference < 1e-3, report.ToString());
        Console.WriteLine(report);

        string[] lines = report.ToString().Split('\n');
        Assert.StartsWith("weight", lines[0], StringComparison.Ordinal);
        Assert.Equal(1 + 6 + 2, lines.Length);
        Assert.StartsWith("answer/kernel", lines[^2], StringComparison.Ordinal);
        Assert.Contains(report.Differences, difference => difference.Index.SequenceEqual([4, 0]));
        Assert.InRange(report.LargestGradient, 0.01, 10);
    }

    [Fact]
    public void A_loss_an_activation_and_a_penalty_have_the_slopes_of_their_values()
    {
        GradientCheck.Of(new Quantile { Share = 0.9 }, output: [0.5f, 0.25f, -1], target: [1, 0, 0.5f]).Require();
        GradientCheck.Of(new Bent(), [-2, -0.5f, 0, 0.5f, 2]).Require();
        GradientCheck.Of(new FourthPower { Factor = 0.5 }, [0.5f, -0.25f, 1, 2]).Require();
    }

    /// <summary>The weights are those from before, although a step was tried with many others.</summary>
    [Fact]
    public void A_check_leaves_the_model_as_it_was()
    {
        var model = new Sequential(seed: 3) { new Dense(4, "tanh"), new BatchNormalization(), new Dense(1) };
        model.Compile(new SGD(0.1), "mse");
        model.Build(3);
        string before = model.Fingerprint();
        GradientReport report = GradientCheck.Of(model, new float[,] { { 1, 2, 3 }, { 3, 2, 1 }, { -1, 0.5f, 2 }, { 0, 1, -2 } }, new float[] { 1, 0, 0.5f, 2 });
        report.Require(0.01);
        Assert.Equal(before, model.Fingerprint());
        Assert.Equal("You must call Compile() before the gradients are checked: they are those of a loss.", Assert.Throws<InvalidOperationException>(
            () => GradientCheck.Of(new Sequential { new Dense(1) }, new float[2, 3], new float[2])).Message);
    }

    /// <summary>Unroll's own, so that a mistake of the check itself would show.</summary>
    [Fact]
    public void Built_in_losses_and_activations_have_the_slopes_of_their_values()
    {
        foreach (string loss in new[] { "mse", "mae", "binary_crossentropy", "categorical_crossentropy" })
            GradientCheck.Of(Loss.FromName(loss), [0.2f, 0.5f, 0.3f], [0, 1, 0.25f]).Require(2e-3);
        foreach (string activation in new[] { "tanh", "sigmoid", "softmax", "softsign", "relu" })
            GradientCheck.Of(Activation.FromName(activation), [-2, -0.5f, 0.25f, 0.5f, 2]).Require(2e-3);
    }

    [Fact]
    public void Allocations_are_counted()
    {
        float[] values = new float[10];
        Assert.Equal(0, Allocations.Of(() => Array.Clear(values)));
        Assert.InRange(Allocations.Of(() => values = new float[10]), 64, 100);
    }
}
