using Unroll.Execution;
using Unroll.Metrics;

namespace Unroll.Models.Training;

/// <summary>A metric of an output.</summary>
/// <param name="Name">What logs call it.</param>
/// <param name="Metric">The metric.</param>
/// <param name="IsWeighted">Whether it heeds sample and class weights.</param>
/// <param name="Output">Number of the output.</param>
internal sealed record CompiledMetric(string Name, Metric Metric, bool IsWeighted, int Output);

/// <summary>The metrics of a compiled model with the names that logs give them.</summary>
/// <param name="metrics">Metrics that count all samples alike.</param>
/// <param name="weightedMetrics">Metrics that heed sample and class weights.</param>
internal sealed class CompiledMetrics(MetricSet? metrics, MetricSet? weightedMetrics)
{
    private OutputNames? _outputs;

    /// <summary>As they were given.</summary>
    public MetricSet? Given => metrics;

    /// <summary>As they were given.</summary>
    public MetricSet? GivenWeighted => weightedMetrics;

    /// <summary>In the order of compile, once the outputs are known.</summary>
    public IReadOnlyList<CompiledMetric> All { get; private set; } = [];

    /// <summary>Finds each output's metrics.</summary>
    /// <exception cref="ArgumentException">Names or numbers don't fit.</exception>
    public void Settle(OutputNames outputs)
    {
        if (_outputs == outputs) return;
        IReadOnlyList<Metric>[] plain = Arrange(metrics, outputs, "metrics"), weighted = Arrange(weightedMetrics, outputs, "weighted_metrics");
        var all = new List<CompiledMetric>();
        var taken = new HashSet<string> { "loss" }; // several outputs can have the same name
        for (int output = 0; output < outputs.Count; output++)
        {
            string prefix = outputs.Count > 1 ? outputs.All[output] + "_" : "";
            foreach ((Metric metric, bool isWeighted) in plain[output].Select(metric => (metric, false)).Concat(weighted[output].Select(metric => (metric, true))))
            {
                string name = metric.Name;
                bool isNumbered = metric.IsNumbered && !metric.HasGivenName; // as Keras names such objects, wherever they stand
                if (isWeighted && !isNumbered && taken.Contains(prefix + name)) name = "weighted_" + name;
                string stem = name;
                for (int number = 1; !taken.Add(prefix + name); number++) name = $"{stem}_{number}";
                all.Add(new CompiledMetric(prefix + name, metric, isWeighted, output));
            }
        }

        (All, _outputs) = (all, outputs);
    }

    /// <summary>True if what is counted on the fly is enough for an output: the plain accuracy, or nothing.</summary>
    public bool ArePlain(int output, OutputShape shape, int targetSize) => All.Where(entry => entry.Output == output)
        .All(entry => entry is { IsWeighted: false, Metric: ShapedAccuracy } && ShapedAccuracy.For(new MetricShape(shape.Steps, shape.Units, targetSize)) is not SparseCategoricalAccuracy);

    private static IReadOnlyList<Metric>[] Arrange(MetricSet? set, OutputNames outputs, string what)
    {
        var arranged = new IReadOnlyList<Metric>[outputs.Count];
        Array.Fill(arranged, []);
        if (set is null) return arranged;
        if (set.Names is { } names)
        {
            for (int i = 0; i < names.Count; i++) arranged[outputs.Find(names[i], what)] = [.. set.Parts[i]?.Flat() ?? []];
        }
        else if (outputs.Count == 1)
        {
            arranged[0] = [.. set.Flat()];
        }
        else if (set.Parts.Count == outputs.Count)
        {
            for (int i = 0; i < outputs.Count; i++) arranged[i] = [.. set.Parts[i]?.Flat() ?? []];
        }
        else if (set.Metric is not null || set.Parts.Count > 0)
        {
            throw new ArgumentException(
                $"The model has {outputs.Count} outputs ({string.Join(", ", outputs.All)}), but {what} has {Math.Max(1, set.Parts.Count)} entries. Give a list for each output.");
        }

        return arranged;
    }
}
