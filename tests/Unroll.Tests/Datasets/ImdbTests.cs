using System.Text.Json;
using Unroll.Datasets;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Datasets;

/// <summary>The real reviews, against what Keras loads from the same file.</summary>
public sealed class ImdbTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Fixture.GetArrayLength())];

    private static JsonElement Fixture { get; } = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "imdb.json"))).RootElement.GetProperty("cases");

    private static string Directory
    {
        get
        {
            Assert.SkipUnless(TestData.ImdbDirectory is not null, TestData.NoImdb);
            return TestData.ImdbDirectory!;
        }
    }

    [Fact]
    public void No_more_reviews_than_there_are()
    {
        var options = new DatasetOptions { Name = "imdb", NumWords = 100, MaxLen = 5, Directory = Directory };
        Assert.StartsWith(
            "TrainCount is 25,001, but there are 25,000 training reviews in IMDB movie reviews.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Dataset.Load(options with { TrainCount = 25001 })).Message);
        Assert.Equal("TestCount", Assert.Throws<ArgumentOutOfRangeException>(() => Dataset.Load(options with { TestCount = 25001 })).ParamName);
        Assert.Equal(25000, Dataset.Load(options with { TrainCount = 25000 }).Train.Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recorded_cases(int number)
    {
        string directory = Directory;
        var test = Fixture[number];
        var arguments = test.GetProperty("arguments");
        int? Optional(string name, int? standard) => !arguments.TryGetProperty(name, out var value) ? standard
            : value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();
        (LabeledSequences Train, LabeledSequences Test) Load() => Imdb.Load(
            Optional("num_words", null), Optional("skip_top", 0)!.Value, Optional("maxlen", null), Optional("seed", 113)!.Value,
            Optional("start_char", 1), Optional("oov_char", 2), Optional("index_from", 3)!.Value, directory);

        if (test.TryGetProperty("error", out var error))
        {
            Assert.Equal(error.GetString(), "ValueError: " + Assert.Throws<ArgumentException>(() => Load()).Message);
            return;
        }

        var (train, validation) = Load();
        Check(test.GetProperty("train"), train);
        Check(test.GetProperty("test"), validation);
    }

    [Fact]
    public void Word_index_and_decoding()
    {
        var index = Imdb.GetWordIndex(Directory);
        Assert.Equal(88584, index.Count);
        Assert.Equal(1, index["the"]);
        var (train, _) = Imdb.Load(numWords: 10000, directory: Directory);
        Assert.StartsWith("[START] this film was just brilliant casting location scenery story direction", Imdb.Decode(train.Sequences[0], index));
        Assert.Equal("the ? [OOV] [START]", Imdb.Decode([0, 0, 4, 3, 2, 1, 0], index));
        Assert.Equal("? the", Imdb.Decode([1, 6], index, indexFrom: 5, startChar: null, oovChar: null));
    }

    [Fact]
    public void Facts_about_the_file()
    {
        var info = Imdb.GetInfo(Directory);
        Assert.Equal(Imdb.Find(Directory), info.File);
        Assert.Equal(new FileInfo(info.File!).Length, info.FileSize);
        Assert.Equal(64, info.Sha256!.Length);
        Assert.Equal(info.Sha256 == "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f", info.IsPublishedFile);
        Assert.True(info.HasPublishedContents);
        Assert.Equal([12500, 12500], info.Train.LabelCounts);
        Assert.Equal([12500, 12500], info.Test.LabelCounts);
        Assert.Equal(5_942_841, info.Train.TokenCount);
        Assert.Equal(5_745_105, info.Test.TokenCount);
        Assert.Equal(10, info.Train.Lengths.Min);
        Assert.Equal(2493, info.Train.Lengths.Max);
        Assert.Equal(5_942_841 / 25000.0, info.Train.Lengths.Mean, 9);
        Assert.InRange(info.VocabularySize, 80_000, 88_587);
    }

    [Fact]
    public void By_name()
    {
        var data = Dataset.Load(new DatasetOptions { Name = "auto", NumWords = 2000, MaxLen = 80, Directory = Directory, TrainCount = 100, TestCount = 50 });
        Assert.Equal("imdb", data.Name);
        Assert.False(data.IsFallback);
        Assert.Null(data.Notice);
        Assert.Equal(Imdb.Find(Directory), data.File);
        Assert.Equal(2000, data.VocabularySize);
        Assert.Equal(80, data.XTrain.GetLength(1));
        Assert.Equal([100, 50, 100, 50], [data.XTrain.GetLength(0), data.XTest.GetLength(0), data.YTrain.Length, data.YTest.Length]);
        Assert.Equal(data.Train.Sequences[0][^1], data.XTrain[0, 79]);
        Assert.Equal(data.Train.Sequences.Count(s => s.Length > 80) / 100.0, data.CutShare);
        Assert.InRange(data.OovShare, 0.1, 0.3);
    }

    private static void Check(JsonElement expected, LabeledSequences actual)
    {
        int Int(string name) => expected.GetProperty(name).GetInt32();
        int[] Array(string name) => expected.GetProperty(name).Deserialize<int[]>()!;
        var samples = actual.Sequences;
        Assert.Equal(Int("sequences"), actual.Count);
        Assert.Equal(Int("sequences"), actual.Labels.Length);
        Assert.Equal(Array("first_20_lengths"), samples.Take(20).Select(s => s.Length));
        Assert.Equal(Array("first_sequence"), samples[0]);
        Assert.Equal(Array("last_sequence"), samples[^1].Take(30));
        Assert.Equal(Array("first_20_labels"), actual.Labels.Take(20));
        Assert.Equal(Int("label_sum"), actual.Labels.Sum());

        long sum = 0, checksum = 0, tokens = 0;
        int smallest = int.MaxValue, largest = int.MinValue;
        for (int k = 0; k < samples.Length; k++)
        {
            for (int j = 0; j < samples[k].Length; j++)
            {
                int id = samples[k][j];
                sum += id;
                checksum = (checksum + (long)id * (31L * k + j)) % int.MaxValue;
                smallest = Math.Min(smallest, id);
                largest = Math.Max(largest, id);
            }

            tokens += samples[k].Length;
        }

        Assert.Equal(Int("total_length"), tokens);
        Assert.Equal(expected.GetProperty("sum").GetInt64(), sum);
        Assert.Equal(expected.GetProperty("checksum").GetInt64(), checksum);
        Assert.Equal(Int("smallest_id"), smallest);
        Assert.Equal(Int("largest_id"), largest);
        Assert.Equal(Int("shortest"), samples.Min(s => s.Length));
        Assert.Equal(Int("longest"), samples.Max(s => s.Length));
        Assert.Equal(Int("empty_sequences"), samples.Count(s => s.Length == 0));
    }
}
