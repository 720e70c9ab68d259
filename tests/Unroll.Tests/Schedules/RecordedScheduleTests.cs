using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Schedules;
using Xunit;

namespace Unroll.Tests.Schedules;

/// <summary>Every schedule of Keras 3.15, step by step.</summary>
public sealed class RecordedScheduleTests
{
    public static TheoryData<string, float[], string> Cases =>
    [
        .. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Optimizers", "schedules.json"))).RootElement
            .GetProperty("cases").EnumerateArray()
            .Select(json => (json.GetProperty("schedule").GetString()!, json.GetProperty("values").EnumerateArray().Select(value => value.GetSingle()).ToArray(), json.GetProperty("config").GetRawText())),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_step_has_the_rate_of_Keras(string text, float[] rates, string config)
    {
        LearningRateSchedule schedule = LearningRateSchedule.Catalog.Create(text);
        var saved = new JsonObject { ["class_name"] = text[..text.IndexOf('(', StringComparison.Ordinal)], ["config"] = JsonNode.Parse(config) };
        Assert.Equal(schedule, LearningRateSchedule.Catalog.FromKeras(saved, "schedule"));
        for (int step = 0; step < rates.Length; step++)
            Assert.True(Math.Abs(schedule.At(step) - rates[step]) <= 2e-6 * Math.Max(0.01, rates[step]), $"{text}, step {step}: {schedule.At(step)} instead of {rates[step]}.");
    }

    /// <summary>Lengths 8, 4, 2, 1, …: restarts come ever faster and end at step 16.</summary>
    [Fact]
    public void Cosines_may_become_shorter()
    {
        var schedule = new CosineDecayRestarts(0.1, 8, tMul: 0.5) { Alpha = 0.01 };
        foreach (int start in (int[])[0, 8, 12, 14, 15]) Assert.Equal(0.1, schedule.At(start), 1e-12);
        Assert.Equal(0.1 * (0.99 * 0.5 + 0.01), schedule.At(10), 1e-12); // half way through the second
        Assert.Equal(0.001, schedule.At(16), 1e-12);
        Assert.Equal(0.001, schedule.At(1000), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineDecayRestarts(0.1, 8, tMul: 0));
    }
}
