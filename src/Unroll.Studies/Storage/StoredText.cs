using System.Globalization;
using System.Text.Json.Nodes;

namespace Unroll.Studies.Storage;

/// <summary>Small things as text in columns of a database. Numbers come back to the bit.</summary>
internal static class StoredText
{
    public static string Of(TrialDataset data) => new JsonObject
    {
        ["name"] = data.Name,
        ["fallback"] = data.IsFallback,
        ["notice"] = data.Notice,
        ["train"] = data.TrainCount,
        ["test"] = data.TestCount,
        ["cut"] = Text(data.CutShare),
        ["oov"] = Text(data.OovShare),
        ["majority"] = Text(data.MajorityShare),
        ["words"] = Text(data.BagOfWordsAccuracy),
        ["hash"] = data.Hash,
    }.ToJsonString();

    public static TrialDataset Dataset(string text)
    {
        JsonNode json = JsonNode.Parse(text)!;
        return new TrialDataset(
            json["name"]!.GetValue<string>(), json["fallback"]!.GetValue<bool>(), json["notice"]?.GetValue<string>(),
            json["train"]!.GetValue<int>(), json["test"]!.GetValue<int>())
        {
            CutShare = Number(json["cut"]!),
            OovShare = Number(json["oov"]!),
            MajorityShare = Number(json["majority"]!),
            BagOfWordsAccuracy = Number(json["words"]!),
            Hash = json["hash"]!.GetValue<string>(),
        };
    }

    // In the order in which they were logged.
    public static string Of(IReadOnlyDictionary<string, double> logs) =>
        new JsonArray([.. logs.Select(pair => new JsonArray(pair.Key, Text(pair.Value)))]).ToJsonString();

    public static IReadOnlyDictionary<string, double> Logs(string text)
    {
        var logs = new Dictionary<string, double>();
        foreach (JsonNode? pair in JsonNode.Parse(text)!.AsArray()) logs[pair![0]!.GetValue<string>()] = Number(pair[1]!);
        return logs;
    }

    public static string Of(WorkerId worker) =>
        string.Create(CultureInfo.InvariantCulture, $"{worker.Process} {worker.Started} {worker.Host}");

    public static WorkerId Worker(string text)
    {
        string[] fields = text.Split(' ', 3);
        return new WorkerId(fields[2], int.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    public static string Of(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    // JSON has no NaN.
    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static double Number(JsonNode node) => double.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}
