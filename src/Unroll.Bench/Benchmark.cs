using System.Diagnostics;
using Unroll.Kernels.Simd;

namespace Unroll.Bench;

/// <summary>
/// Measures cases in interleaved rounds: a machine that is slow for a second is slow for all of them, and the FMA peak is
/// taken beside each case. The round before the first warms up and is not counted.
/// </summary>
internal static class Benchmark
{
    private static readonly TimeSpan PeakTime = TimeSpan.FromMilliseconds(10);

    /// <param name="cases">What to measure.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told before each measurement.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="Datasets.DatasetUnavailableException">IMDB was asked for and is not to be had.</exception>
    public static BenchRun Run(
        IReadOnlyList<BenchCase> cases, BenchOptions options, Action<BenchProgress>? progress = null, CancellationToken cancellation = default)
    {
        var teams = new SubjectTeam[cases.Count];
        var milliseconds = new double[cases.Count, options.Rounds];
        var peaks = new double[cases.Count, options.Rounds];
        var steps = new int[cases.Count];
        var corePeaks = new List<double>();
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round <= options.Rounds; round++)
        {
            for (int i = 0; i < cases.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(new BenchProgress(round, options.Rounds, cases[i].Workload.Name, Remaining(round, i)));
                teams[i] ??= new SubjectTeam(cases[i], options.Source);
                double peak = FmaPeak.Measure(cases[i].Cores, PeakTime);
                double[][] seconds = teams[i].Run(options.Limit, cancellation);
                if (round == 0) continue;
                corePeaks.Add(peak / cases[i].Cores);
                peaks[i, round - 1] = peak;
                milliseconds[i, round - 1] = 1e3 * Statistics.Median(seconds.SelectMany(each => each));
                steps[i] += seconds.Sum(each => each.Length);
            }
        }

        var results = new BenchResult[cases.Count];
        for (int i = 0; i < cases.Count; i++) results[i] = Result(i);
        return new BenchRun(Machine.Current, options, Statistics.Median(corePeaks) / 1e9, results);

        // Rounds last alike, the first a little longer.
        TimeSpan? Remaining(int round, int index)
        {
            int done = round * cases.Count + index, all = (options.Rounds + 1) * cases.Count;
            return done == 0 ? null : Stopwatch.GetElapsedTime(start) / done * (all - done);
        }

        BenchResult Result(int i)
        {
            Workload workload = cases[i].Workload;
            int baseline = workload.Baseline is null ? -1 : cases.ToList().FindIndex(each => each.Workload.Name == workload.Baseline);
            IEnumerable<int> rounds = Enumerable.Range(0, options.Rounds);
            return new BenchResult
            {
                Case = cases[i],
                RoundMilliseconds = [.. rounds.Select(round => milliseconds[i, round])],
                RoundShares = [.. rounds.Select(round => cases[i].Jobs * workload.OperationsPerStep / (milliseconds[i, round] / 1e3) / peaks[i, round])],
                RoundRatios = baseline < 0 ? null : [.. rounds.Select(round => milliseconds[i, round] / milliseconds[baseline, round])],
                Steps = steps[i],
            };
        }
    }
}
