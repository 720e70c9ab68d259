using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Unroll.Studies;
using Unroll.Studies.Reports;
using ConsoleText = Spectre.Console.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>One line per running trial and a bar over all, redrawn in place.</summary>
internal sealed class LiveProgress : IStudyObserver
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<Trial, (TrialProgress Progress, EpochResult? Last)> _running = [];
    private readonly List<string> _notices = [];
    private string _status = "starting";
    private RunProgress _run = new(0, 0, 0, 0, TimeSpan.Zero, null);
    private long _stamp = TimeProvider.System.GetTimestamp();

    /// <summary>Runs the study on another thread and shows its progress until it ends.</summary>
    public static StudyResult Run(IAnsiConsole console, Func<IStudyObserver, StudyResult> run)
    {
        var progress = new LiveProgress();
        Task<StudyResult> task = Task.Factory.StartNew(() => run(progress), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        console.Live(new ConsoleText("")).AutoClear(true).Start(display =>
        {
            while (!task.Wait(RedrawEvery, CancellationToken.None))
            {
                display.UpdateTarget(progress.View(console.Profile.Width));
            }
        });
        return task.GetAwaiter().GetResult();
    }

    public void RunStarted(Studies.Study study, IReadOnlyList<Trial> trials, int jobs)
    {
        lock (_lock) _run = _run with { Total = trials.Count };
    }

    public void DatasetLoading(DatasetDesign design)
    {
        lock (_lock) _status = $"loading {StudyText.Dataset(design)}";
    }

    public void DatasetLoaded(DatasetDesign design, TrialDataset info)
    {
        lock (_lock)
        {
            _status = "";
            _stamp = TimeProvider.System.GetTimestamp();
            if (info.IsFallback && _notices.Count == 0) _notices.Add($"MADE-UP DATA, not real reviews. {info.Notice}");
        }
    }

    public void StoreOpened(RunProgress run)
    {
        lock (_lock) _run = run;
    }

    public void TrialStarted(TrialProgress trial)
    {
        lock (_lock) _running[trial.Trial] = (trial, null);
    }

    public void TrialAdvanced(TrialProgress trial, RunProgress run)
    {
        lock (_lock)
        {
            _running[trial.Trial] = (trial, _running.GetValueOrDefault(trial.Trial).Last);
            _run = run;
            _stamp = TimeProvider.System.GetTimestamp();
        }
    }

    public void EpochCompleted(TrialProgress trial, EpochResult epoch, RunProgress run)
    {
        lock (_lock)
        {
            _running[trial.Trial] = (trial, epoch);
            _run = run;
            _stamp = TimeProvider.System.GetTimestamp();
        }
    }

    public void TrialCompleted(TrialResult result, RunProgress run)
    {
        lock (_lock)
        {
            _running.Remove(result.Trial);
            _run = run;
            _stamp = TimeProvider.System.GetTimestamp();
        }
    }

    internal IRenderable View(int width)
    {
        lock (_lock)
        {
            TimeSpan since = TimeProvider.System.GetElapsedTime(_stamp); // times go on between two events
            var lines = new List<IRenderable>();
            foreach (string notice in _notices) lines.Add(new ConsoleText(notice, new Style(Color.Black, Color.Yellow, Decoration.Bold)));
            if (_status.Length > 0) lines.Add(new ConsoleText(_status, Color.Grey));
            if (_running.Count > 0)
            {
                var table = new Grid { Expand = false };
                for (int i = 0; i < 4; i++) table.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
                foreach ((Trial trial, (TrialProgress progress, EpochResult? last)) in _running.OrderBy(pair => pair.Key.Repeat))
                {
                    table.AddRow(
                        new ConsoleText(StudyText.Name(trial)),
                        new ConsoleText(progress.EpochsDone == progress.Epochs ? "testing" : $"epoch {progress.EpochsDone + 1}/{progress.Epochs} {progress.EpochShare * 100,3:F0} %"),
                        new ConsoleText(last is null ? "" : $"loss {Value(last, "loss")}{(last.Logs.ContainsKey("val_loss") ? $"  val_loss {Value(last, "val_loss")}" : "")}"),
                        new ConsoleText(Left(progress.Remaining, since), Color.Grey));
                }

                lines.Add(table);
            }

            lines.Add(Bar(width, since));
            return new Rows(lines);
        }
    }

    private ConsoleText Bar(int width, TimeSpan since)
    {
        int cells = Math.Clamp(width - 60, 10, 40);
        int full = (int)Math.Round(cells * Math.Clamp(_run.Fraction, 0, 1));
        string failed = _run.Failed == 0 ? "" : $", {_run.Failed} failed";
        string text = $"{new string('━', full)}{new string('┄', cells - full)} {_run.Fraction * 100,3:F0} %  {_run.Done}/{_run.Total} trials{failed}  {NumberText.Duration(_run.Elapsed + since)}  {Left(_run.Remaining, since)}";
        return new ConsoleText(text, _run.Failed == 0 ? Color.Green : Color.Red);
    }

    private static string Left(TimeSpan? remaining, TimeSpan since) =>
        remaining is { } time && time > since ? $"about {NumberText.Duration(time - since)} left" : "";

    private static string Value(EpochResult epoch, string name) =>
        epoch.Logs.TryGetValue(name, out double value) ? value.ToString("F4", CultureInfo.InvariantCulture) : "–";
}
