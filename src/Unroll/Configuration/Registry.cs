using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Models;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Unroll.Schedules;

namespace Unroll.Configuration;

/// <summary>
/// All classes that files, studies and the command line know by name, with Keras' names and arguments. Each declares
/// next to its class how it is configured; what has no line here can't be loaded by name.
/// </summary>
public static class Registry
{
    /// <summary>Names of all layers.</summary>
    public static IReadOnlyList<string> LayerNames => Layers.Names;

    /// <summary>Names of all optimizers.</summary>
    public static IReadOnlyList<string> OptimizerNames => Optimizers.Names;

    internal static LayerKind Layers { get; } = new(
    [
        Embedding.Registration,
        SimpleRNN.Registration,
        LSTM.Registration,
        GRU.Registration,
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
        Add.Registration,
        Subtract.Registration,
        Multiply.Registration,
        Average.Registration,
        Maximum.Registration,
        Minimum.Registration,
        Concatenate.Registration,
    ]);

    internal static RegistryKind<Optimizer> Optimizers { get; } = new("Optimizer", "keras.optimizers",
    [
        SGD.Registration,
        RMSprop.Registration,
        Adam.Registration,
        AdamW.Registration,
        Adamax.Registration,
        Nadam.Registration,
        Adagrad.Registration,
        Adadelta.Registration,
    ]);

    internal static RegistryKind<Loss> Losses { get; } = new("Loss", "keras.losses",
    [
        BinaryCrossentropy.Registration,
        CategoricalCrossentropy.Registration,
        SparseCategoricalCrossentropy.Registration,
        MeanSquaredError.Registration,
        MeanAbsoluteError.Registration,
    ], SnakeCase.Of);

    internal static RegistryKind<Metric> Metrics { get; } = new("Metric", "keras.metrics",
    [
        BinaryAccuracy.Registration,
        CategoricalAccuracy.Registration,
        SparseCategoricalAccuracy.Registration,
        AUC.Registration,
        Precision.Registration,
        Recall.Registration,
        .. Losses.Entries.Select(loss => new MeanLossRegistration(loss)),
    ], SnakeCase.Of);

    internal static RegistryKind<LearningRateSchedule> Schedules { get; } = new("Schedule", "keras.optimizers.schedules",
    [
        ExponentialDecay.Registration,
        InverseTimeDecay.Registration,
        PolynomialDecay.Registration,
        PiecewiseConstantDecay.Registration,
        CosineDecay.Registration,
        CosineDecayRestarts.Registration,
    ]);

    internal static RegistryKind<Regularizer> Regularizers { get; } =
        new("Regularizer", "keras.regularizers", [L1.Registration, L2.Registration, L1L2.Registration]);

    internal static RegistryKind<Constraint> Constraints { get; } =
        new("Constraint", "keras.constraints", [MaxNorm.Registration, UnitNorm.Registration, NonNeg.Registration, MinMaxNorm.Registration]);

    internal static RegistryKind<Initializer> Initializers { get; } = new("Initializer", "keras.initializers",
    [
        Zeros.Registration,
        Ones.Registration,
        Constant.Registration,
        RandomUniform.Registration,
        RandomNormal.Registration,
        TruncatedNormal.Registration,
        VarianceScaling.Registration,
        GlorotUniform.Registration,
        GlorotNormal.Registration,
        HeUniform.Registration,
        HeNormal.Registration,
        LecunUniform.Registration,
        LecunNormal.Registration,
        Orthogonal.Registration,
        Identity.Registration,
    ]);

    /// <summary>Creates a layer. An Embedding without <c>input_dim</c> takes <paramref name="vocabulary"/>.</summary>
    /// <exception cref="ArgumentException">Unknown layer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Layer CreateLayer(ObjectConfig config, int? vocabulary = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (vocabulary is { } size && NameMatching.Comparer.Equals(config.Type, "Embedding")) config = Embedding.WithVocabulary(config, size);
        return Layers.Create(config);
    }

    /// <summary>Creates an optimizer.</summary>
    /// <exception cref="ArgumentException">Unknown optimizer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Optimizer CreateOptimizer(ObjectConfig config) => Optimizers.Create(config);

    /// <summary>Creates an initializer.</summary>
    /// <exception cref="ArgumentException">Unknown initializer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Initializer CreateInitializer(ObjectConfig config) => Initializers.Create(config);

    /// <summary>Creates a loss.</summary>
    /// <exception cref="ArgumentException">Unknown loss or argument (the message names the nearest known), or a wrong value.</exception>
    public static Loss CreateLoss(ObjectConfig config) => Losses.Create(config);

    /// <summary>
    /// Names of the arguments that a layer or optimizer has without a name, if its vocabulary comes from elsewhere, as in a
    /// study; empty if there is no such class.
    /// </summary>
    internal static IReadOnlyList<string> PositionalNames(ObjectConfig config)
    {
        IReadOnlyList<string> names = Layers.Find(config.Type)?.PositionalNames ?? Optimizers.Find(config.Type)?.PositionalNames ?? [];
        bool takesVocabulary = NameMatching.Comparer.Equals(config.Type, "Embedding") && Embedding.WithVocabulary(config, 1) != config;
        return takesVocabulary ? [.. names.Skip(1)] : names;
    }
}
