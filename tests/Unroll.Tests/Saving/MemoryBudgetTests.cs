using System.IO.Compression;
using System.Text;
using Unroll.Formats;
using Unroll.Layers;
using Unroll.Saving;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Model files that grow in memory are refused within 64 MB and eight times their length.</summary>
public sealed class MemoryBudgetTests
{
    [Fact]
    public void Millions_of_words()
    {
        var words = new StringBuilder("{\"max_len\":7,\"padding\":\"pre\",\"truncating\":\"pre\",\"words\":{");
        for (int i = 0; i < 2_000_000; i++) words.Append(i > 0 ? "," : "").Append('"').Append(i).Append("\":").Append(i);
        Refuse(SavedText.Member, words.Append("}}").ToString());
    }

    [Fact]
    public void Large_arrays_in_a_configuration() =>
        Refuse(ModelFile.ConfigMember, $"{{\"class_name\":\"Sequential\",\"x\":[0{string.Concat(Enumerable.Repeat(",0", 7_000_000))}]}}");

    [Fact]
    public void A_text_as_long_as_memory()
    {
        const string Text = "{\"max_len\":20000000,\"padding\":\"pre\",\"truncating\":\"pre\",\"words\":{\"a\":3}}";
        Assert.Contains("max_len is 20,000,000", Refuse(SavedText.Member, Text));
        Assert.Contains("1 to 1,048,576", Assert.Throws<ArgumentOutOfRangeException>(() => new TextPipeline([KeyValuePair.Create("a", 3)], 20_000_000)).Message);
    }

    /// <summary>What people have is read: a vocabulary of 100,000 words, and weights that fill their file.</summary>
    [Fact]
    public void Honest_files_are_within_the_budget()
    {
        var model = new Sequential { new Embedding(100_000, 8), new LSTM(8), new Dense(1, "sigmoid") };
        model.Build(20);
        model.Compile("adam", "mse");
        model.Text = new TextPipeline(Enumerable.Range(0, 99_000).Select(i => KeyValuePair.Create($"word{i}", i)), 20);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-honest-{Guid.NewGuid():N}.keras");
        try
        {
            model.Save(path);
            Assert.Equal(99_000, Model.Load(path).Text!.Words.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Devices_are_no_models()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no such devices.");
        foreach (string device in new[] { "/dev/zero", "/dev/urandom", "/dev/null" })
            Assert.Contains("a device or a pipe", Assert.Throws<InvalidDataException>(() => Model.Load(device)).Message);
        var model = new Sequential { new Dense(1) };
        model.Build(1);
        Assert.Throws<InvalidDataException>(() => model.LoadWeights("/dev/zero"));
    }

    /// <summary>Sizes are worked out before anything is made, and the message says how much it would be.</summary>
    [Fact]
    public void Sizes_that_no_memory_holds()
    {
        Says("TB of memory", () => new Sequential { new Embedding(int.MaxValue, 100_000), new LSTM(4) }.Build(5));
        Says("recurrent_kernel", () => new Sequential { new Embedding(10, 8), new LSTM(1_000_000) }.Build(5));
        Says("(kernel", () => new Sequential { new Embedding(10, 8), new Dense(1_000_000), new Dense(1_000_000) }.Build(5));
        Says("maxLen", () => Unroll.Text.Sequences.Pad([[1], [2]], 2_000_000_000));
        var model = new Sequential { new RepeatVector(1_000_000), new LSTM(4) };
        Says("Choose shorter samples", () => model.Predict(new float[16, 2000]));

        static void Says(string part, Action action) => Assert.Contains(part, Assert.Throws<ArgumentException>(action).Message);
    }

    private static string Refuse(string member, string content)
    {
        byte[] file = Repack(member, Encoding.UTF8.GetBytes(content));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => ModelReader.Load(ModelFile.Parse(file, "hostile"), compile: true)).Message;
        Assert.StartsWith("hostile", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, ReadBudget.Base + ReadBudget.Times * (long)file.Length);
        return message;
    }

    private static byte[] Repack(string member, byte[] content)
    {
        using var target = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(File.ReadAllBytes(KerasFiles.Path("gru_plain.keras"))), ZipArchiveMode.Read))
        using (var written = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in source.Entries.Select(entry => entry.FullName).Union([member]))
            {
                using Stream stream = written.CreateEntry(name, CompressionLevel.Fastest).Open();
                if (name == member) stream.Write(content);
                else source.GetEntry(name)!.Open().CopyTo(stream);
            }
        }

        return target.ToArray();
    }
}
