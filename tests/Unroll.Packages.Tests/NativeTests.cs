using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Packages.Tests;

/// <summary>Natively compiled programs: published without a warning, they run, and compute the bits that the just-in-time compiled ones do.</summary>
[Collection("packages")]
public sealed partial class NativeTests(PackedFeed feed)
{
    private const string Runtime = "linux-x64";

    [Fact]
    public async Task The_command_trains_the_same_weights()
    {
        SkipWithoutCompiler();
        string folder = feed.EmptyFolder("native-command"), root = TestData.RepositoryRoot!;
        string printed = await feed.Dotnet(root, isolated: false, "publish", Path.Combine("src", "Unroll.Cli"), "-c", "Release", "-r", Runtime, "-p:PublishAot=true", "-o", Path.Combine(folder, "native"));
        Assert.DoesNotMatch("warning|IL[23][0-9]{3}", printed);
        Assert.Contains("Generating native code", printed);
        await feed.Dotnet(root, isolated: false, "build", Path.Combine("src", "Unroll.Cli"), "-c", "Release");

        string native = Path.Combine(folder, "native", "Unroll.Cli"), justInTime = Path.Combine(root, "src", "Unroll.Cli", "bin", "Release", "net10.0", "Unroll.Cli");
        Assert.False(File.Exists(Path.Combine(folder, "native", "Unroll.dll")));
        Assert.Contains("predict", await feed.Run(native, folder, true, "--help"));
        Assert.Equal(await Trained(native, folder, "native.keras"), await Trained(justInTime, folder, "jit.keras"));
        // No vector unit is lost on the way: without fused multiply-add a step would take a hundred times as long and more.
        Assert.Matches("(256|512)-bit vectors", await feed.Run(native, folder, true, "bench", "rnn5", "--rounds", "1", "--steps", "1", "--data", "random"));
    }

    [Fact]
    public async Task An_app_of_the_template_answers_the_same()
    {
        SkipWithoutCompiler();
        string folder = feed.EmptyFolder("native-app");
        await feed.Dotnet(folder, "new", "install", $"Unroll.Templates@{feed.Version}", "--force");
        await feed.Dotnet(folder, "new", "unroll-classifier", "-o", "Tickets");
        string app = Path.Combine(folder, "Tickets");
        PackageUseTests.WriteTickets(Path.Combine(folder, "tickets.csv"));
        await feed.Dotnet(app, "build", "-c", "Release");
        string printed = await feed.Dotnet(app, "publish", "-c", "Release", "-r", Runtime, "-p:PublishAot=true", "-o", Path.Combine(folder, "native"));
        Assert.DoesNotMatch("warning|IL[23][0-9]{3}", printed);
        // The package asks for fused multiply-add, without which a step would take a hundred times as long and more.
        string answers = await File.ReadAllTextAsync(Path.Combine(app, "obj", "Release", "net10.0", Runtime, "native", "Tickets.ilc.rsp"), Cancellation);
        Assert.Contains("--instruction-set:x86-64-v3", answers);

        string justInTime = Path.Combine(app, "bin", "Release", "net10.0", "Tickets"), native = Path.Combine(folder, "native", "Tickets");
        await feed.Run(justInTime, app, true, "train", "../tickets.csv", "message", "topic");
        string trained = Directory.CreateDirectory(Path.Combine(folder, "trained")).FullName;
        await feed.Run(native, trained, true, "train", "../tickets.csv", "message", "topic");
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(app, "model.keras"), Cancellation), await File.ReadAllBytesAsync(Path.Combine(trained, "model.keras"), Cancellation));
        string answer = await Answer(justInTime, app);
        Assert.Contains("\"billing\"", answer);
        Assert.Equal(answer, await Answer(native, trained));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static void SkipWithoutCompiler()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, $"These tests compile for {Runtime} only.");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "clang"))), "clang, which links native programs, is not installed: apt-get install clang zlib1g-dev.");
    }

    /// <summary>What a training saved, byte for byte, and the fingerprint it printed.</summary>
    private async Task<string> Trained(string program, string folder, string file)
    {
        string printed = await feed.Run(program, folder, true, "train", "--dataset", "synthetic", "--epochs", "1", "--seed", "3", "--save", file);
        return Fingerprint().Match(printed).Value + Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(folder, file), Cancellation));
    }

    /// <summary>What a running app answers to one text.</summary>
    private static async Task<string> Answer(string program, string folder)
    {
        var start = new ProcessStartInfo(program, ["--urls", "http://127.0.0.1:0"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment.Remove("DOTNET_ENVIRONMENT");
        using Process process = Process.Start(start)!;
        try
        {
            string? address = null;
            while (address is null && await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
                if (Listening().Match(line) is { Success: true } its) address = its.Groups[1].Value;
            Assert.NotNull(address);
            using var client = new HttpClient();
            using var text = new StringContent("""{"text": "this invoice is wrong"}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync(new Uri($"{address}/predict"), text, Cancellation);
            string answer = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True(response.IsSuccessStatusCode, answer);
            return answer;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Cancellation);
        }
    }

    [GeneratedRegex("fingerprint: [0-9a-f]{16}")]
    private static partial Regex Fingerprint();

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Listening();
}
