using System.Text.Json.Nodes;
using Unroll.Saving;

namespace Unroll.Callbacks;

/// <summary>Epochs in the JSON of a backup.</summary>
internal static class SavedEpochs
{
    public const string Name = "history";

    private const string Epoch = "epoch", Seconds = "seconds", ValidationSeconds = "validation_seconds", Logs = "logs";

    public static JsonArray Write(IEnumerable<EpochResult> epochs) => new([.. epochs.Select(epoch => (JsonNode)new JsonObject
    {
        [Epoch] = epoch.Epoch,
        [Seconds] = ModelProgress.Text(epoch.Seconds),
        [ValidationSeconds] = ModelProgress.Text(epoch.ValidationSeconds),
        [Logs] = Numbers(epoch.Logs),
    })]);

    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static IReadOnlyList<EpochResult> Read(JsonObject from, string path) => from[Name] is JsonArray epochs
        ? [.. epochs.Select(node => node is JsonObject json && json.WholeNumber(Epoch) is { } epoch
            ? new EpochResult(epoch, ModelProgress.Number(json, Seconds, path), ModelProgress.Number(json, ValidationSeconds, path), Numbers(json, Logs, path))
            : throw new InvalidDataException($"{path}: an epoch is damaged."))]
        : throw new InvalidDataException($"{path}: has no {Name}.");

    public static JsonObject Numbers(IEnumerable<KeyValuePair<string, double>> numbers) =>
        new(numbers.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)ModelProgress.Text(entry.Value))));

    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static IReadOnlyDictionary<string, double> Numbers(JsonObject from, string name, string path) => from[name] is JsonObject json
        ? json.ToDictionary(entry => entry.Key, entry => ModelProgress.Number(json, entry.Key, path))
        : throw new InvalidDataException($"{path}: has no {name}.");
}
