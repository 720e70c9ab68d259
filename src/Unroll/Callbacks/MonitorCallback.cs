using System.Diagnostics.CodeAnalysis;
using Unroll.Configuration;
using Unroll.Metrics;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Acts on one value of the logs and on whether it got better. NaN is never better than anything.
/// </summary>
public abstract class MonitorCallback : Callback
{
    private protected static readonly Argument<string> MonitorArgument = Argument.Text("monitor", "val_loss");

    private protected static readonly Argument<int> VerboseArgument = Argument.Whole("verbose", 0);

    private protected static readonly Argument<string> ModeArgument = Argument.Text("mode", "auto");

    private bool? _isHigherBetter;

    /// <summary>What all of them take: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> MonitorArguments { get; } = [MonitorArgument, VerboseArgument, ModeArgument];

    /// <summary>Name of the value in the logs.</summary>
    public string Monitor { get => Get(MonitorArgument); init => Set(MonitorArgument, value); }

    /// <summary>
    /// <c>min</c>: less is better, <c>max</c>: more is better, <c>auto</c>: as the loss or the compiled metric of that name
    /// has it. Other texts are warned of and count as <c>auto</c>, as in Keras.
    /// </summary>
    public string Mode { get => Get(ModeArgument); init => Set(ModeArgument, value); }

    /// <summary>1: tell what is done; 0: do it silently.</summary>
    public int Verbose { get => Get(VerboseArgument); init => Set(VerboseArgument, value); }

    /// <summary>The best value so far; null: none yet. It outlasts the fit: a second one with this object has to beat it.</summary>
    public double? Best { get; protected set; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _isHigherBetter = Mode switch { "min" => false, "max" => true, _ => null };
        if (_isHigherBetter is null && Mode != "auto") Warn($"{GetType().Name} mode '{Mode}' is unknown, fallback to auto mode.");
    }

    internal override CallbackMemory GetMemory() => new(Numbers());

    internal override void SetMemory(CallbackMemory memory) => Best = memory["best"];

    /// <summary>What there is to remember, and the best value so far.</summary>
    private protected IReadOnlyDictionary<string, double> Numbers(params ReadOnlySpan<(string Name, double Value)> others)
    {
        var numbers = new Dictionary<string, double>();
        if (Best is { } best) numbers["best"] = best;
        foreach ((string name, double value) in others) numbers[name] = value;
        return numbers;
    }

    /// <summary>Finds out whether more or less is better; to be called before values are compared.</summary>
    /// <exception cref="InvalidOperationException">Neither <see cref="Mode"/> nor the model says it.</exception>
    protected void RequireDirection(IEnumerable<string> names)
    {
        if (_isHigherBetter is not null) return;
        string name = Monitor.StartsWith("val_", StringComparison.Ordinal) ? Monitor["val_".Length..] : Monitor;
        _isHigherBetter = IsLoss(name) ? false : CompiledMetric(name)?.IsHigherBetter;
        if (_isHigherBetter is null)
        {
            throw new InvalidOperationException(
                $"{GetType().Name} callback received Monitor = \"{Monitor}\", but whether that should go up or down can't be told from its name. "
                + $"Set Mode to \"max\" or \"min\". Available metrics are: {string.Join(",", names)}.");
        }
    }

    /// <summary>The monitored value.</summary>
    private protected bool TryGet(IEnumerable<KeyValuePair<string, double>> logs, [NotNullWhen(true)] out double? current)
    {
        current = null;
        foreach ((string name, double value) in logs)
            if (name == Monitor) current = value;
        return current is not null;
    }

    /// <summary>True if a value is better than another by more than <paramref name="minDelta"/>, or the first that is a number.</summary>
    protected bool IsBetter(double current, double? than, double minDelta = 0) =>
        than is not { } reference ? !double.IsNaN(current)
        : _isHigherBetter == true ? current - Math.Abs(minDelta) > reference
        : current + Math.Abs(minDelta) < reference;

    private bool IsLoss(string name) => name == "loss"
        || (Model.OutputNames is { Count: > 1 } outputs && outputs.All.Any(output => name == output + "_loss"));

    private Metric? CompiledMetric(string name) => Model.State?.Metrics.All.FirstOrDefault(entry => entry.Name == name)?.Metric;
}
