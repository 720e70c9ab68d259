using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

public sealed class SmallLayerTests
{
    /// <summary>Windows of unequal size, as everybody who adapts them has them: 7 steps in 3 are 0–2, 2–4, 4–6.</summary>
    [Fact]
    public void Adaptive_windows_cover_all_steps()
    {
        float[,,] x = { { { 1 }, { 5 }, { 2 }, { 4 }, { 3 }, { 9 }, { 0 } } };
        Assert.Equal([8 / 3f, 3f, 4f], Predict(new AdaptiveAveragePooling1D(3)), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([5f, 4f, 9f], Predict(new AdaptiveMaxPooling1D(3)));
        Assert.Equal([24 / 7f], Predict(new AdaptiveAveragePooling1D(1)), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([1f, 5f, 2f, 4f, 3f, 9f, 0f], Predict(new AdaptiveMaxPooling1D(7)));

        float[] Predict(Layer layer) => [.. new Sequential { layer }.Predict(x)];
    }

    [Theory]
    [InlineData("avg_pool1d(3)", "AveragePooling1D")]
    [InlineData("MaxPool1D(3)", "MaxPooling1D")]
    [InlineData("global_avg_pool1d", "GlobalAveragePooling1D")]
    [InlineData("GlobalMaxPool1D", "GlobalMaxPooling1D")]
    [InlineData("convolution1d(2, 3)", "Conv1D")]
    [InlineData("Convolution1DTranspose(2, 3)", "Conv1DTranspose")]
    [InlineData("separable_convolution1d(2, 3)", "SeparableConv1D")]
    public void Other_names_are_understood_and_not_written(string text, string name)
    {
        Layer layer = Layer.Catalog.Create(text);
        Assert.Equal(name, layer.ClassName);
        Assert.Equal(name, Layer.Catalog.ToKeras(layer)["class_name"]!.GetValue<string>());
    }

    [Fact]
    public void An_embedding_begins_with_the_table_that_is_given()
    {
        float[,] table = { { 0, 0 }, { 1, 2 }, { 3, 4 } };
        var model = new Sequential { new Embedding(3, 2) { Weights = table } };
        Assert.Equal([3f, 4, 1, 2], [.. model.Predict(new[,] { { 2, 1 } })]);
        Assert.Contains("weights has the shape (3, 2), but the table is (4, 2)", Assert.Throws<ArgumentException>(() => new Embedding(4, 2) { Weights = table }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_of_two_axes_are_looked_up_alike()
    {
        Symbol ids = Input.Ids([2, 3]);
        float[,] table = { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 }, { 8, 9 } };
        var model = new Model(ids, new Embedding(5, 2) { Weights = table }.Call(ids));
        int[,,] texts = { { { 0, 1, 2 }, { 4, 3, 2 } } };
        Assert.Equal([null, 2, 3, 2], [(int?)null, .. model.Outputs[0].Shape]);
        Assert.Equal([0f, 1, 2, 3, 4, 5, 8, 9, 6, 7, 4, 5], [.. model.Predict(texts)]);
    }

    [Fact]
    public void Identity_passes_values_and_masks()
    {
        var model = new Sequential { new Masking(), new Identity { Name = "here" }, new GlobalAveragePooling1D() };
        Assert.Equal([2f], [.. model.Predict(new float[,,] { { { 1 }, { 3 }, { 0 } } })]);
    }

    [Fact]
    public void An_attention_layer_may_put_out_other_features()
    {
        Symbol x = Input.Features(4, 6);
        var layer = (MultiHeadAttention)Layer.Catalog.Create("multi_head_attention(2, 3, output_shape=[5])");
        Assert.Equal([4, 5], layer.Call(x, x)[0].Shape);
        Assert.Contains("must be one size of 1 or more", Assert.ThrowsAny<ArgumentException>(() => Layer.Catalog.Create("multi_head_attention(2, 3, output_shape=[5, 2])")).Message, StringComparison.Ordinal);
    }
}
