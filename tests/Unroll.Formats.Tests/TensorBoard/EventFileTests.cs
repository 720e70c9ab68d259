using System.Text.Json;
using Unroll.Formats.TensorBoard;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.TensorBoard;

/// <summary>Files that TensorFlow wrote for a Keras fit, read and written again.</summary>
public sealed class EventFileTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures", "TensorBoard");
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-events-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("train")]
    [InlineData("validation")]
    public void Writes_what_TensorFlow_writes_byte_for_byte(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, "tensorboard.json")));
        JsonElement[] records = [.. document.RootElement.GetProperty(name).GetProperty("records").EnumerateArray()];
        var file = new EventFile(Path.Combine(_folder, "new"), "events", records[0].GetProperty("wall_time").GetDouble() + 0.75);
        foreach (JsonElement record in records.Skip(1))
        {
            JsonElement value = record.GetProperty("values")[0];
            file.AddScalar(
                value.GetProperty("tag").GetString()!, value.GetProperty("value").GetSingle(), record.GetProperty("step").GetInt64(),
                record.GetProperty("wall_time").GetDouble());
        }

        file.Flush();
        Assert.Equal(File.ReadAllBytes(Path.Combine(Fixtures, $"tensorboard_{name}.bin")), File.ReadAllBytes(Path.Combine(_folder, "new", "events")));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("validation")]
    public void The_reader_of_the_tests_agrees_with_TensorFlow(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, "tensorboard.json")));
        JsonElement[] records = [.. document.RootElement.GetProperty(name).GetProperty("records").EnumerateArray()];
        IReadOnlyList<EventFileEntry> entries = EventFileReader.Read(Path.Combine(Fixtures, $"tensorboard_{name}.bin"));
        Assert.Equal(records.Length, entries.Count);
        Assert.Equal(("brain.Event:2", "tensorflow.core.util.events_writer"), (entries[0].FileVersion, entries[0].Writer));
        for (int i = 1; i < entries.Count; i++)
        {
            JsonElement value = records[i].GetProperty("values")[0];
            Assert.Equal(
                (value.GetProperty("tag").GetString(), value.GetProperty("value").GetSingle(), records[i].GetProperty("step").GetInt64(),
                    records[i].GetProperty("wall_time").GetDouble(), value.GetProperty("plugin_name").GetString()),
                (entries[i].Tag, entries[i].Value, entries[i].Step, entries[i].WallTime, entries[i].Plugin));
        }
    }

    [Theory]
    [InlineData(0x8A9136AA, 0x00)] // RFC 3720, B.4: 32 bytes of zeros, of ones
    [InlineData(0x62A8AB43, 0xFF)]
    public void Checksums_are_those_of_the_standard(uint expected, byte value)
    {
        byte[] data = [.. Enumerable.Repeat(value, 32)];
        Assert.Equal(expected, EventFileReader.Crc32C(data));
        Assert.Equal(EventFileReader.Masked(expected), EventRecord.MaskedChecksum(data));
    }

    [Fact]
    public void Long_names_large_steps_and_strange_numbers_survive()
    {
        string tag = new string('ä', 300) + "/\u0000loss";
        var file = new EventFile(_folder, "events", 0);
        float[] values = [float.NaN, float.PositiveInfinity, -0f, float.Epsilon];
        foreach (float value in values) file.AddScalar(tag, value, long.MaxValue, 1e-9);
        Assert.Single(EventFileReader.Read(Path.Combine(_folder, "events"))); // nothing is written before Flush
        file.Flush();
        file.Flush();
        EventFileEntry[] entries = [.. EventFileReader.Read(Path.Combine(_folder, "events")).Skip(1)];
        Assert.Equal(values, entries.Select(entry => entry.Value));
        Assert.All(entries, entry => Assert.Equal((tag, long.MaxValue, 1e-9), (entry.Tag, entry.Step, entry.WallTime)));
    }
}
