using System.IO.Compression;
using System.Text.Json;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class ModelCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-models-");

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

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
        CliResult plain = CliTest.Run("predict", model, "--file", texts), lines = CliTest.Run("predict", model, "one \"good\" film", "", "another", "--json");
        Assert.Matches(@"^(0\.\d{4} [01]\n){3}$", plain.Out.ReplaceLineEndings("\n"));
        JsonElement[] objects = [.. lines.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["one \"good\" film", "", "another"], objects.Select(line => line.GetProperty("text").GetString()));
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
    public void A_model_that_takes_texts_needs_no_other_vocabulary()
    {
        string path = InFolder("texts.keras");
        var vectorize = new Layers.TextVectorization { OutputSequenceLength = 4 };
        vectorize.Adapt(["a good film", "a dull film"]);
        var model = new Sequential { vectorize, new Layers.Embedding(6, 2), new Layers.GRU(2), new Layers.Dense(1, "sigmoid") };
        model.Build(1);
        model.Save(path);
        float expected = model.Predict(["a good film"])[0, 0];
        CliResult predicted = CliTest.Run("predict", path, "a good film");
        Assert.Equal((0, ""), (predicted.ExitCode, predicted.Error));
        Assert.Equal($"{expected.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)} {(expected > 0.5f ? 1 : 0)}", predicted.Out.Trim());
        Assert.Contains("text_vectorization", CliTest.Run("summary", path).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_and_architecture_become_a_model()
    {
        string whole = InFolder("whole.keras"), weights = InFolder("w.weights.h5"), json = InFolder("model.json"), output = InFolder("new.keras");
        var model = new Sequential { new Layers.Embedding(10, 2), new Layers.GRU(2), new Layers.Dense(1) };
        model.Save(whole);
        model.SaveWeights(weights);
        using (ZipArchive archive = ZipFile.OpenRead(whole)) archive.GetEntry("config.json")!.ExtractToFile(json);
        CliResult alone = CliTest.Run("convert", weights, output);
        Assert.NotEqual(0, alone.ExitCode);
        Assert.Contains("--architecture model.json", alone.Error);
        Assert.Equal(0, CliTest.Run("convert", weights, output, "--architecture", json).ExitCode);
        Assert.Equal(model.Fingerprint(), Model.Load(output).Fingerprint());
    }

    [Fact]
    public void What_a_model_was_compiled_with_is_told_if_it_is_unknown_and_can_be_left_out()
    {
        string source = InFolder("odd.keras"), output = InFolder("new.keras"), onnx = InFolder("new.onnx");
        var model = new Sequential { new Layers.Embedding(10, 2), new Layers.GRU(2), new Layers.Dense(1) };
        model.Compile("adam", "mse");
        model.Save(source);
        using (ZipArchive archive = ZipFile.Open(source, ZipArchiveMode.Update))
        {
            string config;
            using (var reader = new StreamReader(archive.GetEntry("config.json")!.Open())) config = reader.ReadToEnd();
            archive.GetEntry("config.json")!.Delete();
            using var writer = new StreamWriter(archive.CreateEntry("config.json", CompressionLevel.NoCompression).Open());
            writer.Write(config.Replace("\"loss\":\"mean_squared_error\"", "\"loss\":\"my_own\"", StringComparison.Ordinal));
        }

        CliResult told = CliTest.Run("convert", source, output), bare = CliTest.Run("convert", source, output, "--no-compile");
        Assert.Equal((0, 0, ""), (told.ExitCode, bare.ExitCode, bare.Error));
        Assert.Contains("'my_own' is unknown", told.Error);
        Assert.Equal("", CliTest.Run("convert", source, onnx).Error);
    }

    [Fact]
    public void Wrong_files_and_arguments_are_explained()
    {
        string text = Path.Combine(_folder.FullName, "text.keras"), bare = Path.Combine(_folder.FullName, "bare.keras");
        File.WriteAllText(text, "hello");
        var model = new Sequential { new Layers.Embedding(10, 2), new Layers.GRU(2), new Layers.Dense(1) };
        model.Save(bare);
        AssertRefused("is no model: Unroll reads .keras and .h5 files; this is text.", "summary", text);
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

    [Fact]
    public void A_text_that_begins_with_at_is_a_text()
    {
        string model = Trained();
        CliResult result = CliTest.Run("predict", model, "@airline lost my bag", "@nothing.txt", "--json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            ["@airline lost my bag", "@nothing.txt"],
            result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()));
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused_or_read_as_told()
    {
        string model = Trained(), texts = InFolder("latin1.txt");
        File.WriteAllBytes(texts, [.. "plain\na caf"u8, 0xe9, .. " scene\n"u8]);
        AssertRefused("latin1.txt, line 2: is not UTF-8. Convert the file, or name its encoding: --encoding latin1.", "predict", model, "--file", texts);
        CliResult read = CliTest.Run("predict", model, "--file", texts, "--encoding", "latin1", "--json");
        Assert.Equal("a café scene", JsonDocument.Parse(read.Out.Split('\n')[1]).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void Predictions_that_are_no_numbers_are_null_and_told()
    {
        string model = Trained();
        Model broken = Model.Load(model);
        List<float[]> weights = [.. broken.GetWeights()];
        weights[^1][0] = float.NaN;
        broken.SetWeights(weights);
        broken.Save(model);
        CliResult result = CliTest.Run("predict", model, "the plot was good", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"probability\":null", result.Out);
        Assert.Contains("1 of 1 predictions are no numbers", result.Error);
    }

    [Fact]
    public void Outputs_that_are_no_probabilities_are_told()
    {
        string path = InFolder("raw.keras");
        var model = new Sequential { new Layers.Embedding(8, 2), new Layers.GRU(2), new Layers.Dense(1) };
        model.Build(5);
        List<float[]> weights = [.. model.GetWeights()];
        weights[^1][0] = 7;
        model.SetWeights(weights);
        model.Text = new Text.TextPipeline([KeyValuePair.Create("film", 3)], maxLen: 5);
        model.Save(path);
        CliResult result = CliTest.Run("predict", path, "film");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("are no probabilities", result.Error);
        JsonElement json = JsonDocument.Parse(CliTest.Run("predict", path, "film", "--json").Out).RootElement;
        Assert.False(json.TryGetProperty("probability", out _));
        Assert.True(json.GetProperty("output").GetDouble() > 1);
    }

    [Fact]
    public void A_model_is_not_tested_on_words_that_are_not_its_own()
    {
        string model = Trained();
        Model other = Model.Load(model);
        other.Text = new Text.TextPipeline([KeyValuePair.Create("the", 9), KeyValuePair.Create("film", 8)], maxLen: 12, startId: 1, oovId: 2);
        string foreign = InFolder("foreign.keras");
        other.Save(foreign);
        AssertRefused("words and their ids are not those of", "evaluate", foreign, "--dataset", "synthetic");
        CliResult own = CliTest.Run("evaluate", model, "--test-count", "32"); // auto: the data set of its words
        Assert.Equal((0, ""), (own.ExitCode, own.Error));
        Assert.StartsWith("synthetic reviews: 32 test reviews", own.Out);
    }

    [Fact]
    public void A_vocabulary_can_be_given()
    {
        string bare = InFolder("bare.keras"), index = InFolder("index.json");
        var model = new Sequential { new Layers.Embedding(8, 2), new Layers.GRU(2), new Layers.Dense(1, "sigmoid") };
        model.Build(5);
        model.Save(bare);
        File.WriteAllText(index, """{"the": 1, "film": 2, "great": 3, "rare": 90}""");
        CliResult result = CliTest.Run("predict", bare, "The great film, rare", "--vocabulary", index, "--json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        float expected = model.Predict(new[,] { { 1, 4, 6, 5, 2 } })[0, 0];
        Assert.Equal(expected, JsonDocument.Parse(result.Out).RootElement.GetProperty("probability").GetSingle());
        AssertRefused("takes 5 ids per text, but --max-len is 6", "predict", bare, "a", "--vocabulary", index, "--max-len", "6");
    }

    [Fact]
    public void A_vocabulary_is_stored_for_good()
    {
        string bare = InFolder("bare.keras"), words = InFolder("vocab.txt"), full = InFolder("full.keras");
        var model = new Sequential { new Layers.Embedding(8, 2), new Layers.GRU(2), new Layers.Dense(1, "sigmoid") };
        model.Build(5);
        model.Save(bare);
        File.WriteAllText(words, "\n[UNK]\nthe\ndont\nfilm\n");
        float expected = model.Predict(new[,] { { 3, 1, 4, 0, 0 } })[0, 0]; // filled up behind, as TextVectorization does
        string[] text = ["Don't SEE film!", "--json"];
        Assert.Equal(expected, Probability(CliTest.Run(["predict", bare, .. text, "--vocabulary", words])));
        Assert.Equal((0, ""), (CliTest.Run("convert", bare, full, "--vocabulary", words).ExitCode, CliTest.Run("summary", full).Error));
        Assert.Equal(expected, Probability(CliTest.Run(["predict", full, .. text])));

        string tokenizer = InFolder("tokenizer.json"), ids = InFolder("word_index.json");
        File.WriteAllText(tokenizer, $"\"{JsonEncodedText.Encode(Text.Tokenizer.FromWordIndex(new Dictionary<string, int> { ["the"] = 1, ["film"] = 2 }).ToJson())}\"");
        File.WriteAllText(ids, """{"<OOV>": 1, "the": 2, "film": 3, "rare": 90}""");
        Assert.Equal(model.Predict(new[,] { { 0, 0, 0, 1, 2 } })[0, 0], Probability(CliTest.Run("predict", bare, "The rare film", "--json", "--vocabulary", tokenizer)));
        Assert.Equal(model.Predict(new[,] { { 0, 0, 2, 1, 3 } })[0, 0], Probability(CliTest.Run("predict", bare, "The rare film", "--json", "--vocabulary", ids, "--index-from", "0")));

        AssertRefused("--vocabulary is stored in .keras files only", "convert", bare, InFolder("a.onnx"), "--vocabulary", words);
        AssertRefused("--vocabulary is stored in .keras files only", "convert", bare, InFolder("a.weights.h5"), "--vocabulary", words);
        AssertRefused("--num-words says how a --vocabulary is used", "predict", bare, "a", "--num-words", "5");
        AssertRefused("--num-words is 9", "predict", bare, "a", "--vocabulary", words, "--num-words", "9");
        AssertRefused("--index-from is 1; it must be 3 (load_data) or 0", "predict", bare, "a", "--vocabulary", ids, "--index-from", "1");
        Assert.False(File.Exists(InFolder("a.onnx")));

        static float Probability(CliResult result)
        {
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            return JsonDocument.Parse(result.Out).RootElement.GetProperty("probability").GetSingle();
        }
    }

    private string Trained()
    {
        string model = InFolder("small.keras");
        CliResult trained = CliTest.Run(
            "train", "--dataset", "synthetic", "--train-count", "64", "--test-count", "32", "--num-words", "100", "--max-len", "12", "--epochs", "1",
            "--verbose", "0", "--model", "embedding(4), simple_rnn(4), dense(1, activation=sigmoid)", "--save", model);
        Assert.Equal((0, ""), (trained.ExitCode, trained.Error));
        return model;
    }

    [Fact]
    public void A_run_whose_last_step_blows_up_fails_and_saves_nothing()
    {
        string model = InFolder("blown.keras");
        CliResult result = CliTest.Run(
            "train", "--dataset", "synthetic", "--train-count", "64", "--test-count", "32", "--epochs", "1", "--batch-size", "64", "--verbose", "0",
            "--optimizer", "sgd(1e39)", "--save", model);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("After the last step of epoch 1 the weight", result.Error);
        Assert.False(File.Exists(model));
    }
}
