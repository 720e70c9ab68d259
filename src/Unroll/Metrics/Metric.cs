using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>
/// What is told of a model besides its loss. Converts from Keras' names, <c>metrics: ["accuracy", "mse"]</c>, and from
/// losses. <c>accuracy</c> (<c>acc</c>) is that of the outputs' shape: binary for one output, else categorical, for class
/// numbers as targets sparse categorical. One of your own derives from <see cref="MeanMetric"/>, or overrides <see cref="CreateState"/>.
/// </summary>
public abstract partial class Metric : Configurable
{
    private static readonly Argument<string?> NameArgument = Argument.OptionalText("name").KeywordOnly();

    private bool _isIdentifier;

    /// <summary>All metrics that are known by name.</summary>
    public static Catalog<Metric> Catalog => MetricCatalog.Instance;

    /// <summary>What Keras writes first for every metric: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> CommonArguments { get; } = [NameArgument, DType.AsName];

    /// <summary>Name in logs and histories.</summary>
    public string Name { get => Get(NameArgument) ?? DefaultName; init => Set(NameArgument, value); }

    /// <summary>The name of an object that got none; unless overridden, the class's name in snake case.</summary>
    protected virtual string DefaultName => SnakeCase.Of(GetType().Name);

    /// <summary>True if more is better, false if less is; null: not known, a callback that monitors it must be told.</summary>
    public virtual bool? IsHigherBetter => null;

    /// <summary>
    /// False if steps that are masked count like others. As in Keras means heed masks, and what is told from counts of right
    /// and wrong answers does not.
    /// </summary>
    public virtual bool HeedsMasks => true;

    /// <summary>True if objects that got no name are numbered, <c>auc</c>, <c>auc_1</c>, wherever they stand.</summary>
    internal virtual bool IsNumbered => false;

    /// <summary>True if it was made by a name, or got one.</summary>
    internal bool HasGivenName => _isIdentifier || Get(NameArgument) is not null;

    /// <summary>The metric of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public static implicit operator Metric(string name) => FromName(name);

    /// <summary>The mean of a loss, without what regularizers add.</summary>
    public static implicit operator Metric(Loss loss) => FromLoss(loss);

    /// <summary>
    /// The metric of that name, which is also its name in logs; with arguments in parentheses, <c>auc(num_thresholds=50)</c>,
    /// it gets its usual name.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static Metric FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return FromConfig(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>What <see cref="ToKeras"/> wrote: a name or a serialised object.</summary>
    /// <param name="node">The name or object.</param>
    /// <param name="place">Where it stands in the file, for messages.</param>
    /// <exception cref="InvalidDataException">It is malformed, unknown, or a value is not supported.</exception>
    internal static Metric FromKeras(JsonNode? node, string place)
    {
        try
        {
            return FromConfig(KerasJson.ToConfig(node));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{place}: {ErrorText.Of(exception)}", exception);
        }
    }

    /// <summary>As Keras writes it: the bare name if it was given by one, else a serialised object.</summary>
    internal JsonNode ToKeras() => _isIdentifier ? JsonValue.Create(Name) : Catalog.ToKeras(this);

    internal void Rename(string name) => Set(NameArgument, name);

    internal override object? ValueOf<T>(Argument<T> argument) => ReferenceEquals(argument, NameArgument) ? Name : base.ValueOf(argument);

    private static Metric FromConfig(ObjectConfig config)
    {
        bool isIdentifier = config.Positional.Count + config.Named.Count == 0;
        if (isIdentifier && NameMatching.Find(config.Type, ["accuracy", "acc"]) is not null)
            return new ShapedAccuracy { Name = config.Type, _isIdentifier = true };
        if (Catalog.Find(config.Type) is null)
            throw new ArgumentException($"Metric '{config.Type}' is unknown{NameMatching.Suggestion(config.Type, ["accuracy", .. Catalog.Names])}");
        Metric metric = Catalog.Create(config);
        if (!isIdentifier) return metric;
        metric.Rename(config.Type);
        metric._isIdentifier = true;
        return metric;
    }

    /// <summary>The mean of a loss, without what regularizers add; of the cosine similarity the metric of that name, which is positive.</summary>
    public static Metric FromLoss(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss is Losses.CosineSimilarity cosine ? new CosineSimilarity { Axis = cosine.Axis } : new MeanLoss(loss);
    }

    /// <summary>What adds up one run's values.</summary>
    /// <param name="shape">Sizes of one sample's outputs and targets.</param>
    /// <exception cref="ArgumentException">The metric can't be told from such outputs and targets.</exception>
    public abstract MetricState CreateState(MetricShape shape);

    /// <summary>Refuses targets that don't fit the outputs.</summary>
    /// <param name="isRight">Whether they fit.</param>
    /// <param name="shape">Sizes of one sample's outputs and targets.</param>
    /// <param name="expected">What would be right.</param>
    /// <exception cref="ArgumentException">They don't.</exception>
    protected void RequireTargets(bool isRight, MetricShape shape, string expected)
    {
        if (isRight) return;
        throw new ArgumentException(
            $"Metric '{Name}' ({GetType().Name}) needs {expected}, but each sample has {shape.Targets} for {shape.Outputs} output(s). Leave it out or change the targets.");
    }
}
