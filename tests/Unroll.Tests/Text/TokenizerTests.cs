using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Against two sets of results recorded from Keras 3.4.1.</summary>
public sealed class TokenizerTests
{
    private static readonly JsonElement Legacy = Fixture("legacy_text.json");
    private static readonly JsonElement Core = Fixture("tokenizer.json");
    private static readonly string[][] Lists = [["The", "cat", "", " x y "], ["the", "Cat"]];

    public static TheoryData<int> CoreCases => [.. Enumerable.Range(0, Core.GetProperty("cases").GetArrayLength())];

    public static TheoryData<int> LegacyCases =>
        [.. Enumerable.Range(0, Legacy.GetProperty("cases").GetArrayLength()).Where(i => Legacy.GetProperty("cases")[i].GetProperty("kind").GetString() == "Tokenizer")];

    [Theory]
    [MemberData(nameof(CoreCases))]
    public void Recorded_cases(int number)
    {
        JsonElement test = Core.GetProperty("cases")[number];
        string[] texts = Core.GetProperty("texts").Deserialize<string[]>()!;
        string[] newTexts = Core.GetProperty("new_texts").Deserialize<string[]>()!;
        int[][] sequences = Core.GetProperty("sequences").Deserialize<int[][]>()!;
        Tokenizer tokenizer = Create(test.GetProperty("options"));
        foreach (JsonElement step in test.GetProperty("fit_on").EnumerateArray())
        {
            if (step.GetString() == "lists") tokenizer.FitOnTexts(Lists);
            else tokenizer.FitOnTexts(step.GetString() == "texts" ? texts : newTexts);
        }

        Check(tokenizer);
        if (tokenizer.Analyzer is null) Check(Tokenizer.FromJson(tokenizer.ToJson()));
        if (test.GetProperty("to_json").GetString() is { } json)
        {
            AssertSameJson(json, tokenizer.ToJson());
            Check(Tokenizer.FromJson(json));
        }

        void Check(Tokenizer it)
        {
            Assert.Equal(test.GetProperty("document_count").GetInt32(), it.DocumentCount);
            Assert.Equal(Pairs(test.GetProperty("word_index")), it.WordIndex.Select(entry => (entry.Key, entry.Value)));
            Assert.Equal(Pairs(test.GetProperty("word_counts_in_order")), it.WordCounts.Select(entry => (entry.Key, entry.Value)));
            Assert.Equal(
                test.GetProperty("word_docs").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetInt32())).OrderBy(entry => entry.Name, StringComparer.Ordinal),
                it.WordDocs.Select(entry => (entry.Key, entry.Value)).OrderBy(entry => entry.Key, StringComparer.Ordinal));
            Assert.Equal(test.GetProperty("texts_to_sequences").Deserialize<int[][]>()!, it.TextsToSequences(texts));
            Assert.Equal(test.GetProperty("new_texts_to_sequences").Deserialize<int[][]>()!, it.TextsToSequences(newTexts));
            Assert.Equal(test.GetProperty("sequences_to_texts").Deserialize<string[]>()!, it.SequencesToTexts(sequences));
            foreach (JsonProperty mode in test.GetProperty("sequences_to_matrix").EnumerateObject())
            {
                if (mode.Value.ValueKind != JsonValueKind.Array) continue; // an error, below
                float[,] matrix = it.SequencesToMatrix(sequences, mode.Name);
                Assert.Equal(test.GetProperty("matrix_width").GetInt32(), matrix.GetLength(1));
                var expected = mode.Value.EnumerateArray().SelectMany((row, i) => row.EnumerateArray().Select(cell => (i, cell[0].GetInt32(), cell[1].GetDouble())));
                CheckMatrix(expected, matrix);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LegacyCases))]
    public void Recorded_matrices_and_files(int number)
    {
        JsonElement test = Legacy.GetProperty("cases")[number];
        string[] newTexts = Legacy.GetProperty("new_texts").Deserialize<string[]>()!;
        Tokenizer tokenizer = Create(test.GetProperty("arguments"));
        tokenizer.FitOnTexts(Legacy.GetProperty("texts").Deserialize<string[]>()!);
        AssertSameJson(test.GetProperty("to_json").GetString()!, tokenizer.ToJson());
        foreach (Tokenizer it in new[] { tokenizer, Tokenizer.FromJson(test.GetProperty("to_json").GetString()!) })
        {
            Assert.Equal(Pairs(test.GetProperty("word_index")), it.WordIndex.Select(entry => (entry.Key, entry.Value)));
            int[][] sequences = test.GetProperty("sequences").Deserialize<int[][]>()!;
            Assert.Equal(sequences, it.TextsToSequences(newTexts));
            foreach (string mode in new[] { "binary", "count", "tfidf", "freq" })
            {
                JsonElement matrix = test.GetProperty("matrix_" + mode);
                float[,] actual = it.TextsToMatrix(newTexts, mode);
                Assert.Equal(matrix.GetProperty("shape").Deserialize<int[]>()!, new[] { actual.GetLength(0), actual.GetLength(1) });
                CheckMatrix(matrix.GetProperty("nonzero").EnumerateArray().Select(cell => (cell[0].GetInt32(), cell[1].GetInt32(), cell[2].GetDouble())), actual);
            }
        }
    }

    [Fact]
    public void Fitting_on_sequences_gives_tfidf_its_counts()
    {
        // keras_preprocessing 1.1.0, to the digit: Tokenizer(num_words=6); fit_on_sequences([[1,2,2],[2,5],[2]])
        var tokenizer = new Tokenizer(6);
        tokenizer.FitOnSequences([[1, 2, 2], [2, 5], [2]]);
        Assert.Equal(3, tokenizer.DocumentCount);
        Assert.Equal(3, tokenizer.IndexDocs[2]);
        CheckMatrix(
            [(0, 1, 0.916290731874155), (0, 2, 0.9475118935396932), (0, 4, 1.3862943611198906)],
            tokenizer.SequencesToMatrix([[1, 2, 2, 4, 9]], "tfidf"));
    }

    [Fact]
    public void A_given_numbering_is_applied()
    {
        var index = new Dictionary<string, int> { ["film"] = 2, ["the"] = 1, ["rare"] = 60 };
        Tokenizer tokenizer = Tokenizer.FromWordIndex(index, new Tokenizer(50));
        Assert.Equal([[1, 2]], tokenizer.TextsToSequences(["The rare FILM, unheard of"]));
        Assert.Equal("the film", tokenizer.SequencesToTexts([[1, 60, 2, 7]])[0]);
        Assert.Contains("share number 1", Assert.Throws<ArgumentException>(() => Tokenizer.FromWordIndex(new Dictionary<string, int> { ["a"] = 1, ["b"] = 1 })).Message);
        Assert.Contains("number 0", Assert.Throws<ArgumentException>(() => Tokenizer.FromWordIndex(new Dictionary<string, int> { ["a"] = 0 })).Message);
    }

    [Fact]
    public void An_analyzer_takes_the_place_of_the_splitter()
    {
        var tokenizer = new Tokenizer { Analyzer = text => text.Split('|') };
        tokenizer.FitOnTexts(["New York|Rome", "Rome|new york"]);
        Assert.Equal([1, 2], tokenizer.TextsToSequences(["Rome|New York|Oslo"])[0]);
        Assert.Throws<InvalidOperationException>(tokenizer.ToJson);
    }

    [Fact]
    public void Wrong_use_is_named()
    {
        var tokenizer = new Tokenizer { OovToken = "<OOV>" };
        Assert.Contains("FitOnTexts", Assert.Throws<InvalidOperationException>(() => tokenizer.TextsToSequences(["a"])).Message);
        Assert.Contains("numWords", Assert.Throws<InvalidOperationException>(() => new Tokenizer().SequencesToMatrix([[1]])).Message);
        Assert.Contains("tfidf", Assert.Throws<InvalidOperationException>(() => new Tokenizer(5).SequencesToMatrix([[1]], "tfidf")).Message);
        Assert.Contains("binary, count, freq, tfidf", Assert.Throws<ArgumentException>(() => new Tokenizer(5).SequencesToMatrix([[1]], "bool")).Message);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => new Tokenizer(5).SequencesToMatrix([[-1]])).Message);
        Assert.Contains("position 1", Assert.Throws<ArgumentException>(() => tokenizer.FitOnTexts(["a", null!])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Tokenizer(-1));
        Assert.Throws<ArgumentException>(() => new Tokenizer { Split = "" }.TextsToSequences(["a"]));
    }

    [Fact]
    public void Damaged_files_are_refused_or_read_and_never_crash()
    {
        var tokenizer = new Tokenizer(9) { OovToken = "<OOV>" };
        tokenizer.FitOnTexts(["The cat sat on the mat.", "Ünïcode 😀 \"quoted\" \\ back"]);
        byte[] whole = System.Text.Encoding.UTF8.GetBytes(tokenizer.ToJson());
        for (int seed = 0; seed < 3000; seed++)
        {
            string text = System.Text.Encoding.UTF8.GetString(Mutations.Damage(whole, seed));
            try
            {
                Tokenizer.FromJson(text, "mutant.json").TextsToSequences(["the cat"]);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("mutant.json", e.Message);
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException)
            {
                Assert.True(e.Message.Contains("FitOnTexts", StringComparison.Ordinal) || e is ArgumentException { ParamName: "split" }, $"seed {seed}: {e}");
            }
        }
    }

    [Theory]
    [InlineData("[]", "JSON object")]
    [InlineData("{\"class_name\": \"Tokenizer\"}", "'config'")]
    [InlineData("{\"config\": {\"lower\": 1}}", "lower")]
    [InlineData("{", "line 1")]
    public void Other_json_is_named(string json, string part) =>
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(json)).Message);

    private static JsonElement Fixture(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name))).RootElement;

    private static Tokenizer Create(JsonElement options)
    {
        T Get<T>(string name, T standard) => options.TryGetProperty(name, out JsonElement value) ? value.Deserialize<T>()! : standard;
        return new Tokenizer(Get<int?>("num_words", null))
        {
            Filters = Get("filters", TextPreprocessing.DefaultFilters),
            Lower = Get("lower", true),
            Split = Get("split", " "),
            CharLevel = Get("char_level", false),
            OovToken = Get<string?>("oov_token", null),
        };
    }

    private static IEnumerable<(string, int)> Pairs(JsonElement pairs) => pairs.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetInt32()));

    private static void CheckMatrix(IEnumerable<(int Row, int Column, double Value)> nonzero, float[,] actual)
    {
        int count = 0;
        foreach (var (row, column, value) in nonzero)
        {
            Assert.Equal(value, actual[row, column], 1e-7 * Math.Abs(value));
            count++;
        }

        Assert.Equal(count, actual.Cast<float>().Count(value => value != 0));
    }

    /// <summary>Python's sets have no order, so word_docs and index_docs are compared without one.</summary>
    private static void AssertSameJson(string expected, string actual)
    {
        JsonObject left = JsonNode.Parse(expected)!.AsObject(), right = JsonNode.Parse(actual)!.AsObject();
        Assert.Equal(left.Select(field => field.Key), right.Select(field => field.Key));
        JsonObject leftConfig = left["config"]!.AsObject(), rightConfig = right["config"]!.AsObject();
        Assert.Equal(leftConfig.Select(field => field.Key), rightConfig.Select(field => field.Key));
        foreach (var (name, value) in leftConfig)
        {
            if (name is "word_docs" or "index_docs")
                Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value!.GetValue<string>()), JsonNode.Parse(rightConfig[name]!.GetValue<string>())));
            else
                Assert.Equal(value?.ToJsonString(), rightConfig[name]?.ToJsonString());
        }

        // Byte for byte as Python writes it, but for those two.
        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(expected[..expected.IndexOf("\"word_docs\"", StringComparison.Ordinal)], actual[..actual.IndexOf("\"word_docs\"", StringComparison.Ordinal)]);
        Assert.Equal(expected[expected.IndexOf("\"index_word\"", StringComparison.Ordinal)..], actual[actual.IndexOf("\"index_word\"", StringComparison.Ordinal)..]);
    }
}
