using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Studies.Analysis;
using Unroll.Studies.Lint;

namespace Unroll.Studies.Reports;

/// <summary>Everything about a run as one JSON document. Numbers that do not exist are null.</summary>
internal static class ResultsJson
{
    // Not for embedding in HTML: arrows and accents stay readable.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(StudyAnalysis analysis)
    {
        StudyResult result = analysis.Result;
        var root = new JsonObject
        {
            ["format"] = 1,
            ["study"] = SourceNode.Parse(result.Study.Source, result.Study.Name).ToJsonNode(),
            ["environment"] = Environment(result),
            ["datasets"] = List(result.Datasets.Select(info => new JsonObject
            {
                ["name"] = info.Name,
                ["fallback"] = info.IsFallback,
                ["notice"] = info.Notice,
                ["train_samples"] = info.TrainCount,
                ["test_samples"] = info.TestCount,
            })),
            ["cells"] = List(result.Parts.SelectMany(part => part.Cells.Zip(part.Ranks, PartRanking.ValidationRanks(part)).Select(cell => Cell(cell.First, cell.Second, cell.Third)))),
            ["findings"] = Findings(analysis),
            ["beside_keras"] = analysis.Keras is { } keras ? Keras(keras) : null,
            ["lint"] = List(StudyLint.Check(result).Select(message => new JsonObject
            {
                ["code"] = message.Code,
                ["part"] = message.Part,
                ["message"] = message.Message,
                ["evidence"] = message.Evidence,
                ["fix"] = message.Fix,
            })),
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options)) root.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static JsonObject Environment(StudyResult result) => new()
    {
        ["version"] = result.Environment.Version,
        ["runtime"] = result.Environment.Runtime,
        ["system"] = result.Environment.System,
        ["processors"] = result.Environment.Processors,
        ["jobs"] = result.Environment.Jobs,
        ["repeats"] = result.Environment.Repeats,
        ["seed"] = result.Environment.Seed,
        ["started"] = result.Environment.Started.ToString("O", CultureInfo.InvariantCulture),
        ["seconds"] = Number(result.Environment.Seconds),
        ["cancelled"] = !result.IsFinished,
    };

    private static JsonObject Keras(BesideKeras keras) => new()
    {
        ["sentence"] = keras.Sentence,
        ["designs"] = List(keras.Designs.Select(design => new JsonObject
        {
            ["part"] = design.Part,
            ["cell"] = design.Cell,
            ["keras"] = design.Keras,
            ["n"] = design.Ours.Count,
            ["n_keras"] = design.Theirs.Count,
            ["mean_test_accuracy"] = Number(design.Ours.Mean),
            ["mean_test_accuracy_keras"] = Number(design.Theirs.Mean),
            ["difference"] = Number(design.Difference),
            ["low"] = Number(design.Interval.Low),
            ["high"] = Number(design.Interval.High),
            ["mean_test_loss"] = Number(design.OurLoss.Mean),
            ["mean_test_loss_keras"] = Number(design.TheirLoss.Mean),
            ["p_rank_sum"] = Number(design.P),
            ["p_holm"] = Number(design.AdjustedP),
        })),
    };

    private static JsonArray Findings(StudyAnalysis analysis) => List(analysis.Parts.Select(part => new JsonObject
    {
        ["part"] = part.Result.Part.Name,
        ["reference"] = part.Result.Cells[part.Reference].Cell.Label,
        ["sentences"] = List(part.Findings.Select(finding => JsonValue.Create(finding))),
        ["comparisons"] = List(part.Comparisons.Select(comparison => new JsonObject
        {
            ["cell"] = part.Result.Cells[comparison.Cell].Cell.Label,
            ["n"] = comparison.Count,
            ["difference"] = Number(comparison.Difference),
            ["low"] = Number(comparison.Interval.Low),
            ["high"] = Number(comparison.Interval.High),
            ["low_with_examples"] = Number(comparison.ExampleInterval?.Low ?? double.NaN),
            ["high_with_examples"] = Number(comparison.ExampleInterval?.High ?? double.NaN),
            ["share_from_seeds"] = Number(comparison.SeedShare ?? double.NaN),
            ["churn"] = Number(comparison.Churn ?? double.NaN),
            ["p"] = Number(comparison.P),
            ["p_holm"] = Number(comparison.AdjustedP),
            ["p_signs"] = Number(comparison.SignP),
            ["verdict"] = comparison.Verdict.ToString().ToUpperInvariant(),
        })),
    }));

