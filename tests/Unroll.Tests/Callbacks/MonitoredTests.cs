using System.Text.Json.Nodes;
using Unroll.Callbacks;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>Callbacks that watch a value, against runs of Keras 3.15 with given values.</summary>
public sealed class MonitoredTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-callbacks-").FullName;

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (string file in (string[])["monitored.json", "trained.json"])
            {
                int index = 0;
                foreach (JsonObject json in CallbackCase.Load(file))
                {
                    string callback = (string)json["callback"]!;
                    if (json.ContainsKey("values")) data.Add(file, index, $"{callback} {json["description"]} {json["arguments"]!.ToJsonString()}");
                    index++;
                }
            }

            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Does_what_Keras_does(string file, int index, string label)
    {
        Assert.NotEmpty(label);
        JsonObject json = CallbackCase.Load(file).ElementAt(index);
        var recorded = new CallbackCase(json, _folder);
        string? error = (string?)json["error"];
        if (((string?)json["arguments"]!["filepath"])?.EndsWith("}.h5", StringComparison.Ordinal) == true)
            error = "ValueError: FilePath without SaveWeightsOnly must end in .keras"; // Unroll reads old .h5 models, but does not write them.
        if (error is not null)
        {
            AssertRefused(recorded, error);
            return;
        }

        Callback callback = recorded.Create();
        JsonNode[] fits = json["fits"] is JsonArray list ? [.. list.Select(fit => fit!)] : [json];
        foreach (JsonNode fit in fits)
        {
            Sequential model = CallbackCase.NewModel();
            var files = new Files(_folder);
            History history = Fit(recorded, model, callback, files);
            AssertRun(fit, callback, model, history);
            if (json["writes"] is JsonArray writes)
                Assert.Equal(writes.Select(write => ((string)write![0]!, (string)write[1]!)), files.Seen);
            if (fit["files"] is JsonArray kept) AssertFiles(kept);
        }

        Assert.Equal((string)json["printed"]!, recorded.PrintedText);
        AssertWarnings(json, recorded.Warnings.ToString());
    }

    private static History Fit(CallbackCase recorded, Sequential model, Callback callback, Files files)
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        int batches = (int?)recorded.Json["batches_per_epoch"] ?? 1;
        return model.Fit(
            x, y, batchSize: 24 / batches, epochs: recorded.Values.Length, verbose: 0, shuffle: false, callbacks: [recorded.WriteValues(), callback, files]);
    }

    private static void AssertRun(JsonNode fit, Callback callback, Sequential model, History history)
    {
        if (fit["epochs_run"] is { } epochs) Assert.Equal((int)epochs, history.Epochs.Count);
        if (fit["weights_are_those_of_epoch"] is { } epoch) Assert.All(model.GetWeights().SelectMany(weight => weight), weight => Assert.Equal((float)epoch, weight));
        if ((fit["learning_rate_in_history"] ?? fit["learning_rate_logged"]) is JsonArray rates)
            Assert.Equal(rates.Select(rate => (float)rate!), history["learning_rate"].Select(rate => (float)rate));
        if (fit["final_learning_rate"] is { } final) Assert.Equal((double)final, model.LearningRate);
        if (fit.AsObject().ContainsKey("best")) Assert.Equal(CallbackCase.Number(fit["best"]), ((MonitorCallback)callback).Best);
        if (fit["wait"] is { } wait) Assert.Equal((int)wait, callback is EarlyStopping waiting ? waiting.Wait : ((ReduceLROnPlateau)callback).Wait);
        if (fit["stopped_epoch"] is { } stopped) Assert.Equal((int)stopped, ((EarlyStopping)callback).StoppedEpoch);
        if (fit["best_epoch"] is { } best) Assert.Equal((int)best, ((EarlyStopping)callback).BestEpoch);
    }

    private void AssertFiles(JsonArray kept)
    {
        Assert.Equal(
            kept.Select(file => file is JsonObject entry ? (string)entry["file"]! : (string)file!).Order(StringComparer.Ordinal),
            Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        foreach (JsonObject entry in kept.OfType<JsonObject>())
        {
            string path = Path.Combine(_folder, (string)entry["file"]!);
            Sequential model = CallbackCase.NewModel();
            model.LoadWeights(path);

            // Saved in the middle of an epoch the weights have taken one more step.
            Assert.All(model.GetWeights().SelectMany(weight => weight), weight => Assert.Equal((float)entry["weights_are_those_of_epoch"]!, weight, 0.2f));
        }
    }

    private static void AssertWarnings(JsonObject json, string warnings)
    {
        // Python was told to repeat warnings; by default it does not.
        string[] expected = json["warnings"] is JsonArray list ? [.. list.Select(warning => (string)warning!).Distinct()] : [];
        string[] actual = warnings.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, actual.Length);
        foreach ((string expectedText, string actualText) in expected.Zip(actual)) Assert.StartsWith(expectedText, actualText, StringComparison.Ordinal);
    }

    private static void AssertRefused(CallbackCase recorded, string error)
    {
        Exception? exception = Record.Exception(() => Fit(recorded, CallbackCase.NewModel(), recorded.Create(), new Files(".")));
        Assert.True(exception is InvalidOperationException or ArgumentException, $"{error}\n{exception}");
        string[] named = error switch
        {
            _ when error.Contains("automatically determine", StringComparison.Ordinal) =>
                ["EarlyStopping callback received Monitor = \"val_f1\"", "Set Mode to \"max\" or \"min\"", "accuracy,loss,val_f1"],
            _ when error.Contains("factor", StringComparison.Ordinal) => ["ReduceLROnPlateau: argument 'factor' is 1;", "below 1"],
            _ when error.Contains("KeyError", StringComparison.Ordinal) => ["Failed to format this callback filepath: \"", "'val_f1'", "val_loss"],
            _ when error.Contains(".weights.h5", StringComparison.Ordinal) => ["m.keras", "with SaveWeightsOnly it must end in .weights.h5"],
            _ => ["ModelCheckpoint: FilePath is '", "without SaveWeightsOnly it must end in .keras"],
        };
        Assert.All(named, text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
        Assert.Empty(recorded.PrintedText);
    }

    /// <summary>Notes when files come into being.</summary>
    private sealed class Files(string folder) : Callback
    {
        private readonly HashSet<string> _known = [];
        private int _epoch;

        public List<(string File, string When)> Seen { get; } = [];

        public override void OnEpochBegin(int epoch) => _epoch = epoch;

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Look($"epoch {_epoch + 1}, batch {batch}");

        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => Look($"epoch {epoch + 1}, end of epoch");

        private void Look(string when)
        {
            foreach (string name in Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
                if (_known.Add(name)) Seen.Add((name, when));
        }
    }
}
