using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Tests.Callbacks;

/// <summary>
/// A recorded run of a Keras callback: a callback in front writes the case's values into the logs at the end of each epoch
/// and sets every weight to the number of the epoch, so that the weights show which epoch they are of.
/// </summary>
internal sealed class CallbackCase(JsonObject json, string folder)
{
    public JsonObject Json => json;

    public StringWriter Printed { get; } = new();

    public StringWriter Warnings { get; } = new();

    public double?[] Values => [.. json["values"]!.AsArray().Select(Number)];

    /// <summary>All cases of a file that Keras 3.15 has run.</summary>
    public static IEnumerable<JsonObject> Load(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Callbacks", file)))!["cases"]!.AsArray()
            .Select(node => node!.AsObject())
            .Where(node => node["keras_version"] is not JsonArray versions || versions.Any(version => (string?)version == "3.15.0"));

    public static double? Number(JsonNode? node) => node?.GetValueKind() switch
    {
        null => null,
        JsonValueKind.String => (string)node! == "nan" ? double.NaN : throw new InvalidDataException((string)node!),
        _ => (double)node!,
    };

    /// <summary>The rows of the recorded fits; some of them for validation, in reverse order.</summary>
    public static (float[,] X, int[] Y) Rows(int count = 24, bool reversed = false)
    {
        var x = new float[count, 3];
        var y = new int[count];
        for (int at = 0; at < count; at++)
        {
            int i = reversed ? 23 - at : at;
            for (int j = 0; j < 3; j++) x[at, j] = (float)Math.Sin(0.7 * (3 * i + j));
            y[at] = Math.Cos(1.3 * i) > 0 ? 1 : 0;
        }

        return (x, y);
    }

    public static Sequential NewModel(Optimizer? optimizer = null, bool sigmoid = true)
    {
        var model = new Sequential { new Dense(1, sigmoid ? "sigmoid" : "linear") };
        model.Build(3);
        model.SetWeights([[.5f, -1, 2], [.1f]]);
        model.Compile(optimizer ?? new SGD(0.1), sigmoid ? "binary_crossentropy" : "mse", sigmoid ? ["accuracy"] : []);
        return model;
    }

    public Callback Create()
    {
        var arguments = json["arguments"]?.AsObject() ?? [];
        string monitor = Text("monitor") ?? (string?)json["monitored_key"] ?? "", mode = Text("mode") ?? "auto";
        int verbose = Whole("verbose") ?? 0;
        return (string)json["callback"]! switch
        {
            "EarlyStopping" => new EarlyStopping
            {
                Monitor = monitor,
                Mode = mode,
                Verbose = verbose,
                Output = Printed,
                Warnings = Warnings,
                MinDelta = Real("min_delta") ?? 0,
                Patience = Whole("patience") ?? 0,
                Baseline = Real("baseline"),
                RestoreBestWeights = Flag("restore_best_weights"),
                StartFromEpoch = Whole("start_from_epoch") ?? 0,
            },
            "ReduceLROnPlateau" => new ReduceLROnPlateau
            {
                Monitor = monitor,
                Mode = mode,
                Verbose = verbose,
                Output = Printed,
                Warnings = Warnings,
                Factor = Real("factor") ?? 0.1,
                Patience = Whole("patience") ?? 10,
                MinDelta = Real("min_delta") ?? 1e-4,
                Cooldown = Whole("cooldown") ?? 0,
                MinLr = Real("min_lr") ?? 0,
            },
            "ModelCheckpoint" => new ModelCheckpoint
            {
                Monitor = monitor,
                Mode = mode,
                Verbose = verbose,
                Output = Printed,
                Warnings = Warnings,
                FilePath = Path.Combine(folder, Text("filepath")!),
                SaveBestOnly = Flag("save_best_only"),
                SaveWeightsOnly = Flag("save_weights_only"),
                SaveFreq = Whole("save_freq"),
                InitialValueThreshold = Real("initial_value_threshold"),
            },
            "BackupAndRestore" => new BackupAndRestore
            {
                BackupDir = folder,
                SaveFreq = Whole("save_freq"),
                DoubleCheckpoint = Flag("double_checkpoint"),
                DeleteCheckpoint = arguments["delete_checkpoint"] is null || Flag("delete_checkpoint"),
                Warnings = Warnings,
            },
            "TerminateOnNaN" => new TerminateOnNaN { Output = Printed, RaiseError = Flag("raise_error") },
            "CSVLogger" => new CSVLogger { Filename = Path.Combine(folder, "log.csv"), Separator = Text("separator") ?? ",", Append = Flag("append") },
            var other => throw new InvalidDataException(other),
        };

        string? Text(string name) => (string?)arguments[name];
        int? Whole(string name) => (int?)arguments[name];
        double? Real(string name) => (double?)arguments[name];
        bool Flag(string name) => (bool?)arguments[name] ?? false;
    }

    /// <summary>The name that the recorded values get.</summary>
    public string Monitored => (string)json["monitored_key"]!;

    public Callback WriteValues() => new Writer(this);

    /// <summary>The printed text with the folder as the record has it.</summary>
    public string PrintedText => Printed.ToString().Replace(folder + Path.DirectorySeparatorChar, "<DIR>/", StringComparison.Ordinal);

    private sealed class Writer(CallbackCase recorded) : Callback
    {
        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
        {
            logs[recorded.Monitored] = recorded.Values[epoch]!.Value;
            float value = epoch + 1;
            Model.SetWeights([[value, value, value], [value]]);
        }
    }
}
