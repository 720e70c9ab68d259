using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Datasets;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>What <c>unroll train --json</c> writes. Values that are no finite number are null.</summary>
/// <param name="Version">Version of Unroll.</param>
/// <param name="Settings">What was asked for.</param>
/// <param name="Data">What was trained on.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Epochs">One entry per epoch.</param>
/// <param name="Test">Result on the test reviews.</param>
/// <param name="Threads">Threads used.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Fingerprint">Hash of the final weights.</param>
internal sealed record TrainReport(
    string Version, SettingsReport Settings, DataReport Data, long Parameters, IReadOnlyList<EpochReport> Epochs, TestReport Test, int Threads, int Seed, string Fingerprint);

/// <summary>The settings, in the words of the options.</summary>
internal sealed record SettingsReport(
    string Dataset, int NumWords, int MaxLen, string Padding, string Truncating, string Model, string Optimizer, int BatchSize, int MaxEpochs, double ValidationSplit, bool ValidateOnTest,
    string? Callbacks = null)
{
    public static SettingsReport Of(TrainSettings settings) => new(
        settings.Dataset, settings.NumWords, settings.MaxLen, Word(settings.Padding), Word(settings.Truncating), string.Join(", ", settings.Layers),
        settings.Optimizer.ToString(), settings.BatchSize, settings.Epochs, settings.ValidationSplit, settings.ValidateOnTest,
        settings.Callbacks.Count == 0 ? null : string.Join(", ", settings.Callbacks));

    private static string Word(Padding end) => end == Unroll.Text.Padding.Pre ? "pre" : "post";
}

/// <summary>What was trained on; <paramref name="IsFallback"/>: synthetic reviews because IMDB could not be had.</summary>
internal sealed record DataReport(string Name, bool IsFallback, int TrainCount, int TestCount, double CutShare, double OovShare)
{
    public static DataReport Of(Dataset data) => new(data.Name, data.IsFallback, data.Train.Count, data.Test.Count, data.CutShare, data.OovShare);
}

/// <summary>One epoch, counted from 1; <paramref name="Seconds"/> is training alone.</summary>
internal sealed record EpochReport(int Epoch, double Seconds, double ValidationSeconds, double? Loss, double? Accuracy, double? ValLoss, double? ValAccuracy)
{
    public static EpochReport Of(EpochResult epoch) => new(
        epoch.Epoch + 1, epoch.Seconds, epoch.ValidationSeconds,
        Value(epoch, "loss"), Value(epoch, "accuracy"), Value(epoch, "val_loss"), Value(epoch, "val_accuracy"));

    private static double? Value(EpochResult epoch, string name) =>
        epoch.Logs.TryGetValue(name, out double value) && double.IsFinite(value) ? value : null;
}

/// <summary>Result on the test reviews.</summary>
internal sealed record TestReport(double? Loss, double? Accuracy)
{
    public static TestReport Of(Evaluation test) => new(Value(test.Loss), Value(test.Accuracy));

    private static double? Value(double value) => double.IsFinite(value) ? value : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(TrainReport))]
internal sealed partial class TrainReportContext : JsonSerializerContext
{
    public static string Write(TrainReport report) => JsonSerializer.Serialize(report, Default.TrainReport) + "\n";
}
