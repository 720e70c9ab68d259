using Unroll.Configuration;

namespace Unroll.Bench;

/// <summary>How the time of a step changes with one size.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Title">What is varied in which model.</param>
/// <param name="Points">Sizes and what is measured at each.</param>
internal sealed record ScalingCurve(string Name, string Title, IReadOnlyList<(int Value, BenchCase Case)> Points);

/// <summary>The curves that are measured.</summary>
internal static class Scaling
{
    // Few enough rows that no curve waits for its data, and enough steps in an epoch to time.
    private const int StepsPerEpoch = 64;

    /// <param name="cores">Threads and jobs go up to this.</param>
    public static IReadOnlyList<ScalingCurve> Curves(int cores)
    {
        Workload lstm32 = WorkloadTable.Select(["lstm32"])[0], lstm128 = WorkloadTable.Select(["lstm128"])[0];
        Workload wide = lstm32 with { Embedding = 32 };
        int[] workers = [.. Enumerable.Range(0, 12).Select(power => 1 << power).TakeWhile(count => count < cores), cores];
        return
        [
            Curve("length", "tokens per row, LSTM(32)", [30, 60, 80, 100, 150, 200, 300, 400], n => One(lstm32 with { Length = n })),
            Curve("units", "units of the LSTM", [1, 2, 4, 8, 16, 32, 64, 128, 256], n => One(lstm32 with { Units = n })),
            Curve("batch", "rows per step, LSTM(32)", [1, 2, 4, 8, 16, 32, 64, 128, 256], n => One(lstm32 with { Batch = n })),
            Curve("vocabulary", "words, Embedding(words, 32), LSTM(32)", [1000, 2000, 5000, 10000, 20000, 50000, 100000], n => One(wide with { Vocabulary = n })),
            Curve("threads", "threads inside a step, LSTM(32)", workers, n => Many(lstm32, n, 1)),
            Curve("threads-128", "threads inside a step, LSTM(128)", workers, n => Many(lstm128, n, 1)),
            Curve("jobs", "models side by side, LSTM(32)", workers, n => Many(lstm32, 1, n)),
            Curve("jobs-128", "models side by side, LSTM(128)", workers, n => Many(lstm128, 1, n)),
        ];
    }

    /// <summary>The curves of these names; all for no names.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<ScalingCurve> Select(IReadOnlyList<string> names, int cores)
    {
        IReadOnlyList<ScalingCurve> all = Curves(cores);
        string[] known = [.. all.Select(curve => curve.Name)];
        foreach (string name in names)
        {
            if (!known.Contains(name)) throw new ArgumentException($"curve '{name}' is unknown{NameMatching.Suggestion(name, known)}");
        }

        return names.Count == 0 ? all : [.. all.Where(curve => names.Contains(curve.Name))];
    }

    /// <summary>A table per curve.</summary>
    public static string Markdown(IReadOnlyList<ScalingCurve> curves, BenchRun run)
    {
        string text = "";
        int at = 0;
        foreach (ScalingCurve curve in curves)
        {
            double first = run.Results[at].RowsPerSecond;
            text += $"\n## {curve.Name}: {curve.Title}\n\n" + BenchText.Markdown(
                [curve.Name, "ms/step", "GFLOP/s", "of peak", "rows/s", "rows/s against the first"],
                curve.Points.Select((point, i) => (point.Value, Result: run.Results[at + i])).Select(row => (string[])
                [
                    BenchText.Integer(row.Value), BenchText.Number(row.Result.Milliseconds), BenchText.Number(row.Result.Gflops),
                    BenchText.Percent(row.Result.ShareOfPeak), BenchText.Integer(row.Result.RowsPerSecond), BenchText.Number(row.Result.RowsPerSecond / first),
                ]));
            at += curve.Points.Count;
        }

        return text;
    }

    private static ScalingCurve Curve(string name, string title, int[] values, Func<int, BenchCase> create) =>
        new(name, title, [.. values.Distinct().Select(value => (value, create(value)))]);

    private static BenchCase One(Workload workload) => Many(workload, 1, 1);

    private static BenchCase Many(Workload workload, int threads, int jobs) => new(workload with { Rows = workload.Batch * StepsPerEpoch }, threads, jobs);
}
