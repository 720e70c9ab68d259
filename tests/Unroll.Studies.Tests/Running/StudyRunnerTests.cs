using Xunit;

namespace Unroll.Studies.Tests.Running;

public sealed class StudyRunnerTests
{
    [Fact]
    public void Every_trial_is_recorded_in_the_order_of_the_study()
    {
        StudyResult result = Run(new FakeExecutor());
        Assert.Equal(["units 2#0", "units 2#1", "units 4#0", "units 4#1"], result.Trials.Select(trial => $"{trial.Trial.Cell.Label}#{trial.Trial.Repeat}"));
        TrialResult first = result.Trials.First();
        Assert.Equal(TrialState.Complete, first.State);
        Assert.Equal((200L, 0.802, 0.47, "2-7"), (first.Parameters!.Value, first.TestAccuracy, Math.Round(first.TestLoss, 10), first.Fingerprint));
        Assert.Equal((5, 7.5, 1.25), (first.Epochs.Count, first.FitSeconds, first.ValidationSeconds));
    }

    [Fact]
    public void Results_do_not_depend_on_jobs()
    {
        static IEnumerable<(string, int, double, string?)> Essence(StudyResult result) =>
            result.Trials.Select(trial => (trial.Trial.Cell.Label, trial.Trial.Seed, trial.TestLoss, trial.Fingerprint));
        Assert.Equal(Essence(Run(new FakeExecutor(), jobs: 1)), Essence(Run(new FakeExecutor(), jobs: 3)));
    }

    [Fact]
    public void The_longest_trial_starts_first()
    {
        var executor = new FakeExecutor();
        Run(executor, jobs: 1);
        Assert.Equal(["units 4#0", "units 4#1", "units 2#0", "units 2#1"], executor.Started);
    }

    [Fact]
    public void A_data_set_is_loaded_once()
    {
        var executor = new FakeExecutor();
        Run(executor);
        Assert.Equal(1, executor.Loads);
    }

