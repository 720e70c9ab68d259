using System.Text.Json;
using Unroll.Cli.Commands;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class TrainReportTests
{
    [Fact]
    public void The_report_has_the_documented_names()
    {
        var settings = new SettingsReport("imdb", 1000, 80, "pre", "post", "embedding(8), lstm(16)", "adam", 32, 5, 0.2, false);
        EpochReport[] epochs =
        [
            EpochReport.Of(new EpochResult(0, 1.5, 0.25, new Dictionary<string, double> { ["accuracy"] = 0.75, ["loss"] = 0.5, ["val_accuracy"] = 0.7, ["val_loss"] = double.NaN })),
            EpochReport.Of(new EpochResult(1, 1.25, 0, new Dictionary<string, double> { ["accuracy"] = 0.8, ["loss"] = 0.4 })),
        ];
        string json = TrainReportContext.Write(
            new TrainReport("0.1.0", settings, new DataReport("imdb", false, 25000, 25000, 0.75, 0.18), 9617, epochs, new TestReport(0.3929, 0.8189), 2, 7, "0123456789abcdef"));

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        Assert.Equal(
            ["version", "settings", "data", "parameters", "epochs", "test", "threads", "seed", "fingerprint"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(9617, root.GetProperty("parameters").GetInt64());
        Assert.Equal(
            ["epoch", "seconds", "validation_seconds", "loss", "accuracy", "val_accuracy"], // val_loss is no number
            root.GetProperty("epochs")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(1, root.GetProperty("epochs")[0].GetProperty("epoch").GetInt32());
        Assert.Equal(0.25, root.GetProperty("epochs")[0].GetProperty("validation_seconds").GetDouble());
        Assert.Equal(0.8, root.GetProperty("epochs")[1].GetProperty("accuracy").GetDouble());
        Assert.Equal(0.8189, root.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.Equal("embedding(8), lstm(16)", root.GetProperty("settings").GetProperty("model").GetString());
        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
    }
}
