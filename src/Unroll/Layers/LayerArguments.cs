using System.Text.Json.Nodes;
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

    /// <summary>An activation of something that goes on from step to step.</summary>
    public static Argument<Activation> StateActivation(string name, Activation defaultValue) => Activations.Activation.Catalog.Argument(name, defaultValue)
        .Require(activation => activation.KeepsCount, "one that puts out as many values as go in");

    /// <summary>A layer inside of a wrapper.</summary>
    /// <param name="name">Keras' name.</param>
    /// <param name="expected">What it must be, for messages.</param>
    /// <param name="example">An example, for messages.</param>
    public static Argument<T> Layer<T>(string name, string expected, string example) where T : class => new(name, Form<T>(expected, example));

    /// <summary>A layer inside of a wrapper, or null.</summary>
    public static Argument<T?> OptionalLayer<T>(string name, string expected, string example) where T : class => new(name, Form<T>(expected, example)!, null);

    /// <summary>A size along the only axis of a window, which Keras' files hold as a list of one: <c>"kernel_size": [3]</c>.</summary>
    public static Argument<int> Window(string name) => new Argument<int>(name, WindowForm).Size();

    /// <summary>A size along the only axis of a window.</summary>
    public static Argument<int> Window(string name, int defaultValue) => new Argument<int>(name, WindowForm, defaultValue).Size();

    /// <summary>A size along the only axis of a window, or null.</summary>
    public static Argument<int?> OptionalWindow(string name) => new Argument<int?>(
        name, new ArgumentForm<int?>(input => input.Node is null ? null : ReadWindow(input), value => value is { } size ? new JsonArray(size) : null, "2", ReadsNone: true), null)
        .AtLeast(1);

    /// <summary>What is done at the beginning and at the end of time: two numbers, or one for both.</summary>
    public static Argument<(int Before, int After)> Ends(string name, int defaultValue) => new Argument<(int Before, int After)>(
        name,
        new ArgumentForm<(int Before, int After)>(
            input => input.Node is JsonArray { Count: 2 } pair ? (Whole(input, pair[0]), Whole(input, pair[1])) : (Whole(input, input.Node), Whole(input, input.Node)),
            value => new JsonArray(value.Before, value.After), "[1, 1]"),
        (defaultValue, defaultValue))
        .Require(ends => ends is { Before: >= 0, After: >= 0 }, "two numbers of 0 or more");

    /// <summary>Several whole numbers.</summary>
    public static Argument<IReadOnlyList<int>> Wholes(string name) => new(name, WholesForm);

    /// <summary>Several whole numbers, or null.</summary>
    public static Argument<IReadOnlyList<int>?> OptionalWholes(string name) => new(
        name, new ArgumentForm<IReadOnlyList<int>?>(input => input.Node is null ? null : WholesForm.Read(input), value => value is null ? null : WholesForm.Write(value), "[1]", ReadsNone: true), null);

    /// <summary>A shape with sizes that may be null; a number is a shape of one size.</summary>
    public static Argument<IReadOnlyList<int?>> Shape(string name) => new(name, new ArgumentForm<IReadOnlyList<int?>>(ReadSizes, WriteSizes, "[none, 8]"));

    /// <summary>A shape with sizes that may be null, or null as a whole.</summary>
    public static Argument<IReadOnlyList<int?>?> OptionalShape(string name) => new(
        name,
        new ArgumentForm<IReadOnlyList<int?>?>(
            input => input.Node is null ? null : input.Node is JsonArray ? ReadSizes(input) : throw input.Wrong("a list of sizes"),
            value => value is null ? null : WriteSizes(value), "[none, 1, 8]", ReadsNone: true),
        null);

    /// <summary>One axis or several, counted with the batch dimension as 0; negative: from the end.</summary>
    public static Argument<IReadOnlyList<int>> Axes(string name) => new(name, WholesForm, [-1]);

    /// <summary>Axes without that of the batch, ascending.</summary>
    /// <param name="axes">As users count them.</param>
    /// <param name="rank">Axes without the batch.</param>
    /// <param name="owner">Class and name, for messages.</param>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public static int[] OwnAxes(IReadOnlyList<int> axes, int rank, string owner)
    {
        int[] own = [.. axes.Select(axis => axis < 0 ? axis + rank : axis - 1).Distinct().Order()];
        return own.Length > 0 && own[0] >= 0 && own[^1] < rank
            ? own
            : throw new ArgumentException($"{owner}: axis {string.Join(", ", axes)} is not one of the {rank + 1} axes of its input, or is that of the batch.");
    }

    private static IReadOnlyList<int?> ReadSizes(ArgumentInput input) =>
        input.Node is JsonArray list ? [.. list.Select(node => node is null ? (int?)null : Whole(input, node))] : [Whole(input, input.Node)];

    private static JsonArray WriteSizes(IReadOnlyList<int?> sizes) => new([.. sizes.Select(size => size is { } known ? JsonValue.Create(known) : null)]);

    private static ArgumentForm<int> WindowForm { get; } = new(ReadWindow, value => new JsonArray(value), "3");

    private static ArgumentForm<IReadOnlyList<int>> WholesForm { get; } = new(
        input => input.Node is JsonArray list ? [.. list.Select(node => Whole(input, node))] : [Whole(input, input.Node)],
        values => new JsonArray([.. values.Select(value => JsonValue.Create(value))]), "[1]");

    private static int ReadWindow(ArgumentInput input) => Whole(input, input.Node is JsonArray { Count: 1 } list ? list[0] : input.Node);

    private static int Whole(ArgumentInput input, JsonNode? node) =>
        ArgumentForms.ToNumber(node) is { } value && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw input.Wrong("a whole number, or a list of them");

    private static ArgumentForm<T> Form<T>(string expected, string example) where T : class => new(
        input => Layers.Layer.Catalog.Create(input.Object()) as T ?? throw input.Wrong(expected),
        layer => Layers.Layer.Catalog.ToKeras((Layer)(object)layer), example);
}
