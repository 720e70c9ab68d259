namespace Unroll;

/// <summary>Loss and metrics of a model on a data set.</summary>
public sealed class Evaluation
{
    internal Evaluation(IReadOnlyDictionary<string, double> logs, IReadOnlyList<string> names, double seconds)
    {
        Logs = logs;
        Names = names;
        Seconds = seconds;
    }

    /// <summary>Mean loss over all samples.</summary>
    public double Loss => Logs["loss"];

    /// <summary>Share of right answers, 0 to 1.</summary>
    /// <exception cref="KeyNotFoundException">The model was compiled without the metric "accuracy".</exception>
    public double Accuracy => Logs.TryGetValue("accuracy", out double value) || Logs.TryGetValue("acc", out value)
        ? value
        : throw new KeyNotFoundException("The model was compiled without metrics: [\"accuracy\"].");

    /// <summary>The names in the order of Keras' list: the loss, the metrics, then what several outputs add.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The values in the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<double> Values => [.. Names.Select(name => Logs[name])];

    /// <summary>All values by name.</summary>
    public IReadOnlyDictionary<string, double> Logs { get; }

    /// <summary>Seconds that the pass over the data took.</summary>
    public double Seconds { get; }

    /// <summary>Takes the result apart as Keras' <c>[loss, accuracy]</c>: the loss and the first metric that the model was compiled with.</summary>
    /// <exception cref="InvalidOperationException">The model was compiled without metrics.</exception>
    public void Deconstruct(out double loss, out double metric) => (loss, metric) = (Loss, Metric(1));

    /// <summary>Takes the result apart: the loss and the first two of the metrics.</summary>
    /// <exception cref="InvalidOperationException">There are fewer.</exception>
    public void Deconstruct(out double loss, out double first, out double second) => (loss, first, second) = (Loss, Metric(1), Metric(2));

    /// <summary>Takes the result apart: the loss and the first three of the metrics.</summary>
    /// <exception cref="InvalidOperationException">There are fewer.</exception>
    public void Deconstruct(out double loss, out double first, out double second, out double third) =>
        (loss, first, second, third) = (Loss, Metric(1), Metric(2), Metric(3));

    private double Metric(int place) => Names.Count > place ? Logs[Names[place]] : throw new InvalidOperationException(Names.Count == 1
        ? "The model was compiled without metrics, so there is only the loss: compile with metrics: [\"accuracy\"], say, or take Loss."
        : $"There are {Names.Count} values, {string.Join(", ", Names)}; {place + 1} were asked for.");
}
