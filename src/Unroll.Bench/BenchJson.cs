using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Bench;

/// <summary>What <c>unroll bench --json</c> writes.</summary>
internal sealed record BenchReport(
    Machine Machine, string Folder, string Command, int Threads, int Jobs, int Rounds, int? Steps, string Data, double PeakGflops,
    IReadOnlyList<WorkloadReport> Workloads)
{
    public static BenchReport Of(BenchRun run, string command) => new(
        run.Machine, run.Machine.Folder, command, run.Results[0].Case.Threads, run.Results[0].Case.Jobs, run.Options.Rounds, run.Options.Steps,
        run.Options.Source.ToString().ToLowerInvariant(), run.PeakGflops, [.. run.Results.Select(WorkloadReport.Of)]);
}

/// <summary>One workload; all that is measured is a median, the rounds stand beside it.</summary>
internal sealed record WorkloadReport(
    string Workload, string Cell, int Vocabulary, int Embedding, int Units, int Layers, int Length, int Batch, int Rows, string Optimizer,
    int Threads, int Jobs, int TimedSteps, double MsPerStep, double SecondsPerEpoch, double Gflops, double ShareOfPeak, double RowsPerSecond,
    IReadOnlyList<double> MsPerStepRounds, string? Baseline, double? TimesBaseline)
{
    public static WorkloadReport Of(BenchResult result)
    {
        Workload workload = result.Case.Workload;
        return new WorkloadReport(
            workload.Name, workload.Cell, workload.Vocabulary, workload.Embedding, workload.Units, workload.Layers, workload.Length, workload.Batch,
            workload.Rows, workload.Optimizer, result.Case.Threads, result.Case.Jobs, result.Steps, result.Milliseconds, result.SecondsPerEpoch,
            result.Gflops, result.ShareOfPeak, result.RowsPerSecond, result.RoundMilliseconds, workload.Baseline, result.Ratio);
    }
}

/// <summary>What <c>unroll bench scaling</c> writes as JSON.</summary>
internal sealed record ScalingReport(Machine Machine, string Folder, string Command, int Rounds, int? Steps, double PeakGflops, IReadOnlyList<CurveReport> Curves)
{
    public static ScalingReport Of(IReadOnlyList<ScalingCurve> curves, BenchRun run, string command)
    {
        int at = 0;
        return new ScalingReport(
            run.Machine, run.Machine.Folder, command, run.Options.Rounds, run.Options.Steps, run.PeakGflops,
            [.. curves.Select(curve => new CurveReport(
                curve.Name, curve.Title, [.. curve.Points.Select(point => new PointReport(point.Value, WorkloadReport.Of(run.Results[at++])))]))]);
    }
}

/// <summary>One curve.</summary>
internal sealed record CurveReport(string Name, string Title, IReadOnlyList<PointReport> Points);

/// <summary>One size of a curve.</summary>
internal sealed record PointReport(int Value, WorkloadReport Measured);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
    NewLine = "\n", NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(ScalingReport))]
internal sealed partial class BenchJson : JsonSerializerContext
{
    public static string Write(BenchReport report) => JsonSerializer.Serialize(report, Default.BenchReport) + "\n";

    public static string Write(ScalingReport report) => JsonSerializer.Serialize(report, Default.ScalingReport) + "\n";
}
