using Unroll.Configuration;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Configuration;

/// <summary>Names from old notebooks are answered with today's.</summary>
public sealed class OldNamesTests
{
    [Theory]
    [InlineData("embedding(100, 8, input_length=80)", "Embedding: argument 'input_length' is unknown: leave it out: the length is that of the data, --max-len on the command line.")]
    [InlineData("lstm(8, input_shape=3)", "LSTM: argument 'input_shape' is unknown: leave it out: shapes follow from the data,")]
    [InlineData("lstm(8, dropout_W=0.2)", "LSTM: argument 'dropout_W' is unknown: today it is called 'dropout'.")]
    [InlineData("lstm(8, dropout_U=0.2)", "LSTM: argument 'dropout_U' is unknown: today it is called 'recurrent_dropout'.")]
    [InlineData("lstm(output_dim=8)", "LSTM: argument 'output_dim' is unknown: today it is called 'units'.")]
    [InlineData("conv1d(8, 3, border_mode=same)", "Conv1D: argument 'border_mode' is unknown: today it is called 'padding'.")]
    [InlineData("cudnn_lstm(8)", "Layer 'cudnn_lstm' is unknown: today it is called 'LSTM'.")]
    [InlineData("CuDNNGRU(8)", "Layer 'CuDNNGRU' is unknown: today it is called 'GRU'.")]
    [InlineData("dense(1, border_mode=same)", "Dense: argument 'border_mode' is unknown. Known: units,")]
    public void Layers(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Catalog.CreateLayer(ObjectConfig.Parse(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Optimizers() => Assert.StartsWith(
        "Adam: argument 'lr' is unknown: today it is called 'learning_rate'.", Assert.Throws<ArgumentException>(() => Optimizer.FromName("adam(lr=0.001)")).Message, StringComparison.OrdinalIgnoreCase);
}
