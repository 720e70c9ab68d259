using Unroll.Activations;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>Entries that layers of files have besides what their class takes, and arguments that are layers.</summary>
internal static class LayerArguments
{
    /// <summary>
    /// What any layer of a file may have: entries without effect, and entries that would have one if they had another value.
    /// All others are refused, since a layer that heeded them would compute something else.
    /// </summary>
    public static IReadOnlyList<Argument> KnownOfKeras { get; } =
    [
        .. ((string[])["implementation", "unroll", "input_length", "batch_input_shape", "batch_shape", "input_shape", "input_dtype", "ragged",
            "sparse", "use_cudnn", "dynamic", "autocast", "rng_type", "seed"]).Select(Argument.Unheeded),
        .. ((string[])["activity_regularizer", "quantization_config", "num_constants", "noise_shape"]).Select(name => Argument.Outdated(name, null)),
        Argument.Outdated("time_major", false),
    ];

    /// <summary>An activation that layers have a kernel for.</summary>
    public static Argument<Activation> Activation(string name, Activation defaultValue) => Fused(Activations.Activation.Catalog.Argument(name, defaultValue));

    /// <summary>The same argument, which refuses activations that layers have no kernel for.</summary>
    public static Argument<Activation> Fused(Argument<Activation> argument) => argument.Require(
        activation => activation.IsFused, $"one of {string.Join(", ", Activations.Activation.Fused.Select(activation => activation.Name))} in a layer");

    /// <summary>A layer inside of a wrapper.</summary>
    /// <param name="name">Keras' name.</param>
    /// <param name="expected">What it must be, for messages.</param>
    /// <param name="example">An example, for messages.</param>
    public static Argument<T> Layer<T>(string name, string expected, string example) where T : Layer => new(name, Form<T>(expected, example));

    /// <summary>A layer inside of a wrapper, or null.</summary>
    public static Argument<T?> OptionalLayer<T>(string name, string expected, string example) where T : Layer => new(name, Form<T>(expected, example)!, null);

    private static ArgumentForm<T> Form<T>(string expected, string example) where T : Layer => new(
        input => Layers.Layer.Catalog.Create(input.Object()) as T ?? throw input.Wrong(expected),
        layer => Layers.Layer.Catalog.ToKeras(layer), example);
}
