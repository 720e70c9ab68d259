using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Classification;
using Unroll.Serving.Loading;
using Unroll.Serving.Metrics;

namespace Unroll.Serving;

/// <summary>
/// The classifier of an app: loaded when the app starts, loaded again when its file changes. Whoever works with the former one while
/// another is loaded works on with it. A file that can't be loaded is logged, and the former classifier stays. Any number of threads
/// may use it at the same time.
/// </summary>
public sealed partial class TextClassifierService : IHostedService, IDisposable
{
    // Long enough for a copy to be under way no more, short beside the time that loading takes.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    private readonly TextClassifierServiceOptions _options;

    private readonly ServingMetrics _metrics;

    private readonly TimeProvider _time;

    private readonly ILogger<TextClassifierService> _log;

    private readonly CancellationTokenSource _stop = new();

    private volatile LoadedClassifier _loaded;

    private Task _watching = Task.CompletedTask;

    private bool _isDisposed;

    internal TextClassifierService(string path, TextClassifierServiceOptions options, ServingMetrics metrics, TimeProvider time, ILogger<TextClassifierService> log)
    {
        (Path, _options, _metrics, _time, _log) = (System.IO.Path.GetFullPath(path), options, metrics, time, log);
        _loaded = LoadedClassifier.Load(Path, time);
        LogLoaded(Path, _loaded.Fingerprint, _loaded.Classifier.Labels.Count);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The classifier as it is now. Take it once for each piece of work: the next call may give another.</summary>
    public TextClassifier Classifier => _loaded.Classifier;

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt => _loaded.LoadedAt;

    /// <summary>Hash of its weights: equal fingerprints, equal answers.</summary>
    public string Fingerprint => _loaded.Fingerprint;

    internal LoadedClassifier Loaded => _loaded;

    /// <summary>Begins to watch the file, if that is wanted.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Watch && _watching.IsCompleted) _watching = Task.Run(() => Watch(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Watches no more; the classifier stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_isDisposed) await _stop.CancelAsync();
        await _watching;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed) return; // an app disposes of it as a service and as a hosted one
        _isDisposed = true;
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task Watch(CancellationToken stop)
    {
        using var watch = new FileWatch(Path, _options.PollInterval);
        FileStamp? seen = _loaded.Stamp;
        try
        {
            while (true)
            {
                FileStamp? now = FileStamp.Of(Path);
                if (now == seen)
                {
                    await watch.Next(stop);
                    continue;
                }

                await Task.Delay(Settling, stop);
                if (FileStamp.Of(Path) != now) continue;
                seen = now;
                if (now is null) LogMissing(Path);
                else seen = Reload() ?? now;
            }
        }
        catch (OperationCanceledException)
        {
            // The app ends.
        }
    }

    /// <summary>Puts the file's classifier in the place of the former one; null: it could not be loaded.</summary>
    private FileStamp? Reload()
    {
        try
        {
            LoadedClassifier next = LoadedClassifier.Load(Path, _time);
            _loaded = next;
            _metrics.CountReload(succeeded: true);
            LogLoaded(Path, next.Fingerprint, next.Classifier.Labels.Count);
            return next.Stamp;
        }
        catch (Exception e) // whatever is wrong with a new file, the app answers with the former one
        {
            _metrics.CountReload(succeeded: false);
            LogBroken(Path, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Path}: fingerprint {Fingerprint}, {Classes} classes.")]
    private partial void LogLoaded(string path, string fingerprint, int classes);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} has changed but can't be loaded; the former classifier stays. {Reason}")]
    private partial void LogBroken(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is gone; the classifier that was loaded from it stays.")]
    private partial void LogMissing(string path);
}
