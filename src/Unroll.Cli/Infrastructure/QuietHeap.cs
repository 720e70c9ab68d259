using System.Runtime;

namespace Unroll.Cli.Infrastructure;

/// <summary>
/// No garbage collection while data are loaded: it would copy the very reviews that are to stay, a tenth of a second of a
/// start. Beyond the room asked for, or where that is not to be had, collections go on as ever.
/// </summary>
internal sealed class QuietHeap : IDisposable
{
    private const long Room = 128L << 20; // IMDB takes some 90 MB on its way to the padded arrays

    private readonly bool _isQuiet;

    public QuietHeap()
    {
        try
        {
            _isQuiet = GCSettings.LatencyMode != GCLatencyMode.NoGCRegion && GC.TryStartNoGCRegion(Room);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A heap with a limit below that.
        }
    }

    public void Dispose()
    {
        if (_isQuiet && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
    }
}