    [Fact]
    public void A_failed_trial_keeps_its_error_and_holds_up_no_other()
    {
        var executor = new FakeExecutor
        {
            AfterEpoch = (trial, epoch) =>
            {
                if (trial is { Repeat: 1, Cell.Label: "units 2" } && epoch == 2) throw new InvalidOperationException("disk on fire");
            },
        };
        StudyResult result = Run(executor);
        TrialResult failed = Assert.Single(result.Trials, trial => trial.State == TrialState.Failed);
        Assert.Equal("InvalidOperationException: disk on fire", failed.Error);
        Assert.Equal(3, failed.Epochs.Count);
        Assert.Equal(3, result.Trials.Count(trial => trial.State == TrialState.Complete));
        Assert.Equal((1, 1), (result.Parts[0].Cells[0].TestAccuracy.Count, result.Parts[0].Cells[0].Failed));
        Assert.False(result.Cancelled);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_a_failure()
    {
        var executor = new FakeExecutor { Loss = (trial, epoch) => trial.Repeat == 0 && epoch == 1 ? double.NaN : null };
        TrialResult failed = Run(executor).Trials.First();
        Assert.Equal(TrialState.Failed, failed.State);
        Assert.Equal("the loss of epoch 2 is not a number (NaN); training diverged. A smaller learning rate or clipped gradients (clipnorm) usually help.", failed.Error);
    }

    [Fact]
    public void Cancelling_keeps_what_has_ended()
    {
        using var cancellation = new CancellationTokenSource();
        var executor = new FakeExecutor
        {
            AfterEpoch = (trial, epoch) =>
            {
                if (trial is { Repeat: 0, Cell.Label: "units 2" }) cancellation.Cancel(); // the third of four
            },
        };
        StudyResult result = StudyRunner.Run(Documents.Study(), new RunOptions { Jobs = 1 }, null, executor, TimeProvider.System, cancellation.Token);
        Assert.True(result.Cancelled);
        Assert.Equal([TrialState.Waiting, TrialState.Waiting, TrialState.Complete, TrialState.Complete], result.Trials.Select(trial => trial.State));
    }

    [Fact]
    public void A_run_stopped_before_a_trial_has_ended_leaves_an_earlier_report_alone()
    {
        string folder = Directory.CreateTempSubdirectory("unroll-runner-").FullName;
        try
        {
            string? report = Run(new FakeExecutor(), new RunOptions { OutputFolder = folder }).ReportPath;
            string before = File.ReadAllText(report!);
            using var cancellation = new CancellationTokenSource();
            var executor = new FakeExecutor { AfterEpoch = (_, _) => cancellation.Cancel() };
            StudyResult result = StudyRunner.Run(Documents.Study(), new RunOptions { OutputFolder = folder, Repeats = 3 }, null, executor, TimeProvider.System, cancellation.Token);
            Assert.Null(result.ReportPath);
            Assert.Equal(before, File.ReadAllText(report!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Progress_counts_epochs_and_ends_at_one()
    {
        var observer = new Recorder();
        StudyRunner.Run(Documents.Study(), new RunOptions { Jobs = 2 }, observer, new FakeExecutor(), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(4 * 5, observer.Epochs.Count);
        Assert.Equal(4, observer.Trials.Count);
        Assert.Equal((4, 0, 4, 1.0), (observer.Trials[^1].Done, observer.Trials[^1].Failed, observer.Trials[^1].Total, Math.Round(observer.Trials[^1].Fraction, 12)));
        Assert.All(observer.Epochs.Zip(observer.Epochs.Skip(1)), pair => Assert.True(pair.First.Fraction <= pair.Second.Fraction));
    }

    [Fact]
    public void A_broken_display_stops_the_run_and_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            StudyRunner.Run(Documents.Study(), new RunOptions(), new Recorder { Throws = true }, new FakeExecutor(), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal("The observer of the run failed: no paper", error.Message);
    }

    [Fact]
    public void Wrong_options_are_refused_before_anything_runs()
    {
        var executor = new FakeExecutor();
        Assert.StartsWith("repeats is 0; it must be at least 1.", Assert.Throws<ArgumentException>(() => Run(executor, new RunOptions { Repeats = 0 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("Jobs is -1; it must be at least 1.", Assert.Throws<ArgumentException>(() => Run(executor, new RunOptions { Jobs = -1 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("The data set 'imbd' is unknown; use imdb, synthetic or auto.", Assert.Throws<ArgumentException>(() => Run(executor, new RunOptions { DatasetOverride = "imbd" })).Message, StringComparison.Ordinal);
        Assert.Empty(executor.Started);
    }

    [Theory]
    [InlineData("imdb", true)] // asked for real reviews
    [InlineData("synthetic", false)]
    public void Synthetic_data_by_choice_are_marked_where_the_study_asks_for_others(string asked, bool marked)
    {
        Study study = Documents.Study(Documents.Small.Replace("\"synthetic\"", $"\"{asked}\"", StringComparison.Ordinal));
        StudyResult result = StudyRunner.Run(study, new RunOptions { DatasetOverride = "synthetic" }, null, new FakeExecutor(), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(marked, result.UsedFallback);
    }

    private static StudyResult Run(FakeExecutor executor, int jobs = 2) => Run(executor, new RunOptions { Jobs = jobs });

    internal static StudyResult Run(FakeExecutor executor, RunOptions options, Study? study = null) =>
        StudyRunner.Run(study ?? Documents.Study(), options, null, executor, TimeProvider.System, TestContext.Current.CancellationToken);

    private sealed class Recorder : IStudyObserver
    {
        public bool Throws { get; init; }

        public List<RunProgress> Epochs { get; } = [];

        public List<RunProgress> Trials { get; } = [];

        public void EpochCompleted(TrialProgress trial, EpochResult epoch, RunProgress run)
        {
            if (Throws) throw new IOException("no paper");
            Epochs.Add(run);
        }

        public void TrialCompleted(TrialResult result, RunProgress run) => Trials.Add(run);
    }
}
