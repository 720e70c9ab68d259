using Unroll.Activations;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Configuration;

/// <summary>
/// Makes layers, initializers and optimizers from their written form, with Keras' argument names. What has no line here
/// can't be loaded by name.
/// </summary>
public static class Registry
{
    private static readonly string[] RecurrentArguments =
    [
        "units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
        "dropout", "recurrent_dropout", "return_sequences", "go_backwards", "recurrent_dropout_per_step",
    ];

    private static readonly Entry<Layer>[] LayerEntries =
    [
        new("Embedding", ["input_dim", "output_dim", "embeddings_initializer", "mask_zero"], a => new Embedding(
            new EmbeddingOptions(a.Int("input_dim"), a.Int("output_dim"))
            {
                EmbeddingsInitializer = InitializerOf(a, "embeddings_initializer", "uniform"),
                MaskZero = a.Bool("mask_zero", false),
            })),
        new("SimpleRNN", RecurrentArguments, a => new SimpleRNN(
            (SimpleRNNOptions)Recurrent(a, new SimpleRNNOptions(a.Int("units"))))),
        new("LSTM", [.. RecurrentArguments, "recurrent_activation", "unit_forget_bias"], a => new LSTM(
            (LSTMOptions)Recurrent(a, new LSTMOptions(a.Int("units"))
            {
                RecurrentActivation = ActivationOf(a, "recurrent_activation", "sigmoid"),
                UnitForgetBias = a.Bool("unit_forget_bias", true),
            }))),
        new("GRU", [.. RecurrentArguments, "recurrent_activation", "reset_after"], a => new GRU(
            (GRUOptions)Recurrent(a, new GRUOptions(a.Int("units"))
            {
                RecurrentActivation = ActivationOf(a, "recurrent_activation", "sigmoid"),
                ResetAfter = a.Bool("reset_after", true),
            }))),
        new("Dense", ["units", "activation", "use_bias", "kernel_initializer", "bias_initializer"], a => new Dense(
            new DenseOptions(a.Int("units"))
            {
                Activation = ActivationOf(a, "activation", "linear"),
                UseBias = a.Bool("use_bias", true),
                KernelInitializer = InitializerOf(a, "kernel_initializer", "glorot_uniform"),
                BiasInitializer = InitializerOf(a, "bias_initializer", "zeros"),
            })),
    ];

    private static readonly Entry<Optimizer>[] OptimizerEntries =
    [
        new("SGD", ["learning_rate", "momentum", "nesterov"], a => new SGD(
            a.Double("learning_rate", 0.01), a.Double("momentum", 0), a.Bool("nesterov", false))),
        new("RMSprop", ["learning_rate", "rho", "momentum", "epsilon", "centered"], a => new RMSprop(
            a.Double("learning_rate", 0.001), a.Double("rho", 0.9), a.Double("momentum", 0), a.Double("epsilon", 1e-7),
            a.Bool("centered", false))),
        new("Adam", ["learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"], a => new Adam(
            a.Double("learning_rate", 0.001), a.Double("beta_1", 0.9), a.Double("beta_2", 0.999), a.Double("epsilon", 1e-7),
            a.Bool("amsgrad", false))),
    ];

    private static readonly Entry<Initializer>[] InitializerEntries =
    [
        new("Zeros", [], _ => new Zeros(), "zero"),
        new("Ones", [], _ => new Ones(), "one"),
        new("Constant", ["value"], a => new Constant(a.Double("value", 0))),
        new("RandomUniform", ["minval", "maxval"], a => new RandomUniform(a.Double("minval", -0.05), a.Double("maxval", 0.05)), "uniform"),
        new("RandomNormal", ["mean", "stddev"], a => new RandomNormal(a.Double("mean", 0), a.Double("stddev", 0.05)), "normal"),
        new("TruncatedNormal", ["mean", "stddev"], a => new TruncatedNormal(a.Double("mean", 0), a.Double("stddev", 0.05))),
        new("VarianceScaling", ["scale", "mode", "distribution"], a => new VarianceScaling(
            a.Double("scale", 1), EnumOf(a, "mode", FanMode.FanIn, "fan_avg", FanMode.FanAverage),
            EnumOf(a, "distribution", WeightDistribution.TruncatedNormal, "normal", WeightDistribution.TruncatedNormal))),
        new("GlorotUniform", [], _ => new GlorotUniform(), "xavier_uniform"),
        new("GlorotNormal", [], _ => new GlorotNormal(), "xavier_normal"),
        new("HeUniform", [], _ => new HeUniform()),
        new("HeNormal", [], _ => new HeNormal()),
        new("LecunUniform", [], _ => new LecunUniform()),
        new("LecunNormal", [], _ => new LecunNormal()),
        new("Orthogonal", ["gain"], a => new Orthogonal(a.Double("gain", 1)), "OrthogonalInitializer"),
        new("Identity", ["gain"], a => new Identity(a.Double("gain", 1))),
    ];

