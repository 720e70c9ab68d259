using System.IO.Compression;
using System.Numerics.Tensors;
using System.Text.Json;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Texts;

/// <summary>Models that are fed texts: files of Keras with TensorFlow, and models made here.</summary>
public sealed class TextModelTests : IDisposable
{
    private static readonly string[] Reviews =
        ["a good film", "dull and slow", "good acting, good plot", "a dull plot", "what a film", "slow, slow, slow", "great film", "not good"];

    private static readonly float[] Liked = [1, 0, 1, 0, 1, 0, 1, 0];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-texts-");

    [Fact]
    public void A_stack_on_texts_predicts_evaluates_and_goes_on_as_in_Keras()
    {
        JsonElement recorded = Recorded("tf_textvec_lstm");
        string saved = Path.Combine(_folder.FullName, "again.keras");
        Model.Load(File("tf_textvec_lstm")).Save(saved);
        foreach (string path in new[] { File("tf_textvec_lstm"), saved })
        {
            Model model = Model.Load(path);
            Assert.Empty(model.LoadNotices);
            string[] texts = Strings(recorded.GetProperty("texts")), train = Strings(recorded.GetProperty("train_texts"));
            float[] y = Floats(recorded.GetProperty("train_y"));
            var vectorize = (TextVectorization)model.Layers[0];
            Assert.Equal(Strings(recorded.GetProperty("vocabulary")), vectorize.GetVocabulary());
            int[,] ids = vectorize.Apply(texts);
            Assert.Equal(Floats(recorded.GetProperty("ids")), ids.Cast<int>().Select(id => (float)id));
            AssertClose(Floats(recorded.GetProperty("predict")), [.. model.Predict(texts)], 1e-5);
            AssertClose(Floats(recorded.GetProperty("predict")), [.. model.PredictOnBatch(texts)], 1e-5);
            AssertClose(Floats(recorded.GetProperty("predict"))[..1], [.. model.Predict([texts[0]])], 1e-5);
            Evaluation evaluation = model.Evaluate(train, y, batchSize: 5, verbose: 0);
            Assert.Equal(recorded.GetProperty("evaluate")[0].GetDouble(), evaluation.Values[0], 1e-5);
            Assert.Equal(recorded.GetProperty("evaluate")[1].GetDouble(), evaluation.Values[1], 1e-5);
            History history = model.Fit(train, y, batchSize: 5, epochs: 2, verbose: 0, shuffle: false);
            for (int epoch = 0; epoch < 2; epoch++) Assert.Equal(recorded.GetProperty("fit_losses")[epoch].GetDouble(), history["loss"][epoch], 1e-5);
            IReadOnlyList<float[]> trained = model.GetWeights();
            // Keras on TensorFlow squares the gradients of a word's occurrences one by one, so that its table goes on otherwise.
            for (int w = 1; w < trained.Count; w++) AssertClose(Floats(recorded.GetProperty("weights_after_fit")[w]), trained[w], 1e-4);
        }
    }

    [Fact]
    public void Rows_of_texts_are_those_of_Keras()
    {
        JsonElement recorded = Recorded("tf_textvec_tfidf");
        string saved = Path.Combine(_folder.FullName, "again.keras");
        Model.Load(File("tf_textvec_tfidf")).Save(saved);
        foreach (string path in new[] { File("tf_textvec_tfidf"), saved })
        {
            Model model = Model.Load(path);
            string[] texts = Strings(recorded.GetProperty("texts"));
            TextVectorization[] layers = [.. model.Layers.OfType<TextVectorization>()];
            Assert.Equal(Strings(recorded.GetProperty("tf_idf_vocabulary")), layers[0].GetVocabulary());
            Assert.Equal(Strings(recorded.GetProperty("multi_hot_vocabulary")), layers[1].GetVocabulary());
            AssertClose(Floats(recorded.GetProperty("tf_idf_output")), [.. ((float[,])layers[0].Apply(texts)).Cast<float>()], 1e-5);
            AssertClose(Floats(recorded.GetProperty("multi_hot_output")), [.. ((float[,])layers[1].Apply(texts)).Cast<float>()], 0);
            AssertClose(Floats(recorded.GetProperty("predict")), [.. model.Predict(texts)], 1e-5);
        }
    }

