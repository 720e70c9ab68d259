using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Unroll.Layers;
using Unroll.Saving;
using Unroll.Tests.Datasets;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Damaged and hostile model files: a model or an <see cref="InvalidDataException"/>, soon and in little memory.</summary>
public sealed class DamagedModelTests
{
    private const string Metadata = ModelFile.MetadataMember, Config = ModelFile.ConfigMember, Weights = ModelFile.WeightsMember;

    /// <summary>Damages of each file and member; UNROLL_FUZZ multiplies it.</summary>
    private static readonly int Rounds = 30 * int.Parse(Environment.GetEnvironmentVariable("UNROLL_FUZZ") ?? "1", null);

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        int models = 0, refusals = 0;
        foreach (string name in KerasFiles.Names(".keras", ".h5"))
        {
            byte[] file = File.ReadAllBytes(KerasFiles.Path(name));
            for (int seed = 0; seed < Rounds; seed++) Try(name, seed, Mutations.Damage(file, seed));
            if (!name.EndsWith(".keras", StringComparison.Ordinal)) continue;

            // Checksums keep damage in an archive from getting far, so its members are damaged before they are packed.
            foreach (string member in new[] { Metadata, Config, Weights })
            {
                for (int seed = 0; seed < Rounds; seed++)
                    Try($"{name} {member}", seed, Repack(file, member, content => Mutations.Damage(content, seed)));
            }
        }

        Assert.True(models > 2 * Rounds && refusals > 10 * Rounds, $"{models} models, {refusals} refusals");

