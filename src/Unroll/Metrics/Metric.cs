using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Losses;
using Unroll.Models.Execution;

namespace Unroll.Metrics;

/// <summary>
/// What is told of a model besides its loss. Converts from Keras' names, <c>metrics: ["accuracy", "mse"]</c>, and from
/// losses. <c>accuracy</c> (<c>acc</c>) is that of the outputs' shape: binary for one output, else categorical, for class
/// numbers as targets sparse categorical.
/// </summary>
public abstract class Metric
{
    private string? _name;
    private bool _isIdentifier;

    private protected Metric()
    {
    }

    /// <summary>Name in logs and histories.</summary>
    public string Name
    {
        get => _name ?? DefaultName;
        init => _name = value;
    }

    /// <summary>Keras' name of an object that got none.</summary>
    private protected abstract string DefaultName { get; }

    /// <summary>True if more is better, false if less is; null: not known, a callback that monitors it must be told.</summary>
    public virtual bool? IsHigherBetter => null;

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
    internal JsonNode ToKeras() => _isIdentifier ? JsonValue.Create(Name) : Registry.Metrics.ToKeras(this);

    internal void Rename(string name) => _name = name;

    private static Metric FromConfig(ObjectConfig config)
    {
        bool isIdentifier = config.Positional.Count + config.Named.Count == 0;
        if (isIdentifier && NameMatching.Find(config.Type, ["accuracy", "acc"]) is not null)
            return new ShapedAccuracy { Name = config.Type, _isIdentifier = true };
        if (Registry.Metrics.Find(config.Type) is null)
            throw new ArgumentException($"Metric '{config.Type}' is unknown{NameMatching.Suggestion(config.Type, ["accuracy", .. Registry.Metrics.Names])}");
        Metric metric = Registry.Metrics.Create(config);
        if (isIdentifier) (metric._name, metric._isIdentifier) = (config.Type, true);
        return metric;
    }

    /// <summary>The mean of a loss, without what regularizers add.</summary>
    public static Metric FromLoss(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new MeanLoss(loss);
    }

    /// <summary>What adds up one run's values.</summary>
    /// <param name="output">Shape of one row's output.</param>
    /// <param name="targetSize">Target values per row.</param>
    /// <exception cref="ArgumentException">The metric can't be told from such outputs and targets.</exception>
    internal abstract MetricState CreateState(OutputShape output, int targetSize);

    private protected void RequireTargets(bool isRight, OutputShape output, int targetSize, string expected)
    {
        if (isRight) return;
        throw new ArgumentException(
            $"Metric '{Name}' ({GetType().Name}) needs {expected}, but each sample has {targetSize} for {output.Size} output(s). Leave it out or change the targets.");
    }
}

/// <summary>Adds up a metric over the batches of an epoch or a pass.</summary>
internal abstract class MetricState
{
    public abstract void Reset();

    /// <summary>Takes in one row at one time step.</summary>
    /// <param name="prediction">The model's outputs.</param>
    /// <param name="target">One value per output, or the number of the right class.</param>
    /// <param name="weight">1 without masks and sample weights.</param>
    public abstract void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight);

    /// <summary>The value so far.</summary>
    public abstract double Result { get; }
}

/// <summary>The weighted mean of a number per row and time step.</summary>
internal abstract class MeanState : MetricState
{
    private double _total, _count;

    public override double Result => _count == 0 ? 0 : _total / _count;

    public override void Reset() => (_total, _count) = (0, 0);

    public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
    {
        _total += weight * Value(prediction, target);
        _count += weight;
    }

    protected abstract double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target);
}

/// <summary>A loss as a metric.</summary>
internal sealed class MeanLoss(Loss loss) : Metric
{
    public Loss Loss => loss;

    public override bool? IsHigherBetter => false;

    private protected override string DefaultName => loss.Name;

    internal override MetricState CreateState(OutputShape output, int targetSize)
    {
        int expected = loss.TakesClassIds ? output.Steps : output.Size;
        RequireTargets(targetSize == expected, output, targetSize, $"{expected} target value(s)");
        return new State(loss, output.Units);
    }

    private sealed class State(Loss loss, int units) : MeanState
    {
        private readonly float[] _prediction = new float[units];
        private readonly double[] _gradient = new double[units];

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            loss.Evaluate(prediction, target, isFused: false, _prediction, _gradient);
    }
}