    [Fact]
    public void Words_codes_and_keys_are_those_of_Keras()
    {
        JsonElement recorded = Recorded("tf_stringlookup");
        string saved = Path.Combine(_folder.FullName, "again.keras");
        Model.Load(File("tf_stringlookup")).Save(saved);
        foreach (string path in new[] { File("tf_stringlookup"), saved })
        {
            Model model = Model.Load(path);
            Assert.Equal(Strings(recorded.GetProperty("words_vocabulary")), model.Layers.OfType<StringLookup>().Single().GetVocabulary());
            int[,] codes = Ints(recorded.GetProperty("codes"));
            Assert.Equal(Floats(recorded.GetProperty("codes_output")), ((float[,])model.Layers.OfType<IntegerLookup>().Single().Apply(codes)).Cast<float>());
            Inputs x = Inputs.Named(("words", Table(recorded.GetProperty("words"))), ("codes", codes), ("key", Table(recorded.GetProperty("key"))));
            AssertClose(Floats(recorded.GetProperty("predict")), [.. model.Predict(x)], 1e-5);
        }
    }

    /// <summary>The members that Keras itself writes, with the same vocabularies.</summary>
    [Theory]
    [InlineData("tf_textvec_lstm")]
    [InlineData("tf_textvec_tfidf")]
    [InlineData("tf_stringlookup")]
    public void Vocabularies_lie_where_Keras_puts_them(string name)
    {
        string path = Path.Combine(_folder.FullName, "again.keras");
        Model.Load(File(name)).Save(path);
        using ZipArchive ours = ZipFile.OpenRead(path), theirs = ZipFile.OpenRead(File(name));
        Assert.Equal(theirs.Entries.Select(entry => entry.FullName).Order(), ours.Entries.Select(entry => entry.FullName).Order());
        foreach (ZipArchiveEntry entry in theirs.Entries.Where(entry => entry.FullName.StartsWith("assets", StringComparison.Ordinal)))
            Assert.Equal(Bytes(entry), Bytes(ours.GetEntry(entry.FullName)!));
    }

    [Fact]
    public void A_vocabulary_that_does_not_fit_is_refused()
    {
        string path = Path.Combine(_folder.FullName, "damaged.keras");
        System.IO.File.Copy(File("tf_textvec_lstm"), path);
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            archive.GetEntry("assets/layers/text_vectorization/vocabulary.txt")!.Delete();
            using Stream entry = archive.CreateEntry("assets/layers/text_vectorization/vocabulary.txt").Open();
            entry.Write("\n[UNK]\nfilm\nplot"u8);
        }

