using System.Text.Json;
using Unroll.Preprocessing;
using Xunit;

namespace Unroll.Tests.Preprocessing;

/// <summary>Against keras_preprocessing 1.1 (generator) and TensorFlow 2.21 with Keras 3.15 (dataset).</summary>
public sealed class TimeseriesTests
{
    [Fact]
    public void Recorded_generators()
    {
        var data = new float[20, 2];
        for (int i = 0; i < 40; i++) data[i / 2, i % 2] = i;
        float[] targets = [.. Enumerable.Range(0, 20).Select(i => i * 10f)];
        int count = 0;
        foreach (JsonElement test in Recorded.Cases("generators"))
        {
            count++;
            JsonElement arguments = test.GetProperty("arguments");
            int Get(string name, int standard) => arguments.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : standard;
            var generator = new TimeseriesGenerator(data, targets, Get("length", 0))
            {
                BatchSize = Get("batch_size", 128),
                SamplingRate = Get("sampling_rate", 1),
                Stride = Get("stride", 1),
                StartIndex = Get("start_index", 0),
                EndIndex = arguments.TryGetProperty("end_index", out JsonElement end) ? end.GetInt32() : null,
                Reverse = arguments.TryGetProperty("reverse", out _),
            };
            if (test.TryGetProperty("error", out JsonElement error))
            {
                Assert.Equal(error.GetString(), Assert.Throws<InvalidOperationException>(() => generator.Count).Message);
                continue;
            }

            JsonElement[] batches = [.. test.GetProperty("batches").EnumerateArray()];
            Assert.Equal(batches.Length, generator.Count);
            var all = new List<float>();
            foreach (var (batch, (x, y)) in batches.Zip(generator))
            {
                Assert.Equal(Flat(batch[0]), x.Cast<float>());
                Assert.Equal(batch[1].Deserialize<float[]>()!, y);
                Assert.Equal(y.Length, x.GetLength(0));
                all.AddRange(y);
            }

            Assert.Equal(all, generator.ToArrays().Y);
            Assert.Throws<ArgumentOutOfRangeException>(() => generator[batches.Length]);
        }

        Assert.Equal(8, count);
    }

    [Fact]
    public void Windows_by_lot_follow_from_seed_and_batch()
    {
        var data = new float[50, 1];
        float[] targets = [.. Enumerable.Range(0, 50).Select(i => (float)i)];
        for (int i = 0; i < 50; i++) data[i, 0] = i;
        var first = new TimeseriesGenerator(data, targets, 5) { Shuffle = true, BatchSize = 16 };
        var again = new TimeseriesGenerator(data, targets, 5) { Shuffle = true, BatchSize = 16 };
        Assert.Equal(first[2].Y, again[2].Y);
        Assert.NotEqual(first[1].Y, first[2].Y);
        Assert.NotEqual(first[1].Y, new TimeseriesGenerator(data, targets, 5) { Shuffle = true, BatchSize = 16, Seed = 1 }[1].Y);
        var (x, y) = first[0];
        Assert.Equal(16, y.Length);
        for (int i = 0; i < 16; i++) Assert.Equal(y[i] - 1, x[i, 4, 0]); // the window ends a step before its target
        Assert.All(y, value => Assert.InRange(value, 5, 49));
    }

    [Fact]
    public void Recorded_datasets()
    {
        int count = 0, errors = 0;
        foreach (JsonElement test in Recorded.Cases("timeseries"))
        {
            JsonElement arguments = test.GetProperty("arguments");
            int Get(string name, int standard) => arguments.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : standard;
            int length = test.GetProperty("data_length").GetInt32();
            var data = new float[length, 1];
            for (int i = 0; i < length; i++) data[i, 0] = i;
            float[]? targets = test.GetProperty("targets_length").ValueKind == JsonValueKind.Null ? null
                : [.. Enumerable.Range(0, test.GetProperty("targets_length").GetInt32()).Select(i => (float)i)];
            TimeseriesDataset Load() => TimeseriesDataset.FromArray(
                data, targets, Get("sequence_length", 0), Get("sequence_stride", 1), Get("sampling_rate", 1), startIndex: Get("start_index", 0),
                endIndex: arguments.TryGetProperty("end_index", out JsonElement end) ? end.GetInt32() : null);
            count++;
            if (test.TryGetProperty("error", out _))
            {
                errors++;
                Assert.ThrowsAny<ArgumentException>(Load);
                continue;
            }

            TimeseriesDataset actual = Load();
            var windows = new List<float>();
            var labels = new List<float>();
            bool isBatched = !arguments.TryGetProperty("batch_size", out JsonElement size) || size.ValueKind != JsonValueKind.Null;
            foreach (JsonElement batch in test.GetProperty("batches").EnumerateArray())
            {
                windows.AddRange(Flat(batch[0]));
                if (targets is not null) labels.AddRange(isBatched ? batch[1].Deserialize<float[]>()! : [batch[1].GetSingle()]);
            }

            Assert.Equal(windows, actual.X.Cast<float>());
            if (targets is not null) Assert.Equal(labels, actual.Y!);
            else Assert.Null(actual.Y);
        }

        Assert.Equal((18, 8), (count, errors));
    }

    /// <summary>Recorded: RandomState(5) puts the 18 windows of 3 steps over 20 in this order, before Keras shuffles again.</summary>
    [Fact]
    public void Shuffled_as_NumPy_does() => Assert.Equal(
        [5, 1, 10, 2, 11, 17, 12, 7, 4, 8, 9, 0, 16, 6, 13, 15, 14, 3],
        TimeseriesDataset.FromArray(new float[20, 1], null, 3, shuffle: true, seed: 5).Starts);

    private static IEnumerable<float> Flat(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Flat) : [element.GetSingle()];
}