    /// <summary>Names of all layers.</summary>
    public static IReadOnlyList<string> LayerNames { get; } = [.. LayerEntries.Select(entry => entry.Name)];

    /// <summary>Names of all optimizers.</summary>
    public static IReadOnlyList<string> OptimizerNames { get; } = [.. OptimizerEntries.Select(entry => entry.Name)];

    /// <summary>Creates a layer. An Embedding without <c>input_dim</c> takes <paramref name="vocabulary"/>.</summary>
    /// <exception cref="ArgumentException">Unknown layer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Layer CreateLayer(ObjectConfig config, int? vocabulary = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (vocabulary is { } size && NameMatching.Comparer.Equals(config.Type, "Embedding")) config = WithVocabulary(config, size);
        return Create("Layer", LayerEntries, config);
    }

    /// <summary>Creates an optimizer.</summary>
    /// <exception cref="ArgumentException">Unknown optimizer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Optimizer CreateOptimizer(ObjectConfig config) => Create("Optimizer", OptimizerEntries, config);

    /// <summary>Creates an initializer.</summary>
    /// <exception cref="ArgumentException">Unknown initializer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Initializer CreateInitializer(ObjectConfig config) => Create("Initializer", InitializerEntries, config);

    private static T Create<T>(string kind, Entry<T>[] entries, ObjectConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        foreach (Entry<T> entry in entries)
        {
            if (!NameMatching.Comparer.Equals(entry.Name, config.Type) && !(entry.Alias is { } alias && NameMatching.Comparer.Equals(alias, config.Type)))
                continue;
            var arguments = new ArgumentReader(config, entry.Name, entry.Arguments);
            arguments.RejectUnknown();
            return entry.Make(arguments);
        }

        throw new ArgumentException(
            $"{kind} '{config.Type}' is unknown{NameMatching.Suggestion(config.Type, [.. entries.Select(entry => entry.Name)])}");
    }

    /// <summary><c>embedding(8)</c> is short for <c>embedding(vocabulary, 8)</c>.</summary>
    private static ObjectConfig WithVocabulary(ObjectConfig config, int vocabulary)
    {
        bool isNamed = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "input_dim"));
        bool hasOutput = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "output_dim"));
        return isNamed || config.Positional.Count + (hasOutput ? 1 : 0) > 1
            ? config
            : config with { Positional = [vocabulary, .. config.Positional] };
    }

    private static RecurrentOptions Recurrent(ArgumentReader a, RecurrentOptions options) => options with
    {
        Activation = ActivationOf(a, "activation", "tanh"),
        UseBias = a.Bool("use_bias", true),
        KernelInitializer = InitializerOf(a, "kernel_initializer", "glorot_uniform"),
        RecurrentInitializer = InitializerOf(a, "recurrent_initializer", "orthogonal"),
        BiasInitializer = InitializerOf(a, "bias_initializer", "zeros"),
        Dropout = a.Double("dropout", 0),
        RecurrentDropout = a.Double("recurrent_dropout", 0),
        RecurrentDropoutPerStep = a.Bool("recurrent_dropout_per_step", false),
        ReturnSequences = a.Bool("return_sequences", false),
        GoBackwards = a.Bool("go_backwards", false),
    };

    /// <summary>A written <c>none</c> means linear, as in Keras.</summary>
    private static Activation ActivationOf(ArgumentReader a, string name, string defaultName) =>
        a.Has(name) && a.Node(name) is null ? Activation.Linear : Activation.FromName(a.String(name, defaultName));

    private static Initializer InitializerOf(ArgumentReader a, string name, string defaultName) =>
        CreateInitializer(a.Object(name, defaultName));

    private static T EnumOf<T>(ArgumentReader a, string name, T defaultValue, string alias, T aliasValue)
        where T : struct, Enum
    {
        if (a.OptionalString(name) is not { } text) return defaultValue;
        if (NameMatching.Comparer.Equals(text, alias)) return aliasValue;
        foreach (T value in Enum.GetValues<T>())
        {
            if (NameMatching.Comparer.Equals(value.ToString(), text)) return value;
        }

        throw new ArgumentException($"Argument '{name}' is '{text}'; known: {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <param name="Name">Keras' class name.</param>
    /// <param name="Arguments">Names in the order of arguments without a name.</param>
    /// <param name="Make">Creates the object.</param>
    /// <param name="Alias">Another name that Keras knows it by.</param>
    private sealed record Entry<T>(string Name, string[] Arguments, Func<ArgumentReader, T> Make, string? Alias = null);
}