        var refusal = Assert.Throws<InvalidDataException>(() => Model.Load(path));
        Assert.Contains("the vocabulary has 4 entries, but the configuration says 60", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Texts give the same bits as the ids that they stand for.</summary>
    [Fact]
    public void A_stack_learns_from_texts_as_from_ids()
    {
        var vectorize = new TextVectorization { MaxTokens = 20, OutputSequenceLength = 5 };
        vectorize.Adapt(Reviews);
        int[,] ids = vectorize.Apply(Reviews);
        Sequential fromTexts = Compiled(new Sequential { vectorize, new Embedding(20, 4) { MaskZero = true }, new LSTM(3), new Dense(1, "sigmoid") });
        Sequential fromIds = Compiled(new Sequential { new Embedding(20, 4) { MaskZero = true }, new LSTM(3), new Dense(1, "sigmoid") });
        fromTexts.Fit(Reviews, Liked, epochs: 3, verbose: 0, validationSplit: 0.25);
        fromIds.SetWeights(Fresh().GetWeights());
        fromIds.Fit(ids, Liked, epochs: 3, verbose: 0, validationSplit: 0.25);
        Assert.Equal(Values(fromIds.Predict(ids)), Values(fromTexts.Predict(Reviews)));
        AssertClose(Values(fromTexts.Predict(Reviews))[..2], Values(fromTexts.Predict(["a good film", "dull and slow"])), 1e-6);
        Evaluation trained = fromTexts.TrainOnBatch(Reviews, Liked);
        Assert.True(double.IsFinite(trained.Loss));
        Assert.Contains("text_vectorization", fromTexts.Summary(), StringComparison.Ordinal);

        Sequential Fresh()
        {
            var again = new TextVectorization { MaxTokens = 20, OutputSequenceLength = 5 };
            again.Adapt(Reviews);
            var model = new Sequential { again, new Embedding(20, 4) { MaskZero = true }, new LSTM(3), new Dense(1, "sigmoid") };
            model.Build(1);
            return model;
        }
    }

    /// <summary>As it is done to serve a model that was trained on ids.</summary>
    [Fact]
    public void A_trained_model_may_stand_behind_the_texts()
    {
        var vectorize = new TextVectorization { MaxTokens = 20, OutputSequenceLength = 5 };
        vectorize.Adapt(Reviews);
        Sequential trained = Compiled(new Sequential { new Embedding(20, 4), new GRU(3), new Dense(1, "sigmoid") });
        int[,] ids = vectorize.Apply(Reviews);
        trained.Fit(ids, Liked, verbose: 0);
        float[] expected = Values(trained.Predict(ids));
        Symbol text = Input.Texts();
        foreach (Model served in new Model[] { new Sequential { vectorize, trained }, new(text, trained.Call(vectorize.Call(text))) })
        {
            Assert.Equal(expected, Values(served.Predict(Reviews)));
            string path = Path.Combine(_folder.FullName, "served.keras");
            served.Save(path);
            Assert.Equal(expected, Values(Model.Load(path).Predict(Reviews)));
        }
    }

    [Fact]
    public void A_graph_takes_texts_and_numbers()
    {
        var vectorize = new TextVectorization { OutputMode = TokenOutput.TfIdf };
        vectorize.Adapt(Reviews);
        var normalize = new Normalization();
        var numbers = new float[8, 2];
        for (int i = 0; i < 8; i++) (numbers[i, 0], numbers[i, 1]) = (i * 10, 100 - i);
        normalize.Adapt(numbers);
        Symbol text = Input.Texts(name: "review"), table = Input.Features([2], "numbers");
        Symbol y = new Dense(1, "sigmoid").Call(new Concatenate().Call([vectorize.Call(text), normalize.Call(table)]));
        var model = new Model([text, table], y);
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit([Reviews, numbers], Liked, epochs: 20, verbose: 0, validationData: ([Reviews, numbers], Liked));
        string path = Path.Combine(_folder.FullName, "mixed.keras");
        model.Save(path);
        Model again = Model.Load(path);
        Assert.Equal(Values(model.Predict([Reviews, numbers])), Values(again.Predict([Reviews, numbers])));
        Assert.Equal(vectorize.GetVocabulary(), again.Layers.OfType<TextVectorization>().Single().GetVocabulary());
        Assert.Equal(normalize.Parameters[1].ToArray(), again.Layers.OfType<Normalization>().Single().Parameters[1].ToArray());
        Assert.Contains("takes texts; pass string[]", Assert.Throws<ArgumentException>(() => model.Predict([numbers, numbers])).Message, StringComparison.Ordinal);
        Assert.Contains("takes real values; texts go into", Assert.Throws<ArgumentException>(() => model.Predict([Reviews, Reviews])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bins_of_numbers_are_ids_of_an_embedding()
    {
        var bins = new Discretization(18, 30, 65);
        Symbol age = Input.Features(1);
        Symbol y = new Dense(1).Call(new Flatten().Call(new Embedding(4, 2).Call(bins.Call(age))));
        var model = new Model(age, y, seed: 4);
        var sameBin = model.Predict(new[,] { { 19f }, { 29f }, { 64f } });
        Assert.Equal(sameBin[0, 0], sameBin[1, 0]);
        Assert.NotEqual(sameBin[0, 0], sameBin[2, 0]);
    }

    [Fact]
    public void A_model_may_be_nothing_but_preparation()
    {
        var lookup = new StringLookup { Vocabulary = ["a", "b"] };
        Symbol words = Input.Texts(2);
        var model = new Model(words, lookup.Call(words));
        Assert.Equal([1f, 2f, 0f, 1f], Values(model.Predict(new[,] { { "a", "b" }, { "c", "a" } })));
    }

    [Fact]
    public void Layers_on_arrays_have_to_come_first()
    {
        Symbol x = Input.Features(3);
        var model = new Model(x, new CategoryEncoding(4).Call(new Dense(2).Call(x)));
        string message = Assert.Throws<NotSupportedException>(() => model.Predict(new float[20, 3])).Message;
        Assert.Contains("works on whole arrays before the model runs: call it on an Input", message, StringComparison.Ordinal);
        Symbol text = Input.Texts();
        var untranslated = new Model(text, new Dense(1).Call(text));
        Assert.Contains("takes numbers, but", Assert.Throws<ArgumentException>(() => untranslated.Predict(["a"])).Message, StringComparison.Ordinal);
        Assert.Contains("Texts need a TextVectorization", Assert.Throws<ArgumentException>(() => new Sequential { new Dense(1) }.Predict(["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_learned_too_late_is_refused()
    {
        var vectorize = new TextVectorization { OutputMode = TokenOutput.MultiHot };
        vectorize.Adapt(["a b"]);
        var model = new Sequential { vectorize, new Dense(1) };
        model.Predict(["a"]);
        vectorize.Adapt(["a b c d"]);
        Assert.Contains("Call Adapt before the model is made", Assert.Throws<ArgumentException>(() => model.Predict(["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_with_line_breaks_cant_be_saved()
    {
        var lookup = new StringLookup();
        lookup.Adapt(["a\u2028b"]);
        var model = new Sequential { Input.Texts(1), lookup, new Embedding(5, 2) };
        model.Build(1);
        Assert.Contains("holds a line break", Assert.Throws<InvalidOperationException>(() => model.Save(Path.Combine(_folder.FullName, "m.keras"))).Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Sequential Compiled(Sequential model)
    {
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        return model;
    }

    private static string File(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "text_models", name + ".keras");

    private static JsonElement Recorded(string name) =>
        JsonDocument.Parse(System.IO.File.ReadAllText(Path.ChangeExtension(File(name), ".json"))).RootElement;

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString()!)];

    private static string[,] Table(JsonElement rows)
    {
        var table = new string[rows.GetArrayLength(), rows[0].GetArrayLength()];
        for (int i = 0; i < table.Length; i++) table[i / table.GetLength(1), i % table.GetLength(1)] = rows[i / table.GetLength(1)][i % table.GetLength(1)].GetString()!;
        return table;
    }

    private static int[,] Ints(JsonElement rows)
    {
        var table = new int[rows.GetArrayLength(), rows[0].GetArrayLength()];
        for (int i = 0; i < table.Length; i++) table[i / table.GetLength(1), i % table.GetLength(1)] = rows[i / table.GetLength(1)][i % table.GetLength(1)].GetInt32();
        return table;
    }

    private static float[] Values(Tensor<float> tensor) => [.. tensor];

    private static float[] Floats(JsonElement nested)
    {
        var values = new List<float>();
        Add(nested);
        return [.. values];

        void Add(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
                foreach (JsonElement inner in element.EnumerateArray()) Add(inner);
            else values.Add(element.GetSingle());
        }
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }
}
