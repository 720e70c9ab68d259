using System.Diagnostics;
using Unroll.Cli.Infrastructure;

namespace Unroll.Cli.Commands;

/// <summary>How long after the program's begin the stages of a start were done, on standard error; silent unless wanted.</summary>
internal sealed class StartTimings(CliContext context, bool wanted)
{
    /// <summary>What a fit needs to report its first step.</summary>
    public IReadOnlyList<Callback> Callbacks => wanted ? [new FirstStep(this)] : [];

    public void Reached(string stage)
    {
        if (!wanted) return;
        double seconds = Stopwatch.GetElapsedTime(context.Started).TotalSeconds;
        context.Error.WriteLine($"timing: {stage} after {seconds:F3} s ({Environment.CpuUsage.TotalTime.TotalSeconds:F3} s of processor time since the process began)");
    }

    private sealed class FirstStep(StartTimings timings) : Callback
    {
        private bool _seen;

        public override void OnTrainBegin() => timings.Reached("training set up");

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
        {
            if (!_seen) timings.Reached("first step");
            _seen = true;
        }
    }
}
