using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Unroll.Datasets;
using Xunit;

namespace Unroll.Tests.Datasets;

public sealed class DatasetDownloaderTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31 >> 3))];

    private static RemoteFile FileOf(byte[] content, long max = 1 << 20) =>
        new("imdb.npz", new Uri("https://example.org/imdb.npz"), Convert.ToHexStringLower(SHA256.HashData(content)), max);

    private static HttpResponseMessage Answer(Stream stream, long? length)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
        response.Content.Headers.ContentLength = length;
        return response;
    }

    private static Task<string> Download(Handler handler, string directory, RemoteFile? file = null, Report? report = null, CancellationToken token = default) =>
        new DatasetDownloader(handler) { ConnectTimeout = TimeSpan.FromSeconds(1), StallTimeout = TimeSpan.FromSeconds(1) }
            .DownloadAsync(file ?? FileOf(Content), directory, report, token);

    [Fact]
    public async Task Good_download()
    {
        using var folder = new TemporaryDirectory();
        string directory = folder.File("new");
        var report = new Report();
        string path = await Download(new Handler(_ => Answer(new MemoryStream(Content), Content.Length)), directory, report: report);
        Assert.Equal(Path.Combine(directory, "imdb.npz"), path);
        Assert.Equal(Content, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal([path], folder.Files);
        Assert.Equal(new DownloadProgress("imdb.npz", Content.Length, Content.Length, report.Last.SecondsLeft), report.Last);
    }

    [Fact]
    public async Task Size_need_not_be_announced()
    {
        using var folder = new TemporaryDirectory();
        await Download(new Handler(_ => Answer(new NoLength(Content), null)), folder.Path);
        Assert.Single(folder.Files);
    }

    [Theory]
    [InlineData("checksum", "SHA-256")]
    [InlineData("truncated", "ended after 1000 of 200000 bytes")]
    [InlineData("404", "404")]
    [InlineData("500", "500")]
    [InlineData("offers too much", "offers 9999999 bytes")]
    [InlineData("sends too much", "sends more than")]
    [InlineData("no network", "no such host")]
    [InlineData("broken off", "connection reset")]
    [InlineData("silence", "did not answer in time")]
    [InlineData("stalls", "did not answer in time")]
    public async Task Failures_leave_nothing_behind(string kind, string cause)
    {
        using var folder = new TemporaryDirectory();
        var file = FileOf(Content, kind == "sends too much" ? 1000 : 1 << 20);
        var handler = new Handler(_ => kind switch
        {
            "checksum" => Answer(new MemoryStream(new byte[5000]), 5000),
            "truncated" => Answer(new NoLength(Content[..1000]), Content.Length),
            "404" => new HttpResponseMessage(HttpStatusCode.NotFound),
            "500" => new HttpResponseMessage(HttpStatusCode.InternalServerError),
            "offers too much" => Answer(new MemoryStream(Content), 9_999_999),
            "sends too much" => Answer(new NoLength(Content), null),
            "no network" => throw new HttpRequestException("no such host"),
            "broken off" => Answer(new NoLength(Content[..1000], new IOException("connection reset")), Content.Length),
            "silence" => null,
            "stalls" => Answer(new NoLength(Content[..1000], stall: true), Content.Length),
            _ => throw new ArgumentException(kind),
        });
        var error = await Assert.ThrowsAsync<DatasetUnavailableException>(() => Download(handler, folder.Path, file));
        Assert.Contains(cause, error.Message);
        Assert.Contains("https://example.org/imdb.npz", error.Message);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task Missing_directory_does_not_hide_the_cause()
    {
        using var folder = new TemporaryDirectory();
        var handler = new Handler(_ => throw new HttpRequestException("no such host"));
        var error = await Assert.ThrowsAsync<DatasetUnavailableException>(() => Download(handler, Path.Combine(folder.Path, "absent")));
        Assert.Contains("no such host", error.Message);
    }

    [Fact]
    public async Task Cancelled_download_leaves_nothing_behind()
    {
        using var folder = new TemporaryDirectory();
        using var source = new CancellationTokenSource();
        var handler = new Handler(_ =>
        {
            source.CancelAfter(100);
            return Answer(new NoLength(Content[..1000], stall: true), Content.Length);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Download(handler, folder.Path, token: source.Token));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task Earlier_file_survives_a_failed_download()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("imdb.npz"), "earlier", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DatasetUnavailableException>(
            () => Download(new Handler(_ => Answer(new MemoryStream(new byte[50]), 50)), folder.Path));
        Assert.Equal("earlier", await File.ReadAllTextAsync(folder.File("imdb.npz"), TestContext.Current.CancellationToken));
        Assert.Single(folder.Files);
    }

    [Fact]
    public void Store_says_what_to_put_where()
    {
        using var folder = new TemporaryDirectory();
        var store = StoreWithoutNetwork(folder.Path);
        var error = Assert.Throws<DatasetUnavailableException>(() => store.Get(RemoteFile.Imdb, null, null, CancellationToken.None));
        Assert.Contains("put imdb.npz into one of these directories", error.Message);
        Assert.Contains(Path.Combine(folder.Path, "cache", "datasets"), error.Message);
        Assert.Contains("Or set UNROLL_DATA_DIR to the directory that holds imdb.npz", error.Message);
    }

    [Fact]
    public void Auto_falls_back_loudly_and_imdb_does_not()
    {
        using var folder = new TemporaryDirectory();
        var store = StoreWithoutNetwork(folder.Path);
        var options = new DatasetOptions { NumWords = 500, MaxLen = 20, TrainCount = 40, TestCount = 30 };
        var data = Dataset.Load(options, store, store, null, CancellationToken.None);
        Assert.True(data.IsFallback);
        Assert.Equal("synthetic", data.Name);
        Assert.Contains("SYNTHETIC", data.Notice);
        Assert.Contains("UNROLL_DATA_DIR", data.Notice);
        Assert.Throws<DatasetUnavailableException>(() => Dataset.Load(options with { Name = "imdb" }, store, store, null, CancellationToken.None));
    }

    [Fact]
    public void Auto_does_not_hide_a_damaged_file()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder.File("imdb.npz"), "not an archive");
        var store = StoreWithoutNetwork(folder.Path);
        var error = Assert.Throws<InvalidDataException>(
            () => Dataset.Load(new DatasetOptions { Directory = folder.Path }, store, store, null, CancellationToken.None));
        Assert.Contains(folder.File("imdb.npz"), error.Message);
    }

    private static DatasetStore StoreWithoutNetwork(string root) => new(
        new DatasetLocations(name => name == "UNROLL_CACHE_DIR" ? Path.Combine(root, "cache") : null, root, OSPlatform.Linux),
        new DatasetDownloader(new Handler(_ => throw new HttpRequestException("no such host"))));

    private sealed class Report : IProgress<DownloadProgress>
    {
        public DownloadProgress Last { get; private set; }

        void IProgress<DownloadProgress>.Report(DownloadProgress value) => Last = value;
    }

    /// <summary>Answers without a network; a null answer is a server that keeps silent.</summary>
    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage?> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (answer(request) is { } response) return response;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }

    /// <summary>Bytes of unannounced length, which may end badly.</summary>
    private sealed class NoLength(byte[] content, Exception? end = null, bool stall = false) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Read(buffer.Span);
            if (count > 0) return count;
            if (stall) await Task.Delay(Timeout.Infinite, cancellationToken);
            if (end is not null) throw end;
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, Math.Min(700, content.Length - _at));
            content.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
