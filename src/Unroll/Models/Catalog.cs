using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Unroll.Schedules;

namespace Unroll;

/// <summary>
/// All classes that files, studies and the command line know by name. Built-in ones are there from the start; your own are
/// made known by <see cref="Register(Registration{Layer})"/>, once, before they are read: <c>Catalog.Register(MyLayer.Registration)</c>.
/// Safe for use from several threads.
/// </summary>
public static class Catalog
{
    /// <summary>Layers.</summary>
    public static Catalog<Layer> Layers => Layer.Catalog;

    /// <summary>Optimizers.</summary>
    public static Catalog<Optimizer> Optimizers => Optimizer.Catalog;

    /// <summary>Losses.</summary>
    public static Catalog<Loss> Losses => Loss.Catalog;

    /// <summary>Metrics; every loss is one, too.</summary>
    public static Catalog<Metric> Metrics => Metric.Catalog;

    /// <summary>Learning rate schedules.</summary>
    public static Catalog<LearningRateSchedule> Schedules => LearningRateSchedule.Catalog;

    /// <summary>Initializers.</summary>
    public static Catalog<Initializer> Initializers => Initializer.Catalog;

    /// <summary>Regularizers.</summary>
    public static Catalog<Regularizer> Regularizers => Regularizer.Catalog;

    /// <summary>Constraints.</summary>
    public static Catalog<Constraint> Constraints => Constraint.Catalog;

    /// <summary>Activations.</summary>
    public static Catalog<Activation> Activations => Activation.Catalog;

    /// <summary>Callbacks; those that are made of functions are not among them.</summary>
    public static Catalog<Callback> Callbacks => Callback.Catalog;

    /// <summary>Makes a layer known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Layer> layer) => Layers.Register(layer);

    /// <summary>Makes an optimizer known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Optimizer> optimizer) => Optimizers.Register(optimizer);

    /// <summary>Makes a loss known by name, among the metrics, too.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Loss> loss) => Losses.Register(loss);

    /// <summary>Makes a metric known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Metric> metric) => Metrics.Register(metric);

    /// <summary>Makes a schedule known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<LearningRateSchedule> schedule) => Schedules.Register(schedule);

    /// <summary>Makes an initializer known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Initializer> initializer) => Initializers.Register(initializer);

    /// <summary>Makes a regularizer known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Regularizer> regularizer) => Regularizers.Register(regularizer);

    /// <summary>Makes a constraint known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Constraint> constraint) => Constraints.Register(constraint);

    /// <summary>Makes an activation known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Activation> activation) => Activations.Register(activation);

    /// <summary>Makes a callback known by name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Registration<Callback> callback) => Callbacks.Register(callback);

    /// <summary>Creates a layer. An Embedding without <c>input_dim</c> takes <paramref name="vocabulary"/>.</summary>
    /// <exception cref="ArgumentException">Unknown layer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Layer CreateLayer(ObjectConfig config, int? vocabulary = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (vocabulary is { } size && Layers.Find(config.Type) is { } registration) config = registration.WithVocabulary(config, size);
        return Layers.Create(config);
    }

    /// <summary>
    /// Names of the arguments that a layer, optimizer or callback has without a name, if its vocabulary comes from elsewhere, as in a
    /// study; empty if there is no such class.
    /// </summary>
    internal static IReadOnlyList<string> PositionalNames(ObjectConfig config)
    {
        Registration<Layer>? layer = Layers.Find(config.Type);
        IReadOnlyList<string> names = layer?.PositionalNames ?? Optimizers.Find(config.Type)?.PositionalNames
            ?? Callbacks.Find(config.Type)?.PositionalNames ?? [];
        bool takesVocabulary = layer is not null && layer.WithVocabulary(config, 1) != config;
        return takesVocabulary ? [.. names.Skip(1)] : names;
    }
}
