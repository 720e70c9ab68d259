using System.Text.Json;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class ModelCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-models-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_trained_model_is_saved_described_tested_and_used()
    {
        string model = Path.Combine(_folder.FullName, "m.keras"), json = Path.Combine(_folder.FullName, "r.json");
        CliResult trained = CliTest.Run(
            "train", "--dataset", "synthetic", "--train-count", "96", "--test-count", "32", "--num-words", "100", "--max-len", "12", "--epochs", "2",
            "--verbose", "0", "--model", "embedding(4), simple_rnn(4), dense(1, activation=sigmoid)", "--save", model, "--json", json);
        Assert.Equal((0, ""), (trained.ExitCode, trained.Error));
        Assert.Contains($"saved: {model}", trained.Out);
        JsonElement report = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        string fingerprint = report.GetProperty("fingerprint").GetString()!;

        CliResult summary = CliTest.Run("summary", model);
        Assert.Contains("simple_rnn (SimpleRNN)", summary.Out);
        Assert.Contains($"written by Unroll 0.1.0; fingerprint {fingerprint}", summary.Out);
        Assert.Contains("12 ids per text, pre-padded, pre-cut", summary.Out);

        CliResult tested = CliTest.Run("evaluate", model, "--dataset", "synthetic", "--test-count", "32");
        Assert.Equal((0, ""), (tested.ExitCode, tested.Error));
        Assert.Contains($"accuracy {report.GetProperty("test").GetProperty("accuracy").GetDouble():F4}", tested.Out);

        string texts = Path.Combine(_folder.FullName, "texts.txt");
        File.WriteAllLines(texts, ["one \"good\" film", "", "another"]);
        CliResult plain = CliTest.Run("predict", model, "--file", texts), lines = CliTest.Run("predict", model, "one \"good\" film", "another", "--json");
        Assert.Matches(@"^0\.\d{4} [01]\n0\.\d{4} [01]\n$", plain.Out.ReplaceLineEndings("\n"));
        JsonElement[] objects = [.. lines.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["one \"good\" film", "another"], objects.Select(line => line.GetProperty("text").GetString()));
        Assert.Equal(
            plain.Out.ReplaceLineEndings("\n"),
            string.Concat(objects.Select(line => $"{line.GetProperty("probability").GetSingle():F4} {line.GetProperty("label")}\n")));

        foreach (string name in new[] { "copy.keras", "copy.weights.h5", "copy.onnx" })
        {
            string output = Path.Combine(_folder.FullName, name);
            Assert.Equal(0, CliTest.Run("convert", model, output).ExitCode);
            Assert.True(File.Exists(output));
        }

        Assert.Equal(File.ReadAllBytes(model), File.ReadAllBytes(Path.Combine(_folder.FullName, "copy.keras")));
    }

    [Fact]
    public void Wrong_files_and_arguments_are_explained()
    {
        string text = Path.Combine(_folder.FullName, "text.keras"), bare = Path.Combine(_folder.FullName, "bare.keras");
        File.WriteAllText(text, "hello");
        var model = new Sequential { new Layers.Embedding(10, 2), new Layers.GRU(2), new Layers.Dense(1) };
        model.Save(bare);
        AssertRefused("does not begin like an HDF5 file", "summary", text);
        AssertRefused("none.keras", "summary", Path.Combine(_folder.FullName, "none.keras"));
        AssertRefused("without its vocabulary", "predict", bare, "words");
        AssertRefused("without its vocabulary", "evaluate", bare);
        AssertRefused("Give texts, or --file", "predict", bare);
        AssertRefused("it must end in .keras, .weights.h5 or .onnx", "convert", bare, Path.Combine(_folder.FullName, "a.txt"));
        AssertRefused("the file must end in .keras", "train", "--save", Path.Combine(_folder.FullName, "a.h5"));
    }

    private static void AssertRefused(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error);
    }
}
