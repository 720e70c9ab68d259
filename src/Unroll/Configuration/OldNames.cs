namespace Unroll.Configuration;

/// <summary>Names of earlier versions of Keras, which live on in notebooks: messages say what they are called today.</summary>
internal static class OldNames
{
    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["lr"] = "learning_rate",
        ["output_dim"] = "units",
        ["nb_filter"] = "filters",
        ["filter_length"] = "kernel_size",
        ["pool_length"] = "pool_size",
        ["stride"] = "strides",
        ["subsample_length"] = "strides",
        ["border_mode"] = "padding",
        ["init"] = "kernel_initializer",
        ["inner_init"] = "recurrent_initializer",
        ["inner_activation"] = "recurrent_activation",
        ["dropout_W"] = "dropout",
        ["dropout_U"] = "recurrent_dropout",
        ["W_regularizer"] = "kernel_regularizer",
        ["U_regularizer"] = "recurrent_regularizer",
        ["b_regularizer"] = "bias_regularizer",
        ["W_constraint"] = "kernel_constraint",
        ["b_constraint"] = "bias_constraint",
        ["p"] = "rate",
        ["alpha"] = "negative_slope",
        ["bias"] = "use_bias",
    };

    private static readonly Dictionary<string, string> Gone = new()
    {
        ["input_length"] = "leave it out: the length is that of the data, --max-len on the command line",
        ["input_shape"] = "leave it out: shapes follow from the data, or from an Input in front of the layers",
        ["batch_input_shape"] = "leave it out: shapes follow from the data, or from an Input in front of the layers",
        ["weights"] = "give them to the built layer, layer.SetWeights([…])",
        ["decay"] = "take a schedule as learning_rate, inverse_time_decay(0.001, 1, 0.0001), say",
        ["consume_less"] = "leave it out",
        ["implementation"] = "leave it out",
        ["unroll"] = "leave it out",
    };

    private static readonly Dictionary<string, string> Classes = new(NameMatching.Comparer)
    {
        ["CuDNNLSTM"] = "LSTM",
        ["CuDNNGRU"] = "GRU",
        ["Convolution1D"] = "Conv1D",
        ["MaxPool1D"] = "MaxPooling1D",
        ["AvgPool1D"] = "AveragePooling1D",
        ["GlobalMaxPool1D"] = "GlobalMaxPooling1D",
        ["GlobalAvgPool1D"] = "GlobalAveragePooling1D",
        ["TimeDistributedDense"] = "Dense",
    };

    /// <summary>The end of a message about an unknown argument; null: it is no old name.</summary>
    /// <param name="name">As it was written.</param>
    /// <param name="known">What the class takes today.</param>
    public static string? OfArgument(string name, IReadOnlyCollection<string> known) =>
        Renamed.TryGetValue(name, out string? today) && known.Contains(today) ? $": today it is called '{today}'."
        : Gone.TryGetValue(name, out string? remedy) ? $": {remedy}."
        : null;

    /// <summary>The end of a message about an unknown class; null: it is no old name.</summary>
    /// <param name="name">As it was written.</param>
    /// <param name="known">What there is today.</param>
    public static string? OfClass(string name, IReadOnlyCollection<string> known) =>
        Classes.TryGetValue(name, out string? today) && known.Contains(today, NameMatching.Comparer) ? $": today it is called '{today}'." : null;
}
