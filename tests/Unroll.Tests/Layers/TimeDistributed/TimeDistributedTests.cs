using Unroll.Configuration;
using Unroll.Layers;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.Distributed;

public class TimeDistributedTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients(bool mask)
    {
        Check(17, mask, new SimpleRNN(5) { ReturnSequences = true }, new TimeDistributed(new Dense(4, "tanh")), new LSTM(3) { ReturnSequences = true });
        Check(17, mask, new SimpleRNN(5) { ReturnSequences = true }, new TimeDistributed(new Dense(4, "tanh")), new GlobalAveragePooling1D());
    }

    [Fact]
    public void Names_shapes_and_paths_follow_Keras()
    {
        var model = new Sequential { new Embedding(5, 2), new LSTM(3) { ReturnSequences = true }, new TimeDistributed(new Dense(4)), new GlobalMaxPooling1D(), new Dense(1) };
        Assert.Equal(["embedding", "lstm", "time_distributed", "global_max_pooling1d", "dense_1"], model.Layers.Select(layer => layer.Name));
        var layer = (TimeDistributed)model.Layers[2];
        Assert.Equal([null, 4], layer.OutputShape!);
        Assert.Equal(16, layer.ParameterCount);
        Assert.Equal("dense", layer.Layer.Name);
        Assert.Equal(["layer/vars/0", "layer/vars/1"], layer.WeightPaths);
    }

    [Theory]
    [InlineData("time_distributed", "TimeDistributed: argument 'layer' is missing")]
    [InlineData("time_distributed(lsdm(3))", "Layer 'lsdm' is unknown")]
    public void Wrong_arguments(string text, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Catalog.CreateLayer(ObjectConfig.Parse(text))).Message, StringComparison.Ordinal);
}
