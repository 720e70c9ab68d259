using Unroll.Layers;
using Unroll.Testing;
using Xunit;

namespace Unroll.OpenDoors.Tests;

/// <summary>Mistakes are found, and the message says what and where.</summary>
public sealed class PlantedMistakesTests
{
    static PlantedMistakesTests()
    {
        Own.Register();
        Catalog.Register(Flawed.Registration);
        Catalog.Register(BlindMean.Registration);
    }

    [Fact]
    public void Without_a_mistake_the_layer_passes() => LayerContract.Check(() => new Flawed(""), Input.Features(5, 3), new() { Masked = true });

    [Theory]
    [InlineData("dw", ContractParts.Gradients, "flawed/factor[1]: the gradient is ")]
    [InlineData("dx", ContractParts.Gradients, "dense/kernel[")]
    [InlineData("allocates", ContractParts.Allocations, "A warm training step allocates ")]
    [InlineData("remembers", ContractParts.Seed, "when it is asked again")]
    [InlineData("chance", ContractParts.Seed, "begin with different weights")]
    [InlineData("nan", ContractParts.Shapes, "is NaN: what it puts out is not finite")]
    public void A_mistake_of_a_layer_is_named(string flaw, ContractParts part, string message)
    {
        var error = Assert.Throws<ContractException>(() => LayerContract.Check(() => new Flawed(flaw), Input.Features(5, 3)));
        Assert.Equal(part, error.Part);
        Assert.StartsWith($"Flawed does not keep the part {part} of the contract. ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_is_not_repeated_is_named()
    {
        var error = Assert.Throws<ContractException>(() => LayerContract.Check(() => new Flawed("remembers"), Input.Features(5, 3), new() { Parts = ContractParts.Threads }));
        Assert.Contains("A step is not repeated to the bit: the gradient of ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Keep nothing between calls", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_heeds_no_masks_is_found_where_masks_are()
    {
        LayerContract.Check(() => new BlindMean(), Input.Features(6, 3));
        var error = Assert.Throws<ContractException>(() => LayerContract.Check(() => new BlindMean(), Input.Features(6, 3), new() { Masked = true }));
        Assert.Equal(ContractParts.Masks, error.Part);
        Assert.Contains("Other values at masked steps change what comes out: sample 1, value 0, is ", error.Message, StringComparison.Ordinal);
        Assert.Contains("The last 2 of 6 steps are masked there", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LayerContract.Check(() => new BlindMean(), Input.Features(6), new() { Masked = true }));
    }

    [Fact]
    public void What_a_file_would_lose_is_found()
    {
        ContractException error = Assert.Throws<ContractException>(() => LayerContract.Check(() => new Flawed("", forgotten: 0.5), Input.Features(5, 3)));
        Assert.Equal(ContractParts.Files, error.Part);
        Assert.Contains("A loaded model predicts something else: sample 0 gives ", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<ContractException>(() => LayerContract.Check(() => new Nameless(), Input.Features(5, 3)));
        Assert.Equal(ContractParts.Configuration, error.Part);
        Assert.Contains("Nameless is not registered and can't be written.", error.Message, StringComparison.Ordinal);
        LayerContract.Check(() => new Nameless(), Input.Features(5, 3), new() { Parts = ContractParts.All & ~(ContractParts.Configuration | ContractParts.Files) });
    }

    [Fact]
    public void A_wrong_slope_is_named()
    {
        GradientReport report = GradientCheck.Of(new HalfSloped(), [0.5f, 2], [0, 0]);
        Assert.Equal(0.5, report.LargestDifference, 1e-4);
        Assert.Equal([1], report.Largest.Index);
        Assert.StartsWith("The loss half_sloped: output[1]: the gradient is 1, differences say 2 (off by 5.0E-001 of the largest); 0.01 is allowed.\nweight", Fails(report), StringComparison.Ordinal);
        Assert.StartsWith("The activation cube: x[2]: ", Fails(GradientCheck.Of(new Cube(), [0, 0.25f, 3])), StringComparison.Ordinal);
        Assert.Contains("weight[1, 1]: the gradient is -2, differences say 2 ", Fails(GradientCheck.Of(new Turned(), [0.5f, 1, 1, 0.5f, 1, 0.25f], 2, 3)), StringComparison.Ordinal);

        static string Fails(GradientReport report) => Assert.Throws<ContractException>(() => report.Require()).Message;
    }
}
