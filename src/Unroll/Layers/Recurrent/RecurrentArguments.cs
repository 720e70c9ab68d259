using Unroll.Activations;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>The configuration that SimpleRNN, LSTM and GRU share.</summary>
internal static class RecurrentArguments
{
    /// <summary>Keras' first arguments; what follows them is better called by name.</summary>
    public static IReadOnlyList<string> Positional(bool gated) =>
        ["units", "activation", .. gated ? ["recurrent_activation"] : Array.Empty<string>(), "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer"];

    /// <summary>All entries in Keras' order.</summary>
    /// <param name="recurrentActivation">Activation of the gates; null for a cell without gates.</param>
    /// <param name="afterBias">Entries of the cell's own behind the bias initializer.</param>
    /// <param name="last">Entries of the cell's own at the end.</param>
    public static IReadOnlyList<ConfigArgument<T>> All<T>(Func<T, Activation>? recurrentActivation, IEnumerable<ConfigArgument<T>> afterBias, IEnumerable<ConfigArgument<T>> last)
        where T : RecurrentLayer =>
    [
        .. LayerArguments.Common<T>(),
        new("return_sequences", layer => layer.BaseOptions.ReturnSequences),
        ConfigArgument<T>.Keyword("return_state", layer => layer.BaseOptions.ReturnState),
        new("go_backwards", layer => layer.BaseOptions.GoBackwards),
        ConfigArgument<T>.Keyword("stateful", layer => layer.BaseOptions.Stateful),
        ConfigArgument<T>.Ignored("unroll", false),
        new("zero_output_for_mask", layer => layer.BaseOptions.ZeroOutputForMask),
        new("units", layer => layer.BaseOptions.Units),
        new("activation", layer => layer.BaseOptions.Activation),
        .. recurrentActivation is null ? Array.Empty<ConfigArgument<T>>() : [new("recurrent_activation", recurrentActivation)],
        new("use_bias", layer => layer.BaseOptions.UseBias),
        new("kernel_initializer", layer => layer.BaseOptions.KernelInitializer),
        new("recurrent_initializer", layer => layer.BaseOptions.RecurrentInitializer),
        new("bias_initializer", layer => layer.BaseOptions.BiasInitializer),
        .. afterBias,
        ConfigArgument<T>.Keyword("kernel_regularizer", layer => layer.BaseOptions.KernelRegularizer),
        ConfigArgument<T>.Keyword("recurrent_regularizer", layer => layer.BaseOptions.RecurrentRegularizer),
        ConfigArgument<T>.Keyword("bias_regularizer", layer => layer.BaseOptions.BiasRegularizer),
        .. LayerArguments.Null<T>("activity_regularizer"),
        ConfigArgument<T>.Keyword("kernel_constraint", layer => layer.BaseOptions.KernelConstraint),
        ConfigArgument<T>.Keyword("recurrent_constraint", layer => layer.BaseOptions.RecurrentConstraint),
        ConfigArgument<T>.Keyword("bias_constraint", layer => layer.BaseOptions.BiasConstraint),
        new("dropout", layer => layer.BaseOptions.Dropout),
        new("recurrent_dropout", layer => layer.BaseOptions.RecurrentDropout),
        .. last,
        ConfigArgument<T>.Own("recurrent_dropout_per_step", layer => layer.BaseOptions.RecurrentDropoutPerStep),
    ];

    /// <summary>Reads what the cells have in common.</summary>
    public static T Read<T>(ArgumentReader a, T options) where T : RecurrentOptions => (T)(options with
    {
        Activation = a.Activation("activation", "tanh"),
        UseBias = a.Bool("use_bias", true),
        KernelInitializer = a.Initializer("kernel_initializer", "glorot_uniform"),
        RecurrentInitializer = a.Initializer("recurrent_initializer", "orthogonal"),
        BiasInitializer = a.Initializer("bias_initializer", "zeros"),
        KernelRegularizer = a.Regularizer("kernel_regularizer"),
        RecurrentRegularizer = a.Regularizer("recurrent_regularizer"),
        BiasRegularizer = a.Regularizer("bias_regularizer"),
        KernelConstraint = a.Constraint("kernel_constraint"),
        RecurrentConstraint = a.Constraint("recurrent_constraint"),
        BiasConstraint = a.Constraint("bias_constraint"),
        Dropout = a.Double("dropout", 0),
        RecurrentDropout = a.Double("recurrent_dropout", 0),
        RecurrentDropoutPerStep = a.Bool("recurrent_dropout_per_step", false),
        ReturnSequences = a.Bool("return_sequences", false),
        ReturnState = a.Bool("return_state", false),
        GoBackwards = a.Bool("go_backwards", false),
        Stateful = a.Bool("stateful", false),
        ZeroOutputForMask = a.Bool("zero_output_for_mask", false),
    });
}