        void Try(string name, int seed, byte[] damaged)
        {
            if (IsRead(damaged, $"{name}, seed {seed}")) models++;
            else refusals++;
        }
    }

    /// <summary>Vocabularies in members of their own, and what goes with them in the configuration and among the weights.</summary>
    [Theory]
    [InlineData("tf_textvec_lstm", "assets/layers/text_vectorization/vocabulary.txt")]
    [InlineData("tf_textvec_tfidf", "assets/layers/text_vectorization_1/vocabulary.txt")]
    [InlineData("tf_stringlookup", "assets/layers/string_lookup/vocabulary.txt")]
    public void Damaged_vocabularies_are_read_or_refused(string name, string vocabulary)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "text_models", name + ".keras"));
        Assert.True(IsRead(file, name));
        Assert.False(IsRead(Repack(file, vocabulary, _ => "\n[UNK]\nfilm\nfilm"u8.ToArray()), name));
        Assert.False(IsRead(Repack(file, vocabulary, _ => []), name));
        Assert.False(IsRead(Repack(file, vocabulary, _ => new byte[200 << 20], CompressionLevel.Fastest), name));
        foreach (string member in new[] { vocabulary, Config, Weights })
            for (int seed = 0; seed < Rounds; seed++) IsRead(Repack(file, member, content => Mutations.Damage(content, seed)), $"{name} {member}, seed {seed}");
    }

    [Theory]
    [InlineData("\"units\": 5", "\"units\": 1000000")]
    [InlineData("\"units\": 5", "\"units\": 1048577")]
    [InlineData("\"units\": 5", "\"units\": 1e300")]
    [InlineData("\"units\": 5", "\"units\": -5")]
    [InlineData("\"units\": 5", "\"units\": 5.5")]
    [InlineData("\"units\": 5", "\"units\": \"5\"")]
    [InlineData("\"units\": 5", "\"units\": 5, \"units\": 5")]
    [InlineData("\"input_dim\": 20", "\"input_dim\": 2147483647")]
    [InlineData("\"output_dim\": 3", "\"output_dim\": 2147483647")]
    [InlineData("\"class_name\": \"GRU\"", "\"class_name\": \"__lambda__\"")]
    [InlineData("\"class_name\": \"GRU\"", "\"class_name\": \"\\ud800\"")]
    [InlineData("\"class_name\": \"GRU\"", "\"class_name\": [1]")]
    [InlineData("\"module\": \"keras.layers\", \"class_name\": \"GRU\"", "\"module\": \"os\", \"class_name\": \"system\"")]
    [InlineData("\"class_name\": \"Sequential\"", "\"class_name\": \"Functional\"")]
    [InlineData("\"batch_shape\": [null, 7]", "\"batch_shape\": [null, 7, 7, 7]")]
    [InlineData("\"batch_shape\": [null, 7]", "\"batch_shape\": \"x\"")]
    [InlineData("\"activation\": \"tanh\"", "\"activation\": {\"class_name\": \"__lambda__\", \"config\": {\"code\": \"aW1wb3J0IG9z\"}}")]
    public void Configurations_are_believed_no_further_than_the_weights(string from, string to)
    {
        byte[] file = Repack(KerasFile("gru_before_plain.keras"), Config, content =>
        {
            string text = Encoding.UTF8.GetString(content).Replace("\"Adagrad\"", "\"SGD\"", StringComparison.Ordinal);
            Assert.Contains(from, text);
            return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
        });
        Assert.False(IsRead(file, to));
    }

    [Theory]
    [InlineData("\"loss\": \"binary_crossentropy\"", "\"loss\": \"os.system\"", "os.system")]
    [InlineData("\"metrics\": [\"accuracy\"]", "\"metrics\": [\"nonsense\"]", "nonsense")]
    public void What_a_model_was_compiled_with_is_left_out_by_name(string from, string to, string named)
    {
        byte[] file = Repack(KerasFile("gru_before_plain.keras"), Config, content =>
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("\"Adagrad\"", "\"SGD\"", StringComparison.Ordinal).Replace(from, to, StringComparison.Ordinal)));
        Model model = ModelReader.Load(ModelFile.Parse(file, "damaged"), compile: true);
        Assert.Contains(model.LoadNotices, notice => notice.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Deep_JSON()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"config\":[", 100_000));
        Assert.False(IsRead(Repack(KerasFile("gru_plain.keras"), Config, _ => Encoding.UTF8.GetBytes(deep)), "deep"));
        string bracketed = new string('[', 1000) + new string(']', 1000);
        Assert.False(IsRead(
            Repack(KerasFile("gru_plain.keras"), Config, content => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("[null, 7]", bracketed, StringComparison.Ordinal))), "shape"));
    }

    [Fact]
    public void Many_layers()
    {
        string layer = "{\"class_name\":\"Dense\",\"config\":{\"units\":1}},";
        string many = "{\"class_name\":\"Sequential\",\"config\":[" + string.Concat(Enumerable.Repeat(layer, 100_000))[..^1] + "]}";
        Assert.False(IsRead(Repack(KerasFile("gru_plain.keras"), Config, _ => Encoding.UTF8.GetBytes(many)), "many"));
    }

    [Theory]
    [InlineData(Metadata)]
    [InlineData(Config)]
    [InlineData(Weights)]
    public void Zip_bombs(string member)
    {
        byte[] bomb = Repack(KerasFile("gru_plain.keras"), member, _ => new byte[256 << 20], CompressionLevel.Fastest);
        Assert.True(bomb.Length < 4 << 20);
        Assert.False(IsRead(bomb, member));
    }

    [Fact]
    public void Members_with_hostile_names_are_never_written()
    {
        using var folder = new TemporaryDirectory();
        string outside = Path.Combine(folder.Path, "outside.txt"), inside = Path.Combine(folder.Path, "inner");
        Directory.CreateDirectory(inside);
        string file = Path.Combine(inside, "model.keras");
        File.WriteAllBytes(file, Repack(KerasFile("srnn_plain.keras"), "../outside.txt", _ => "evil"u8.ToArray()));
        Assert.Equal(3, Model.Load(file).Layers.Count);
        Assert.False(File.Exists(outside));
        Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    /// <summary>Whether the bytes are a model; anything but a model or a refusal fails the test.</summary>
    private static bool IsRead(byte[] bytes, string what)
    {
        long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ModelFile file = ModelFile.Parse(bytes, "damaged");
            if (file.Config is not null)
            {
                ModelReader.Load(file, compile: true);
            }
            else
            {
                var model = new Sequential { new Embedding(20, 5), new LSTM(4), new Dense(1) };
                string before = model.Fingerprint();
                try
                {
                    ModelReader.LoadWeights(file, model);
                }
                catch (InvalidDataException)
                {
                    Assert.Equal(before, model.Fingerprint());
                    throw;
                }
            }

            return true;
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith("damaged", e.Message);
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
            throw;
        }
        finally
        {
            Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < 20, $"{what} took too long");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < 256 << 20, $"{what} took too much memory");
        }
    }

    private static byte[] KerasFile(string name) => File.ReadAllBytes(KerasFiles.Path(name));

    /// <summary>The archive with a changed or a further member.</summary>
    private static byte[] Repack(byte[] archive, string member, Func<byte[], byte[]> change, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var target = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(archive), ZipArchiveMode.Read))
        using (var written = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in source.Entries.Select(entry => entry.FullName).Union([member]))
            {
                using var content = new MemoryStream();
                using (Stream? old = source.GetEntry(name)?.Open()) old?.CopyTo(content);
                using Stream stream = written.CreateEntry(name, level).Open();
                stream.Write(name == member ? change(content.ToArray()) : content.ToArray());
            }
        }

        return target.ToArray();
    }
}
