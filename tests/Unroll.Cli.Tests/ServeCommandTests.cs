using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Unroll.Classification;
using Unroll.Layers;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class ServeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-serve-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task A_classifier_answers_until_it_is_stopped()
    {
        string model = Classifier();
        int port = FreePort();
        using var stop = new CancellationTokenSource();
        Task<CliResult> serving = Task.Run(() => CliTest.Run(stop.Token, "serve", model, "--port", $"{port}", "--max-text-length", "30", "--max-concurrency", "2"), CancellationToken.None);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (true)
        {
            Assert.False(serving.IsCompleted, serving.IsCompleted ? (await serving).Error : "");
            try
            {
                await client.GetStringAsync("/predict/health");
                break;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }

        using JsonDocument document = JsonDocument.Parse(await (await Ask(client, "a good film")).Content.ReadAsStringAsync());
        JsonElement answer = document.RootElement;
        TextPrediction expected = TextClassifier.Load(model).Predict("a good film");
        Assert.Equal((expected.Label, expected.Probability), (answer.GetProperty("label").GetString(), answer.GetProperty("probability").GetSingle()));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Ask(client, new string('a', 31))).StatusCode);
        Assert.Contains("<textarea", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("\"/predict\"", await client.GetStringAsync("/openapi/v1.json"), StringComparison.Ordinal);
        CliResult second = CliTest.Run("serve", model, "--port", $"{port}");
        Assert.Equal(2, second.ExitCode);
        Assert.Contains($"--port is {port}, which another program has", second.Error, StringComparison.Ordinal);
        await stop.CancelAsync();
        CliResult result = await serving;
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"serving at http://127.0.0.1:{port}/predict", result.Out, StringComparison.Ordinal);
        Assert.Contains($"curl http://127.0.0.1:{port}/predict", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_not_be_served_is_refused()
    {
        string other = Path.Combine(_folder.FullName, "other.keras");
        var model = new Sequential { new Embedding(4, 2), new GRU(2), new Dense(1, "sigmoid") };
        model.Build(3);
        model.Save(other);
        Refused("has no names of classes", "serve", other);
        Refused("absent.keras", "serve", "absent.keras");
        Refused("--port is '70000'", "serve", other, "--port", "70000");
        Refused("--max-text-length is '0'", "serve", other, "--max-text-length", "0");
    }

    private static void Refused(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Classifier()
    {
        var vectorize = new TextVectorization { OutputSequenceLength = 8 };
        vectorize.SetVocabulary(["good", "bad", "film"]);
        var model = new Sequential("served", 3) { vectorize, new Embedding(5, 4) { MaskZero = true }, new LSTM(4), new Dense(1, "sigmoid") };
        model.Build(1);
        string path = Path.Combine(_folder.FullName, "m.keras");
        new TextClassifier(model, ["bad", "good"]).Save(path);
        return path;
    }

    private static Task<HttpResponseMessage> Ask(HttpClient client, string text) =>
        client.PostAsync("/predict", new StringContent($$"""{"text": "{{text}}"}""", null, "application/json"));
}
