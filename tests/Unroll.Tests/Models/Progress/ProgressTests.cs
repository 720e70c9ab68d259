using System.Text.Json;
using Unroll.Models;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Texts of real Keras under a fake clock.</summary>
public sealed class ProgressTests
{
    private double _now = 1000;

    public static TheoryData<string, int, string> Recorded(string list)
    {
        var data = new TheoryData<string, int, string>();
        using JsonDocument document = Load();
        int index = 0;
        foreach (JsonElement recorded in document.RootElement.GetProperty(list).EnumerateArray())
        {
            string label = recorded.TryGetProperty("name", out JsonElement name) ? name.GetString()!
                : recorded.TryGetProperty("description", out JsonElement description) ? description.GetString()! : "learning rate";

            // Keras before 3.11 showed averages of running values in the final line of verbose=1: those texts are not ours.
            bool isOld = recorded.GetProperty("keras_version").GetString() == "3.4.1";
            bool isExactThere = list != "progbar" && (label.Contains("verbose 2", StringComparison.Ordinal)
                || label.Contains("predict", StringComparison.Ordinal) || label == "learning rate");
            if (!isOld || isExactThere) data.Add(list, index, label);
            index++;
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Recorded), "progbar")]
    public void Bar_writes_what_Keras_wrote(string list, int index, string label)
    {
        using JsonDocument document = Load();
        JsonElement recorded = document.RootElement.GetProperty(list)[index];
        var writer = new StringWriter();
        int? target = recorded.GetProperty("target") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
        var bar = new ProgressBar(Interactive(writer), target, recorded.GetProperty("verbose").GetInt32());
        foreach (JsonElement update in recorded.GetProperty("updates").EnumerateArray())
        {
            _now += update.GetProperty("seconds_later").GetDouble();
            int current = update.GetProperty("current").GetInt32();
            var values = update.GetProperty("values").EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetDouble()));
            JsonElement finalize = update.GetProperty("finalize");
            bar.Update(current, values, finalize.ValueKind == JsonValueKind.Null ? current >= target : finalize.GetBoolean());
        }

        Assert.True(recorded.GetProperty("text").GetString() == writer.ToString(), Difference(label, recorded.GetProperty("text").GetString()!, writer.ToString()));
    }

    [Theory]
    [MemberData(nameof(Recorded), "cases")]
    public void Fit_evaluate_and_predict_write_what_Keras_wrote(string list, int index, string label)
    {
        using JsonDocument document = Load();
        JsonElement recorded = document.RootElement.GetProperty(list)[index];
        string expected = recorded.GetProperty("text_with_fake_clock").GetString()!;
        var writer = new StringWriter();
        Run(recorded, Interactive(writer), everyLog: true);
        Assert.True(expected == writer.ToString(), Difference(label, expected, writer.ToString()));

        // When only the logs of drawn batches are computed, finished lines are the same.
        _now = 1000;
        var sparse = new StringWriter();
        Run(recorded, Interactive(sparse), everyLog: false);
        Assert.Equal(FinishedLines(expected), FinishedLines(sparse.ToString()));

        // Without a terminal there are only the finished lines.
        _now = 1000;
        var redirected = new StringWriter();
        Run(recorded, new ProgressOutput(redirected, false, false, () => _now), everyLog: false);
        Assert.DoesNotContain('\e', redirected.ToString());
        Assert.DoesNotContain('\b', redirected.ToString());
        Assert.Equal(FinishedLines(expected), redirected.ToString());
    }

    [Theory]
    [MemberData(nameof(Recorded), "learning_rate_scheduler")]
    public void Values_that_callbacks_add_are_shown(string list, int index, string label)
    {
        using JsonDocument document = Load();
        JsonElement recorded = document.RootElement.GetProperty(list)[index];
        string[] lines = [.. recorded.GetProperty("text").GetString()!.Split('\n')
            .Where(line => line.Length > 0 && !line.Contains("LearningRateScheduler", StringComparison.Ordinal)), ""];
        var writer = new StringWriter();
        var callback = new ProgressCallback(2, Interactive(writer)) { Parameters = new FitParameters(3, 3, 2) };
        var model = new DenseOracle();
        callback.OnTrainBegin();
        for (int epoch = 0; epoch < 3; epoch++) Epoch(callback, model, epoch, 70, 32, 0.1 / (epoch + 1), 0.1, 0, true, addRate: true);
        callback.OnTrainEnd(model.Logs);
        Assert.True(string.Join('\n', lines) == writer.ToString(), Difference(label, string.Join('\n', lines), writer.ToString()));
    }

    [Fact]
    public void Batches_that_are_not_drawn_want_no_logs()
    {
        var callback = new ProgressCallback(1, Interactive(new StringWriter())) { Parameters = new FitParameters(1, 1000, 1) };
        Assert.False(callback.WantsBatchLogs);
        callback.OnTrainBegin();
        callback.OnEpochBegin(0);
        int wanted = 0;
        var logs = new Dictionary<string, double> { ["loss"] = 1 };
        for (int batch = 0; batch < 1000; batch++)
        {
            _now += 0.001;
            bool wants = callback.WantsBatchLogs;
            if (wants) wanted++;
            callback.OnTrainBatchEnd(batch, wants ? logs : new Dictionary<string, double>());
        }

        Assert.InRange(wanted, 19, 21);
    }

    [Fact]
    public void Styles_can_be_left_out()
    {
        var writer = new StringWriter();
        var bar = new ProgressBar(new ProgressOutput(writer, true, false, () => _now), 4, 1);
        _now += 0.2;
        bar.Update(2, [KeyValuePair.Create("loss", 0.5)], isFinal: false);
        Assert.Equal("\r2/4 ━━━━━━━━━━────────── 0s 100ms/step - loss: 0.5000", writer.ToString());
    }

    [Fact]
    public void Not_a_number_is_shown()
    {
        var writer = new StringWriter();
        var bar = new ProgressBar(new ProgressOutput(writer, false, false, () => _now), 1, 1);
        _now += 0.1;
        bar.Update(1, [KeyValuePair.Create("loss", double.NaN)], isFinal: true);
        Assert.Equal("1/1 ━━━━━━━━━━━━━━━━━━━━ 0s 100ms/step - loss: nan\n", writer.ToString());
    }

    [Theory]
    [InlineData(0.53125, 4, "0.5312")]
    [InlineData(0.59375, 4, "0.5938")]
    [InlineData(-0.53125, 4, "-0.5312")]
    [InlineData(0.5, 0, "0")]
    [InlineData(1.5, 0, "2")]
    [InlineData(2.5, 0, "2")]
    [InlineData(0.12345, 4, "0.1235")] // the double lies above the tie
    [InlineData(1e300, 0, null)]
    public void Numbers_are_rounded_as_Python_rounds(double value, int decimals, string? text) =>
        Assert.Equal(text ?? value.ToString("F0", System.Globalization.CultureInfo.InvariantCulture), PythonFormat.Fixed(value, decimals));

    [Theory]
    [InlineData(0, "0.0000e+00")]
    [InlineData(0.00042, "4.2000e-04")]
    [InlineData(-1e-5, "-1.0000e-05")]
    [InlineData(1.5e-120, "1.5000e-120")]
    public void Exponents_have_two_digits(double value, string text) => Assert.Equal(text, PythonFormat.Exponent(value, 4));

    private void Run(JsonElement recorded, ProgressOutput output, bool everyLog)
    {
        JsonElement arguments = recorded.GetProperty("arguments");
        int verbose = arguments.GetProperty("verbose").GetInt32(), batchSize = arguments.GetProperty("batch_size").GetInt32();
        int epochs = arguments.TryGetProperty("epochs", out JsonElement e) ? e.GetInt32() : 1;
        double split = arguments.TryGetProperty("validation_split", out JsonElement s) ? s.GetDouble() : 0;
        double trainSeconds = recorded.GetProperty("seconds_per_train_batch").GetDouble();
        double testSeconds = recorded.GetProperty("seconds_per_test_batch").GetDouble();
        double rate = recorded.GetProperty("learning_rate").GetDouble();
        int trainRows = (int)Math.Floor(DenseOracle.Rows * (1 - split)), steps = (trainRows + batchSize - 1) / batchSize;
        var callback = new ProgressCallback(verbose, output) { Parameters = new FitParameters(epochs, steps, verbose) };
        var model = new DenseOracle();
        switch (recorded.GetProperty("call").GetString())
        {
            case "fit":
                callback.OnTrainBegin();
                for (int epoch = 0; epoch < epochs; epoch++)
                    Epoch(callback, model, epoch, trainRows, batchSize, rate, trainSeconds, testSeconds, everyLog);
                callback.OnTrainEnd(model.Logs);
                break;
            case "evaluate":
                Test(callback, model, 0, batchSize, testSeconds, everyLog);
                break;
            default:
                callback.OnPredictBegin();
                for (int batch = 0; batch < steps; batch++)
                {
                    _now += trainSeconds;
                    callback.OnPredictBatchEnd(batch, []);
                }

                callback.OnPredictEnd();
                break;
        }
    }

    private void Epoch(
        ProgressCallback callback, DenseOracle model, int epoch, int rows, int batchSize, double rate, double trainSeconds, double testSeconds, bool everyLog, bool addRate = false)
    {
        callback.OnEpochBegin(epoch);
        model.ResetMetrics();
        for (int from = 0; from < rows; from += batchSize)
        {
            model.Step(from, Math.Min(rows, from + batchSize), rate);
            _now += trainSeconds;
            callback.OnTrainBatchEnd(from / batchSize, everyLog || callback.WantsBatchLogs ? model.Logs : new Dictionary<string, double>());
        }

        var logs = new Dictionary<string, double>(model.Logs);
        if (rows < DenseOracle.Rows)
            foreach ((string name, double value) in Test(callback, model, rows, batchSize, testSeconds, everyLog)) logs["val_" + name] = value;
        if (addRate) logs["learning_rate"] = rate;
        callback.OnEpochEnd(epoch, logs);
    }

    private IReadOnlyDictionary<string, double> Test(ProgressCallback callback, DenseOracle model, int start, int batchSize, double seconds, bool everyLog)
    {
        model.ResetMetrics();
        callback.OnTestBegin();
        for (int from = start; from < DenseOracle.Rows; from += batchSize)
        {
            model.Step(from, Math.Min(DenseOracle.Rows, from + batchSize), 0);
            _now += seconds;
            callback.OnTestBatchEnd((from - start) / batchSize, everyLog || callback.WantsBatchLogs ? model.Logs : new Dictionary<string, double>());
        }

        callback.OnTestEnd(model.Logs);
        return model.Logs;
    }

    private ProgressOutput Interactive(TextWriter writer) => new(writer, true, true, () => _now);

    /// <summary>What stays readable: of every line only what was drawn last, without styles and filling.</summary>
    private static string FinishedLines(string text)
    {
        string plain = System.Text.RegularExpressions.Regex.Replace(text, "\e\\[[0-9]+m", "").Replace("\b", "", StringComparison.Ordinal);
        return string.Join('\n', plain.Split('\n').Select(line => line[(line.LastIndexOf('\r') + 1)..].TrimEnd(' ')));
    }

    private static string Difference(string label, string expected, string actual)
    {
        static string Show(string text) => System.Text.RegularExpressions.Regex
            .Replace(text, "\b+", run => $"<B{run.Length}>").Replace("\e", "ESC", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
        return $"{label}\nexpected:\n{Show(expected)}\nactual:\n{Show(actual)}";
    }

    private static JsonDocument Load() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "progress.json")));
}
