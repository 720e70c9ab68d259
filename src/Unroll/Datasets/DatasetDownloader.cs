using System.Diagnostics;
using System.Security.Cryptography;

namespace Unroll.Datasets;

/// <summary>
/// Fetches a file over HTTP, checks its SHA-256 and puts it in place in one step: under its final name there is either
/// the whole right file or nothing.
/// </summary>
/// <param name="handler">What carries the requests; null for the network.</param>
internal sealed class DatasetDownloader(HttpMessageHandler? handler = null)
{
    private static int s_temporaryFiles;

    /// <summary>Longest wait for the server's answer.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause between two pieces of the file.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Downloads to <paramref name="directory"/>, which is created if need be, and returns the path.</summary>
    /// <exception cref="DatasetUnavailableException">No connection, an error answer, a short or a wrong file.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<string> DownloadAsync(
        RemoteFile file, string directory, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        string target = Path.Combine(directory, file.Name);
        string temporary = $"{target}.{Environment.ProcessId}-{Interlocked.Increment(ref s_temporaryFiles)}.part";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            patience.CancelAfter(ConnectTimeout);
            using var client = new HttpClient(handler ?? new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }, disposeHandler: handler is null)
            {
                Timeout = Timeout.InfiniteTimeSpan, // the two patient clocks above and below replace it
            };
            using var response = await client.GetAsync(file.Address, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Unavailable(file, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
            long? total = response.Content.Headers.ContentLength;
            if (total > file.MaxBytes) throw Unavailable(file, $"the server offers {total} bytes, more than the file can have");

            Directory.CreateDirectory(directory);
            string hash;
            var stream = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                hash = await CopyAsync(file, stream, temporary, total, progress, patience).ConfigureAwait(false);
            }

            if (hash != file.Hash)
            {
                string kind = file.HashName == HashAlgorithmName.MD5 ? "MD5" : "SHA-256";
                throw Unavailable(file, $"what arrived has the {kind} {hash}, {file.Hash} was expected; nothing was kept");
            }

            File.Move(temporary, target, overwrite: true);
            return target;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(file, "the server did not answer in time", e);
        }
        catch (Exception e) when (e is HttpRequestException or UnauthorizedAccessException or IOException and not DatasetUnavailableException)
        {
            throw Unavailable(file, e.Message, e);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary); // the directory may not be there either
        }
    }

    private async Task<string> CopyAsync(
        RemoteFile file, Stream source, string path, long? total, IProgress<DownloadProgress>? progress, CancellationTokenSource patience)
    {
        using var hash = IncrementalHash.CreateHash(file.HashName);
        var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await using (target.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            long received = 0;
            var clock = Stopwatch.StartNew();
            double reported = 0;
            while (true)
            {
                patience.CancelAfter(StallTimeout);
                int count = await source.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
                if (count == 0) break;
                received += count;
                if (received > file.MaxBytes) throw Unavailable(file, $"the server sends more than {file.MaxBytes} bytes");
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), patience.Token).ConfigureAwait(false);

                double seconds = clock.Elapsed.TotalSeconds;
                if (progress is null || (seconds - reported < 0.1 && received != total)) continue;
                reported = seconds;
                double? left = total is { } all && seconds > 0.2 ? seconds * (all - received) / received : null;
                progress.Report(new DownloadProgress(file.Name, received, total, left));
            }

            if (total is { } expected && received != expected)
                throw Unavailable(file, $"the connection ended after {received} of {expected} bytes");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static DatasetUnavailableException Unavailable(RemoteFile file, string cause, Exception? inner = null) =>
        new($"{file.Name} could not be downloaded from {file.Address}: {cause}.", inner);
}
