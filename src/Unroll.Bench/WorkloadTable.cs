using Unroll.Configuration;

namespace Unroll.Bench;

/// <summary>The workloads that have names. Results are compared between versions and machines by these names: change none.</summary>
internal static class WorkloadTable
{
    private static readonly Workload Lstm8 = new("lstm8", "LSTM", 1000, 8, 8, 1, 80, 32, 25000, "adam");
    private static readonly Workload Lstm32 = Lstm8 with { Name = "lstm32", Units = 32 };
    private static readonly Workload Lstm128 = Lstm8 with { Name = "lstm128", Units = 128 };

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("rnn5", "SimpleRNN", 2000, 50, 5, 1, 30, 64, 20000, "rmsprop(learning_rate=1e-4)"),
        Lstm8,
        Lstm32,
        Lstm8 with { Name = "lstm64", Units = 64 },
        Lstm128,
        Lstm8 with { Name = "gru8", Cell = "GRU" },
        Lstm128 with { Name = "gru128", Cell = "GRU" },
        Lstm8 with { Name = "lstm8x8", Layers = 8 },
        Lstm128 with { Name = "lstm128-v20k", Vocabulary = 20000, Embedding = 128 },
        Lstm8 with { Name = "lstm8-dropout", Dropout = (0.4, 0.5), Baseline = "lstm8" },
        Lstm8 with { Name = "lstm8-mask", MaskZero = true, Baseline = "lstm8" },
        new("conv64", "Conv1D", 20000, 32, 64, 1, 400, 64, 20000, "adam"),
        new("attention4x8", "MultiHeadAttention", 20000, 32, 32, 1, 200, 64, 20000, "adam"),
        Lstm32 with { Name = "predict-one", Kind = WorkloadKind.Predict, Rows = 1 },
        Lstm32 with { Name = "predict-all", Kind = WorkloadKind.Predict },
    ];

    /// <summary>The workloads of these names in the table's order, and those that they are compared with; all for no names.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<Workload> Select(IReadOnlyList<string> names)
    {
        if (names.Count == 0) return All;
        string[] known = [.. All.Select(workload => workload.Name)];
        foreach (string name in names)
        {
            if (!known.Contains(name)) throw new ArgumentException($"workload '{name}' is unknown{NameMatching.Suggestion(name, known)}");
        }

        var wanted = All.Where(workload => names.Contains(workload.Name)).ToList();
        string?[] baselines = [.. wanted.Select(workload => workload.Baseline)];
        return [.. All.Where(workload => wanted.Contains(workload) || baselines.Contains(workload.Name))];
    }
}
