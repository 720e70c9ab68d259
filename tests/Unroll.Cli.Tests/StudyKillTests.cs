using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>
/// Processes that are killed in the midst of their work (kill -9) lose nothing, and several share one store. With
/// <c>UNROLL_KILLS=20</c> in the environment: as many kills, and 300 trials.
/// </summary>
public sealed class StudyKillTests
{
    private static readonly int? s_kills =
        int.TryParse(Environment.GetEnvironmentVariable("UNROLL_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int kills) ? kills : null;

    private static int Repeats => s_kills is null ? 5 : 75;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_runner_that_is_killed_at_any_moment_goes_on_to_the_same_bytes(bool isOnServer)
    {
        using var study = new StudyProcesses(isOnServer, Repeats);
        string[] undisturbed = study.Undisturbed();
        int killed = 0;
        for (int i = 0; i < (s_kills ?? 8); i++)
        {
            // Within the start of the process, or within trials and writing.
            using Process runner = study.StartRunner();
            if (i % 2 == 1) SpinWait.SpinUntil(() => runner.HasExited || study.Busy().Contains(runner.Id), TimeSpan.FromSeconds(10));
            if (runner.WaitForExit(study.Next(1000))) continue;
            runner.Kill();
            runner.WaitForExit();
            killed++;
        }

        using (Process last = study.StartRunner()) StudyProcesses.Finish(last);
        Assert.True(killed > 0);
        Assert.Equal(undisturbed, study.Stored());
        Assert.Equal(study.Trials, study.Attempts().Length);
        Say($"{killed} kills of the runner, {study.Trials} trials, begun {study.Attempts().Sum()} times");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Workers_that_are_killed_at_any_moment_lose_nothing(bool isOnServer)
    {
        using var study = new StudyProcesses(isOnServer, Repeats);
        string[] undisturbed = study.Undisturbed();
        study.Submit();
        Process[] workers = [.. Enumerable.Range(0, 4).Select(_ => study.StartWorker(jobs: 1))];
        int wanted = s_kills ?? 3, killed = 0;
        try
        {
            while (killed < wanted)
            {
                Thread.Sleep(study.Next(1000));
                // One that has something to lose.
                int[] busy = [];
                Assert.True(SpinWait.SpinUntil(() => (busy = study.Busy()).Length > 0 || workers.All(worker => worker.HasExited), TimeSpan.FromSeconds(120)));
                if (busy.Length == 0) break;
                int its = Array.FindIndex(workers, worker => worker.Id == busy[study.Next(busy.Length)]);
                if (its < 0 || workers[its].HasExited) continue;
                workers[its].Kill();
                workers[its].WaitForExit();
                killed++;
                workers[its].Dispose();
                workers[its] = study.StartWorker(jobs: 1);
            }

            foreach (Process worker in workers) StudyProcesses.Finish(worker);
        }
        finally
        {
            foreach (Process worker in workers) worker.Dispose();
        }

        Assert.True(killed > 0);
        Assert.Equal(undisturbed, study.Stored());
        int[] attempts = study.Attempts();
        Assert.Equal(study.Trials, attempts.Length);
        Assert.InRange(attempts.Sum(), study.Trials, study.Trials + killed); // none twice but those that were lost
        Say($"{killed} kills of one of four workers, {study.Trials} trials, begun {attempts.Sum()} times");
    }

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 4)]
    public void Processes_on_one_store_share_the_work_and_do_none_twice(bool isOnServer, int processes)
    {
        using var study = new StudyProcesses(isOnServer, Repeats);
        study.Submit();
        long start = Stopwatch.GetTimestamp();
        Process[] workers = [.. Enumerable.Range(0, processes).Select(_ => study.StartWorker(jobs: 1))];
        foreach (Process worker in workers) StudyProcesses.Finish(worker);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (Process worker in workers) worker.Dispose();
        int[] attempts = study.Attempts();
        Assert.Equal((study.Trials, study.Trials), (attempts.Length, attempts.Sum()));
        study.Stored();
        Say(string.Create(CultureInfo.InvariantCulture, $"{processes} processes, {study.Trials} trials, begun {attempts.Sum()} times, {seconds:F1} s"));
    }

    [Fact]
    public void A_worker_that_is_told_to_end_gives_its_trial_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        using var study = new StudyProcesses(isOnServer: false, repeats: 75);
        study.Submit();
        using Process worker = study.StartWorker(jobs: 1);
        Assert.True(SpinWait.SpinUntil(() => study.Busy().Length > 0, TimeSpan.FromSeconds(120)));
        using (var kill = Process.Start("kill", ["-TERM", $"{worker.Id}"])) kill.WaitForExit();
        Assert.Equal("unroll: stopped; the trials that ran here were given back.\n", worker.StandardError.ReadToEnd().ReplaceLineEndings("\n"));
        Assert.True(worker.WaitForExit(60_000));
        Assert.Equal((130, 0), (worker.ExitCode, study.Busy().Length));
    }

    private static void Say(string figures) => TestContext.Current.TestOutputHelper?.WriteLine(figures);
}
