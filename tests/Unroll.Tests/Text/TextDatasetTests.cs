using System.Text.Json;
using Unroll.Tests.Datasets;
using Unroll.Tests.Preprocessing;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Against text_dataset_from_directory of TensorFlow 2.21 with Keras 3.15.</summary>
public sealed class TextDatasetTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private string Root => Path.GetDirectoryName(_folder.File("x"))!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recorded_directories()
    {
        JsonElement[] cases = [.. Recorded.Cases("text_dataset")];
        foreach (JsonProperty file in cases[0].GetProperty("files").EnumerateObject()) Write(file.Name, file.Value.GetString()!);
        foreach (JsonElement folder in cases[0].GetProperty("empty_directories").EnumerateArray()) Directory.CreateDirectory(Path.Combine(Root, folder.GetString()!));
        int count = 0;
        foreach (JsonElement test in cases.Skip(1))
        {
            JsonElement arguments = test.GetProperty("arguments");
            // Labels given by hand, none at all, or as vectors: here they are always the class numbers.
            if (arguments.TryGetProperty("labels", out _) || arguments.TryGetProperty("label_mode", out _)) continue;
            if (test.TryGetProperty("error", out _)) continue; // below
            count++;
            bool shuffle = !arguments.TryGetProperty("shuffle", out JsonElement order) || order.GetBoolean();
            var (train, validation) = TextDataset.FromDirectory(
                Root, arguments.TryGetProperty("validation_split", out JsonElement split) ? split.GetDouble() : 0,
                arguments.TryGetProperty("class_names", out JsonElement names) ? names.Deserialize<string[]>() : null, shuffle,
                arguments.TryGetProperty("seed", out JsonElement seed) ? seed.GetInt64() : 0,
                arguments.TryGetProperty("max_length", out JsonElement length) ? length.GetInt32() : null);
            string subset = arguments.TryGetProperty("subset", out JsonElement part) ? part.GetString()! : "training";
            TextDataset[] actual = subset switch { "both" => [train, validation], "validation" => [validation], _ => [train] };
            foreach (var (expected, have) in test.GetProperty("datasets").EnumerateArray().Zip(actual))
            {
                Assert.Equal(expected.GetProperty("class_names").Deserialize<string[]>()!, have.ClassNames);
                bool isBatched = !arguments.TryGetProperty("batch_size", out JsonElement size) || size.ValueKind != JsonValueKind.Null;
                JsonElement[] batches = [.. expected.GetProperty("batches").EnumerateArray()];
                string[] texts = [.. batches.SelectMany(batch => isBatched ? batch[0].Deserialize<string[]>()! : [batch[0].GetString()!])];
                Assert.Equal(texts, shuffle ? have.Texts.Order(StringComparer.Ordinal) : have.Texts); // shuffled again by TensorFlow
                if (!shuffle) Assert.Equal(batches.SelectMany(batch => isBatched ? batch[1].Deserialize<int[]>()! : [batch[1].GetInt32()]), have.Labels);
            }
        }

        Assert.InRange(count, 9, 20);
    }

    [Fact]
    public void Recorded_orders()
    {
        JsonElement[] cases = [.. Recorded.Cases("directories")];
        foreach (JsonElement file in cases[0].GetProperty("files_on_disk").EnumerateArray()) Write(file.GetString()!, "text");
        Directory.CreateDirectory(Path.Combine(Root, "unsup"));
        foreach (JsonElement test in cases)
        {
            JsonElement arguments = test.GetProperty("arguments");
            string[]? names = arguments.TryGetProperty("class_names", out JsonElement given) ? given.Deserialize<string[]>() : null;
            long seed = arguments.TryGetProperty("seed", out JsonElement number) ? number.GetInt64() : 0;
            bool shuffle = arguments.GetProperty("shuffle").GetBoolean();
            TextDataset all = TextDataset.FromDirectory(Root, names, shuffle, seed);
            Assert.Equal(test.GetProperty("file_order").Deserialize<string[]>()!, Relative(all));
            Assert.Equal(test.Ints("labels"), all.Labels);
            foreach (double split in new[] { 0.2, 0.25 })
            {
                var (train, validation) = TextDataset.FromDirectory(Root, split, names, shuffle, seed);
                Assert.Equal(test.GetProperty($"training_{split}").Deserialize<string[]>()!, Relative(train));
                Assert.Equal(test.GetProperty($"validation_{split}").Deserialize<string[]>()!, Relative(validation));
            }
        }
    }

    [Fact]
    public void Wrong_arguments_and_files_are_named()
    {
        Write("neg/a.txt", "a");
        Write("pos/b.txt", "b");
        Assert.Contains("There are: neg, pos", Assert.Throws<ArgumentException>(() => TextDataset.FromDirectory(Root, ["pos", "no"])).Message);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => TextDataset.FromDirectory(Root, 1.0)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => TextDataset.FromDirectory(Path.Combine(Root, "absent")));
        File.WriteAllBytes(Path.Combine(Root, "pos", "c.txt"), [65, 66, 0xFF]);
        string message = Assert.Throws<InvalidDataException>(() => TextDataset.FromDirectory(Root)).Message;
        Assert.Contains("c.txt", message);
        Assert.Contains("offset 2", message);
    }

    private string[] Relative(TextDataset data) => Array.ConvertAll(data.Files, file => Path.GetRelativePath(Root, file).Replace('\\', '/'));

    private void Write(string name, string text)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