    private static JsonObject Cell(CellResult cell, int rank, int validationRank)
    {
        StudyDesign design = cell.Cell.Design;
        var values = new JsonObject();
        foreach ((string path, string value) in cell.Cell.Values) values[path] = value;
        var training = new JsonObject
        {
            ["optimizer"] = Config(design.Training.Optimizer),
            ["loss"] = design.Training.Loss,
            ["metrics"] = List(design.Training.Metrics.Select(metric => JsonValue.Create(metric))),
            ["batchSize"] = design.Training.BatchSize,
            ["epochs"] = design.Training.Epochs,
            ["validation"] = design.Training.Validation switch
            {
                ValidationKind.Split => new JsonObject { ["split"] = design.Training.ValidationSplit },
                ValidationKind.Test => JsonValue.Create("test"),
                _ => JsonValue.Create("none"),
            },
        };
        if (design.Training.Callbacks.Count > 0) training["callbacks"] = List(design.Training.Callbacks.Select(Config));
        return new JsonObject
        {
            ["part"] = cell.Cell.Part,
            ["cell"] = cell.Cell.Label,
            ["note"] = cell.Cell.Note.Length > 0 ? cell.Cell.Note : null,
            ["params"] = values,
            ["design"] = new JsonObject
            {
                ["dataset"] = new JsonObject
                {
                    ["name"] = design.Dataset.Name,
                    ["numWords"] = design.Dataset.NumWords,
                    ["maxLen"] = design.Dataset.MaxLen,
                    ["padding"] = design.Dataset.Padding,
                    ["truncating"] = design.Dataset.Truncating,
                },
                ["training"] = training,
                ["model"] = List(design.Model.Select(Config)),
            },
            ["parameters"] = cell.Parameters,
            ["rank_test_accuracy"] = rank == 0 ? null : rank,
            ["rank_val_accuracy"] = validationRank == 0 ? null : validationRank,
            ["test_accuracy"] = Spread(cell.TestAccuracy),
            ["test_loss"] = Spread(cell.TestLoss),
            ["val_accuracy"] = Spread(cell.Last("val_accuracy")),
            ["val_loss"] = Spread(cell.Last("val_loss")),
            ["train_accuracy"] = Spread(cell.Last("accuracy")),
            ["train_loss"] = Spread(cell.Last("loss")),
            ["fit_time"] = Spread(cell.FitSeconds),
            ["failed"] = cell.Failed,
            ["published"] = Published(cell.Cell.Published),
            ["trials"] = List(cell.Trials.Select(TrialNode)),
        };
    }

    private static JsonObject TrialNode(TrialResult trial) => new()
    {
        ["repeat"] = trial.Trial.Repeat,
        ["seed"] = trial.Trial.Seed,
        ["state"] = trial.State.ToString().ToUpperInvariant(),
        ["error"] = trial.Error,
        ["parameters"] = trial.Parameters,
        ["test_loss"] = Number(trial.TestLoss),
        ["test_accuracy"] = Number(trial.TestAccuracy),
        ["fit_time"] = Number(trial.FitSeconds),
        ["validation_time"] = Number(trial.ValidationSeconds),
        ["test_time"] = Number(trial.TestSeconds),
        ["threads"] = trial.Threads,
        ["jobs"] = trial.Jobs,
        ["fingerprint"] = trial.Fingerprint,
        ["epochs"] = List(trial.Epochs.Select(Epoch)),
    };

    private static JsonObject Epoch(EpochResult epoch)
    {
        var node = new JsonObject
        {
            ["epoch"] = epoch.Epoch + 1,
            ["seconds"] = Number(epoch.Seconds),
            ["validation_seconds"] = Number(epoch.ValidationSeconds),
        };
        foreach ((string name, double value) in epoch.Logs) node[name] = Number(value);
        return node;
    }

    private static JsonObject? Published(PublishedNumbers? numbers) => numbers is null ? null : new JsonObject
    {
        ["train_loss"] = numbers.TrainLoss,
        ["train_accuracy"] = numbers.TrainAccuracy,
        ["val_loss"] = numbers.ValidationLoss,
        ["val_accuracy"] = numbers.ValidationAccuracy,
        ["test_loss"] = numbers.TestLoss,
        ["test_accuracy"] = numbers.TestAccuracy,
        ["parameters"] = numbers.Parameters,
        ["seconds"] = numbers.Seconds,
    };

    private static JsonObject Spread(Summary summary) => new()
    {
        ["n"] = summary.Count,
        ["mean"] = Number(summary.Mean),
        ["std"] = Number(summary.Std),
    };

    private static JsonObject Config(ObjectConfig config)
    {
        var node = new JsonObject { ["type"] = config.Type };
        IReadOnlyList<string> names = Catalog.PositionalNames(config);
        for (int i = 0; i < config.Positional.Count; i++) node[i < names.Count ? names[i] : $"argument{i}"] = config.Positional[i]?.DeepClone();
        foreach ((string name, JsonNode? value) in config.Named) node[name] = value?.DeepClone();
        return node;
    }

    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static JsonArray List(IEnumerable<JsonNode?> items)
    {
        var array = new JsonArray();
        foreach (JsonNode? item in items) array.Add(item);
        return array;
    }
}
