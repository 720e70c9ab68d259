using Unroll.Metrics;
using Unroll.Models.Execution;

namespace Unroll.Models.Training;

/// <summary>The metrics of a compiled model with the names that logs give them.</summary>
internal sealed class CompiledMetrics
{
    /// <param name="metrics">Metrics that count all samples alike.</param>
    /// <param name="weightedMetrics">Metrics that heed sample and class weights.</param>
    public CompiledMetrics(IEnumerable<Metric> metrics, IEnumerable<Metric> weightedMetrics)
    {
        var taken = new HashSet<string> { "loss" };
        All =
        [
            .. metrics.Select(metric => (Name(metric, isWeighted: false), metric, false)),
            .. weightedMetrics.Select(metric => (Name(metric, isWeighted: true), metric, true)),
        ];

        string Name(Metric metric, bool isWeighted)
        {
            ArgumentNullException.ThrowIfNull(metric);
            string name = metric.Name;
            if (isWeighted && taken.Contains(name)) name = "weighted_" + name;
            string stem = name;
            for (int number = 1; !taken.Add(name); number++) name = $"{stem}_{number}";
            return name;
        }
    }

    /// <summary>In the order of compile.</summary>
    public IReadOnlyList<(string Name, Metric Metric, bool IsWeighted)> All { get; }

    /// <summary>True if what is counted on the fly is enough: the plain accuracy of outputs, or nothing.</summary>
    public bool ArePlain(OutputShape output, int targetSize) =>
        All.All(entry => entry is { IsWeighted: false, Metric: ShapedAccuracy } && ShapedAccuracy.For(new MetricShape(output.Steps, output.Units, targetSize)) is not SparseCategoricalAccuracy);
}
