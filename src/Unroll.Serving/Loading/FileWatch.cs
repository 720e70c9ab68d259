namespace Unroll.Serving.Loading;

/// <summary>Tells when a file may have changed: at once where the system says so, after an interval anyway.</summary>
internal sealed class FileWatch : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    private readonly TimeSpan _interval;

    private readonly FileSystemWatcher? _watcher;

    public FileWatch(string path, TimeSpan interval)
    {
        _interval = interval;
        try
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
            _watcher.Changed += (_, _) => Signal();
            _watcher.Created += (_, _) => Signal();
            _watcher.Renamed += (_, _) => Signal();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException)
        {
            _watcher?.Dispose(); // no watches left, or none on this file system: the interval remains
            _watcher = null;
        }
    }

    /// <summary>Waits until the file is worth a look.</summary>
    public Task Next(CancellationToken cancellation) => _signal.WaitAsync(_interval, cancellation);

    public void Dispose()
    {
        _watcher?.Dispose();
        _signal.Dispose();
    }

    private void Signal()
    {
        try
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Two signals at once are one; after the end there is nobody to tell.
        }
    }
}
