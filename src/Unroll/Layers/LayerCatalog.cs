using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>The layers; Keras also writes the input shape that their weights were made for.</summary>
internal sealed class LayerCatalog : Catalog<Layer>
{
    private LayerCatalog() : base("Layer", "keras.layers",
    [
        Embedding.Registration,
        SimpleRNN.Registration,
        LSTM.Registration,
        GRU.Registration,
        RNN.Registration,
        ConvLSTM1D.Registration,
        SimpleRNNCell.Registration,
        LSTMCell.Registration,
        GRUCell.Registration,
        StackedRNNCells.Registration,
        Dense.Registration,
        Bidirectional.Registration,
        TimeDistributed.Registration,
        Dropout.Registration,
        SpatialDropout1D.Registration,
        Masking.Registration,
        GlobalAveragePooling1D.Registration,
        GlobalMaxPooling1D.Registration,
        ActivationLayer.Registration,
        Flatten.Registration,
        Reshape.Registration,
        Permute.Registration,
        RepeatVector.Registration,
        ZeroPadding1D.Registration,
        Cropping1D.Registration,
        UpSampling1D.Registration,
        ReLU.Registration,
        LeakyReLU.Registration,
        PReLU.Registration,
        ELU.Registration,
        Softmax.Registration,
        Conv1D.Registration,
        DepthwiseConv1D.Registration,
        SeparableConv1D.Registration,
        Conv1DTranspose.Registration,
        MaxPooling1D.Registration,
        AveragePooling1D.Registration,
        AdaptiveMaxPooling1D.Registration,
        AdaptiveAveragePooling1D.Registration,
        BatchNormalization.Registration,
        LayerNormalization.Registration,
        RMSNormalization.Registration,
        UnitNormalization.Registration,
        GroupNormalization.Registration,
        GaussianNoise.Registration,
        GaussianDropout.Registration,
        AlphaDropout.Registration,
        ActivityRegularization.Registration,
        Identity.Registration,
        Add.Registration,
        Subtract.Registration,
        Multiply.Registration,
        Average.Registration,
        Maximum.Registration,
        Minimum.Registration,
        Concatenate.Registration,
        Dot.Registration,
        Attention.Registration,
        AdditiveAttention.Registration,
        MultiHeadAttention.Registration,
        EinsumDense.Registration,
        TextVectorization.Registration,
        StringLookup.Registration,
        IntegerLookup.Registration,
        Hashing.Registration,
        HashedCrossing.Registration,
        CategoryEncoding.Registration,
        Discretization.Registration,
        Normalization.Registration,
        Rescaling.Registration,
    ])
    {
    }

    public static LayerCatalog Instance { get; } = new();

    private protected override IReadOnlyList<Argument> AlsoKnown => LayerArguments.KnownOfKeras;

    internal override JsonObject ToKeras(Layer value)
    {
        JsonObject json = base.ToKeras(value);
        if (value.InputShape is { } shape && value.ParameterCount > 0)
            json["build_config"] = new JsonObject { ["input_shape"] = new JsonArray([null, .. shape.Select(size => size is { } known ? JsonValue.Create(known) : null)]) };
        return json;
    }
}
