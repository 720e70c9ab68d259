using Unroll.Cli.Infrastructure;
using Unroll.Datasets;

namespace Unroll.Cli.Commands;

/// <summary>Shows a download: one line that is redrawn on a terminal, a line per tenth elsewhere.</summary>
internal sealed class DownloadProgressLine(CliContext context) : IProgress<DownloadProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private int _tenths = -1;
    private int _width;

    public void Report(DownloadProgress value)
    {
        lock (_lock)
        {
            double? share = value.TotalBytes > 0 ? (double)value.BytesReceived / value.TotalBytes : null;
            string text = $"{value.File}: {value.BytesReceived / 1e6:F1}"
                + (value.TotalBytes is { } total ? $" of {total / 1e6:F1} MB" : " MB")
                + (value.SecondsLeft is { } left ? $", {left:F0} s left" : "");
            if (context.IsErrorInteractive)
            {
                context.Error.Write('\r' + text.PadRight(_width));
                _width = text.Length;
            }
            else if (share is { } known && (int)(known * 10) > _tenths)
            {
                _tenths = (int)(known * 10);
                context.Error.WriteLine(text);
            }
        }
    }

    /// <summary>Ends the line.</summary>
    public void Dispose()
    {
        if (_width > 0) context.Error.WriteLine();
    }
}
