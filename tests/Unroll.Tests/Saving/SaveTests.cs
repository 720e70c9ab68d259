using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Saving;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Models that Unroll writes and reads again.</summary>
public sealed class SaveTests : IDisposable
{
    private const string FolderVariable = "UNROLL_TEST_FOLDER";

    private static readonly int[,] Ids = MakeIds(24, 7, 20);
    private static readonly int[] Labels = [.. Enumerable.Range(0, 24).Select(i => i * 7 % 3 == 0 ? 1 : 0)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-save-");

    public static TheoryData<string> Optimizers =>
    [
        .. Catalog.Optimizers.Names, "sgd(momentum=0.9, nesterov=true)", "rmsprop(momentum=0.5, centered=true)", "rmsprop(centered=true)", "adam(amsgrad=true)",
    ];

    public static TheoryData<string> Cells =>
    [
        "simple_rnn(5, dropout=0.2, recurrent_dropout=0.3)", "lstm(5, dropout=0.2, recurrent_dropout=0.3)", "gru(5, dropout=0.2, recurrent_dropout=0.3)",
        "gru(5, reset_after=false, dropout=0.1, recurrent_dropout=0.1)", "lstm(5, recurrent_dropout=0.3, dropout_generation=keras2)",
        "lstm(5, activation=relu, recurrent_activation=hard_sigmoid, use_bias=false, unit_forget_bias=false, go_backwards=true)",
    ];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_optimizer_goes_on_with_the_same_bits(string optimizer)
    {
        AssertGoesOn(() => Make("gru(4, dropout=0.2, recurrent_dropout=0.2)"), Optimizer.FromName(optimizer));
        AssertGoesOn(() => Make("gru(4, dropout=0.2, recurrent_dropout=0.2)"), Optimizer.FromName(optimizer), maskedRows: true);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_recurrent_layer_goes_on_with_the_same_bits(string cell) => AssertGoesOn(() => Make(cell), new Adam(0.01));

    [Fact]
    public void Another_process_goes_on_with_the_same_bits()
    {
        string? program = Environment.ProcessPath;
        if (Path.GetFileName(program) is not ("Unroll.Tests" or "Unroll.Tests.exe")) Assert.Skip($"The tests run inside of {program}, which can't be started anew.");
        Sequential straight = Make("lstm(5, dropout=0.2, recurrent_dropout=0.3)"), first = Make("lstm(5, dropout=0.2, recurrent_dropout=0.3)");
        straight.Compile("adam", "binary_crossentropy");
        first.Compile("adam", "binary_crossentropy");
        straight.Fit(Ids, Labels, batchSize: 5, epochs: 4, verbose: 0);
        first.Fit(Ids, Labels, batchSize: 5, epochs: 2, verbose: 0);
        first.Save(In("half.keras"));

        using var process = Process.Start(new ProcessStartInfo(program!, ["-explicit", "only", "-method", $"*.{nameof(Goes_on_from_a_file)}"])
        {
            RedirectStandardOutput = true,
            Environment = { [FolderVariable] = _folder.FullName },
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && File.Exists(In("fingerprint.txt")), output);
        Assert.Equal(straight.Fingerprint(), File.ReadAllText(In("fingerprint.txt")));
    }

    /// <summary>The other process of <see cref="Another_process_goes_on_with_the_same_bits"/>.</summary>
    [Fact(Explicit = true)]
    public void Goes_on_from_a_file()
    {
        string folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        Model model = Model.Load(Path.Combine(folder, "half.keras"));
        model.Fit(Ids, Labels, batchSize: 5, epochs: 2, verbose: 0);
        File.WriteAllText(Path.Combine(folder, "fingerprint.txt"), model.Fingerprint());
    }

    [Fact]
    public void Weights_come_back_from_both_kinds_of_files()
    {
        Sequential model = Make("lstm(3, return_sequences=true)", "gru(2)");
        string whole = In("model.keras"), weights = In("model.weights.h5");
        model.Save(whole);
        model.SaveWeights(weights);

        Assert.Equal(model.Fingerprint(), Model.Load(whole).Fingerprint());
        foreach (string file in new[] { whole, weights })
        {
            Sequential other = Make("lstm(3, return_sequences=true)", "gru(2)");
            other.SetWeights([.. other.GetWeights().Select(weight => new float[weight.Length])]);
            Assert.All(other.Predict(Ids), value => Assert.Equal(0.5f, value));
            other.LoadWeights(file);
            Assert.Equal(model.Fingerprint(), other.Fingerprint());
            Assert.Equal((float[])[.. model.Predict(Ids)], (float[])[.. other.Predict(Ids)]);
        }

        Assert.Equal(new ModelFileInfo(ModelFileFormat.KerasArchive, "3.4.1", "0.1.0"), ModelFileInfo.Read(whole));
        Assert.Equal(new ModelFileInfo(ModelFileFormat.Weights, null, null), ModelFileInfo.Read(weights));
        Assert.Contains("holds weights alone", Assert.Throws<InvalidDataException>(() => Model.Load(weights)).Message);
        Assert.Equal(2, _folder.GetFiles().Length);
    }

    [Fact]
    public void Names_seed_and_shapes_come_back()
    {
        var model = new Sequential("reviews", seed: 42) { new Embedding(20, 4) { MaskZero = true }, new GRU(3), new Dense(2, "relu"), new Dense(1, "sigmoid") };
        model.Predict(Ids);
        string path = In("a.keras");
        model.Save(path);
        Model loaded = Model.Load(path);
        Assert.Equal(("reviews", 42), (loaded.Name, loaded.Seed));
        Assert.Equal(["embedding", "gru", "dense", "dense_1"], loaded.Layers.Select(layer => layer.Name));
        Assert.Equal(model.Summary(), loaded.Summary());
        Assert.Null(loaded.Optimizer);
        Assert.Equal([.. model.Predict(Ids)], (float[])[.. loaded.Predict(Ids)]);
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes()
    {
        Sequential model = Trained("adam");
        model.Save(In("a.keras"));
        Model.Load(In("a.keras")).Save(In("b.keras"));
        Assert.Equal(File.ReadAllBytes(In("a.keras")), File.ReadAllBytes(In("b.keras")));
        model.SaveWeights(In("a.weights.h5"));
        model.SaveWeights(In("b.weights.h5"));
        Assert.Equal(File.ReadAllBytes(In("a.weights.h5")), File.ReadAllBytes(In("b.weights.h5")));
    }

    [Fact]
    public void The_vocabulary_comes_back()
    {
        Sequential model = Make("gru(5)");
        model.Text = new TextPipeline(
            new Dictionary<string, int> { ["größe"] = 5, ["don't"] = 4 }, maxLen: 3, startId: 1, oovId: null, Padding.Post, Padding.Pre);
        model.Save(In("a.keras"));
        Model loaded = Model.Load(In("a.keras"));
        TextPipeline text = loaded.Text!;
        Assert.Equal((3, 1, null, Padding.Post, Padding.Pre), (text.MaxLen, text.StartId, text.OovId, text.Padding, text.Truncating));
        Assert.Equal([("don't", 4), ("größe", 5)], text.Words.Select(word => (word.Key, word.Value)));
        loaded.Save(In("b.keras"));
        Assert.Equal(File.ReadAllBytes(In("a.keras")), File.ReadAllBytes(In("b.keras")));
    }

    [Fact]
    public void The_archive_is_what_Keras_writes()
    {
        Trained("adam(learning_rate=0.01)").Save(In("a.keras"));
        using ZipArchive archive = ZipFile.OpenRead(In("a.keras"));
        Assert.Equal(["metadata.json", "config.json", "model.weights.h5"], archive.Entries.Select(entry => entry.FullName));
        Assert.All(archive.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength)); // stored

        using var reader = new StreamReader(archive.GetEntry("config.json")!.Open());
        JsonElement config = JsonDocument.Parse(reader.ReadToEnd()).RootElement;
        Assert.Equal(["module", "class_name", "config", "registered_name", "build_config", "compile_config"], config.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["name", "trainable", "dtype", "layers", "build_input_shape"], config.GetProperty("config").EnumerateObject().Select(member => member.Name));
        JsonElement input = config.GetProperty("config").GetProperty("layers")[0];
        Assert.Equal("InputLayer", input.GetProperty("class_name").GetString());
        Assert.Equal("[null,7]", input.GetProperty("config").GetProperty("batch_shape").GetRawText());
        Assert.Equal("int32", input.GetProperty("config").GetProperty("dtype").GetString());
        JsonElement compiled = config.GetProperty("compile_config");
        Assert.Equal("\"binary_crossentropy\"", compiled.GetProperty("loss").GetRawText());
        Assert.Equal("[\"accuracy\"]", compiled.GetProperty("metrics").GetRawText());
        Assert.Equal(0.01, compiled.GetProperty("optimizer").GetProperty("config").GetProperty("learning_rate").GetDouble());
    }

    [Fact]
    public void H5py_finds_the_weights_where_Keras_looks_for_them()
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        Sequential model = Trained("adam");
        model.Save(In("a.keras"));
        string listing = Peers.RunPython(
            """
            import sys, io, zipfile, h5py
            with zipfile.ZipFile(sys.argv[1]) as archive:
                assert archive.testzip() is None
                found = h5py.File(io.BytesIO(archive.read('model.weights.h5')), 'r')
            found.visititems(lambda name, item: print(name, list(item.shape)) if isinstance(item, h5py.Dataset) else None)
            print(found['optimizer/vars/0'][()], found['optimizer/vars/0'].dtype)
            """, In("a.keras"));
        Assert.Equal(
            """
            layers/dense/vars/0 [5, 1]
            layers/dense/vars/1 [1]
            layers/embedding/vars/0 [20, 4]
            layers/gru/cell/vars/0 [4, 15]
            layers/gru/cell/vars/1 [5, 15]
            layers/gru/cell/vars/2 [2, 15]
            optimizer/vars/0 []
            optimizer/vars/1 []
            optimizer/vars/10 [5, 1]
            optimizer/vars/11 [5, 1]
            optimizer/vars/12 [1]
            optimizer/vars/13 [1]
            optimizer/vars/2 [20, 4]
            optimizer/vars/3 [20, 4]
            optimizer/vars/4 [4, 15]
            optimizer/vars/5 [4, 15]
            optimizer/vars/6 [5, 15]
            optimizer/vars/7 [5, 15]
            optimizer/vars/8 [2, 15]
            optimizer/vars/9 [2, 15]
            3 int64

            """.ReplaceLineEndings("\n"), listing);
    }

    [Fact]
    public void LoadWeights_takes_the_optimizer_along_if_it_fits()
    {
        Sequential model = Trained("adam");
        model.SaveWeights(In("a.weights.h5"));
        Sequential same = Make("gru(5)"), other = Make("gru(5)");
        same.Compile("adam", "binary_crossentropy");
        other.Compile("sgd", "binary_crossentropy");
        same.LoadWeights(In("a.weights.h5"));
        other.LoadWeights(In("a.weights.h5"));
        Assert.Equal((3, 0), (same.State!.Iterations, other.State!.Iterations));
        Assert.Equal(model.Fingerprint(), other.Fingerprint());
    }

    [Fact]
    public void Weights_of_another_model_change_nothing()
    {
        Trained("adam").SaveWeights(In("a.weights.h5"));
        foreach ((string layer, string cause) in new[]
        {
            ("gru(6)", "/layers/gru/cell/vars/0: has the shape (4, 15), but the kernel of GRU 'gru' has (4, 18)"),
            ("lstm(5)", "has no 'lstm/cell/vars/0' with the kernel of layer 'lstm'"),
            ("gru(5, use_bias=false)", "has 3 weights in 'gru', but GRU 'gru' has 2"),
        })
        {
            Sequential other = Make(layer);
            string before = other.Fingerprint();
            string message = Assert.Throws<InvalidDataException>(() => other.LoadWeights(In("a.weights.h5"))).Message;
            Assert.StartsWith(In("a.weights.h5"), message);
            Assert.Contains(cause, message);
            Assert.Equal(before, other.Fingerprint());
        }
    }

    [Fact]
    public void Wrong_calls_say_what_would_be_right()
    {
        Sequential model = Make("gru(5)");
        Assert.Contains(".keras", Assert.Throws<ArgumentException>(() => model.Save(In("a.h5"))).Message);
        Assert.Contains(".weights.h5", Assert.Throws<ArgumentException>(() => model.SaveWeights(In("a.h5"))).Message);
        var unbuilt = new Sequential { new LSTM(3), new Dense(1) };
        Assert.Contains("Build", Assert.Throws<InvalidOperationException>(() => unbuilt.Save(In("a.keras"))).Message);
        Assert.Throws<FileNotFoundException>(() => Model.Load(In("nothing.keras")));
        Assert.Throws<DirectoryNotFoundException>(() => model.Save(In("no/folder/a.keras")));
        File.WriteAllText(In("text.keras"), "hello");
        Assert.Contains("text.keras", Assert.Throws<InvalidDataException>(() => Model.Load(In("text.keras"))).Message);
        Assert.Single(_folder.GetFiles("*", SearchOption.AllDirectories));
    }

    /// <summary>Four epochs at a stretch and two, a file, and two more must be the same to the bit.</summary>
    private void AssertGoesOn(Func<Sequential> make, Optimizer optimizer, bool maskedRows = false)
    {
        // Some ids never occur at all and some not in every batch: rows that optimizers leave alone for a while.
        int[,] ids = maskedRows ? MakeIds(24, 3, 20) : Ids;
        Sequential straight = make(), first = make();
        straight.Compile(optimizer, "binary_crossentropy", ["accuracy"]);
        first.Compile(optimizer, "binary_crossentropy", ["accuracy"]);
        straight.Fit(ids, Labels, batchSize: 5, epochs: 4, verbose: 0);
        first.Fit(ids, Labels, batchSize: 5, epochs: 2, verbose: 0);
        first.Save(In("half.keras"));

        Model second = Model.Load(In("half.keras"));
        Assert.Equal(first.Fingerprint(), second.Fingerprint());
        History history = second.Fit(ids, Labels, batchSize: 5, epochs: 2, verbose: 0);

        Assert.Equal(straight.Fingerprint(), second.Fingerprint());
        Assert.Equal(straight.State!.Iterations, second.State!.Iterations);
        straight.Save(In("straight.keras"));
        second.Save(In("second.keras"));
        Assert.Equal(File.ReadAllBytes(In("straight.keras")), File.ReadAllBytes(In("second.keras"))); // slots, too
        Assert.Equal(["accuracy", "loss"], history.Names);
    }

    private static Sequential Trained(string optimizer)
    {
        Sequential model = Make("gru(5)");
        model.Compile(optimizer, "binary_crossentropy", ["accuracy"]);
        model.Fit(Ids, Labels, batchSize: 8, verbose: 0);
        return model;
    }

    private static Sequential Make(params string[] layers)
    {
        var model = new Sequential(seed: 3) { new Embedding(20, 4) { MaskZero = true } };
        foreach (string layer in layers) model.Add(Catalog.CreateLayer(ObjectConfig.Parse(layer)));
        model.Add(new Dense(1, "sigmoid"));
        return model;
    }

    private static int[,] MakeIds(int rows, int steps, int vocabulary)
    {
        var ids = new int[rows, steps];
        for (int row = 0; row < rows; row++)
            for (int step = row % 3; step < steps; step++) ids[row, step] = (row * row * 5 + step * 11) % vocabulary;
        return ids;
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
