namespace Unroll.Studies.Plots;

/// <summary>
/// Loss and metrics by epoch, side by side: training solid, validation dashed.
/// <code>File.WriteAllText("curves.svg", LearningCurves.Svg([("SimpleRNN", history)], title: "Base model"));</code>
/// </summary>
public static class LearningCurves
{
    /// <summary>The curves of one run as an SVG document.</summary>
    public static string Svg(History history, string title = "") => Svg([("", history)], title);

    /// <summary>The curves of several runs, one colour each, as an SVG document.</summary>
    /// <exception cref="ArgumentException">No run has an epoch.</exception>
    public static string Svg(IEnumerable<(string Label, History History)> runs, string title = "") => Of(runs, title).ToSvg();

    /// <summary>The curves of several runs as a figure.</summary>
    /// <exception cref="ArgumentException">No run has an epoch.</exception>
    public static Figure Of(IEnumerable<(string Label, History History)> runs, string title = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        return Of(runs.Select(run => (run.Label, (IReadOnlyList<IReadOnlyList<EpochResult>>)[run.History.Epochs])), title);
    }

    /// <summary>
    /// The curves of several designs, each run with several seeds: the line is the mean over the seeds, the band goes
    /// from the lowest to the highest.
    /// </summary>
    /// <exception cref="ArgumentException">No run has an epoch.</exception>
    public static Figure Of(IEnumerable<(string Label, IReadOnlyList<IReadOnlyList<EpochResult>> Repeats)> runs, string title = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        (string Label, IReadOnlyList<IReadOnlyList<EpochResult>> Repeats)[] all = [.. runs];
        string[] names =
        [
            .. all.SelectMany(run => run.Repeats).SelectMany(epochs => epochs).SelectMany(epoch => epoch.Logs.Keys)
                .Where(name => !name.StartsWith("val_", StringComparison.Ordinal) && name is not ("learning_rate" or "lr"))
                .Distinct()
                .OrderBy(name => name == "loss" ? 0 : name == "accuracy" ? 1 : 2) // stable: further metrics keep their order
        ];
        if (names.Length == 0) throw new ArgumentException("No run has an epoch: there is nothing to draw.", nameof(runs));
        return new Figure(title, [.. names.Select(name => Panel(name, all))]);
    }

    private static Panel Panel(string name, (string Label, IReadOnlyList<IReadOnlyList<EpochResult>> Repeats)[] runs)
    {
        var lines = new List<Line>();
        foreach ((string label, IReadOnlyList<IReadOnlyList<EpochResult>> repeats) in runs)
        {
            if (Line(label, name, repeats) is { } training) lines.Add(training);
            if (Line(label, "val_" + name, repeats) is { } validation) lines.Add(validation with { Dashed = true });
        }

        string title = char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
        string unit = name.EndsWith("accuracy", StringComparison.Ordinal) ? " (share of right answers)" : "";
        return new Panel(title, "epoch", name.Replace('_', ' ') + unit, lines);
    }

    private static Line? Line(string label, string name, IReadOnlyList<IReadOnlyList<EpochResult>> repeats)
    {
        var x = new List<double>();
        var mean = new List<double>();
        var lower = new List<double>();
        var upper = new List<double>();
        int epochs = repeats.Count == 0 ? 0 : repeats.Max(run => run.Count);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            double[] values = [.. repeats.Where(run => run.Count > epoch && run[epoch].Logs.ContainsKey(name)).Select(run => run[epoch].Logs[name]).Where(double.IsFinite)];
            if (values.Length == 0) continue;
            x.Add(epoch + 1);
            mean.Add(values.Average());
            lower.Add(values.Min());
            upper.Add(values.Max());
        }

        if (x.Count == 0) return null;
        return repeats.Count > 1 ? new Line(label, x, mean) { Lower = lower, Upper = upper } : new Line(label, x, mean);
    }
}
