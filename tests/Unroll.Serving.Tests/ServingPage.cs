using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Unroll.Serving;
using Unroll.Serving.Tests;
using Xunit;

namespace ReaderCode;

/// <summary>The code of the page "A classifier behind an address", compiled and run.</summary>
public sealed class ServingPage
{
    [Fact(Timeout = 60_000)]
    public async Task The_app_of_the_page_answers()
    {
        Classifiers.Trained.Save("reviews.keras");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://{listener.LocalEndpoint}";
        listener.Stop();
        Task serving = Task.Run(() => Program(["--urls", address]), TestContext.Current.CancellationToken); // ends with the process
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        while (true)
        {
            if (serving.IsCompleted) await serving;
            try
            {
                using HttpResponseMessage response = await client.PostAsJsonAsync("/predict", new { text = "a great film" }, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                File.Delete("reviews.keras");
                break;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    private static void Program(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddTextClassifier("reviews.keras", options => options.MaxTextLength = 5_000);
        var app = builder.Build();
        app.MapTextClassifier("/predict");
        app.MapTextClassifierPage("/");
        app.Run();
    }
}
