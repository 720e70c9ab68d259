using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers.Preprocessing;

/// <summary>What Keras refuses is refused, and the message says what would be right.</summary>
public sealed class PreprocessingErrorTests
{
    private static readonly string[] Given = ["the", "cat"];

    private static readonly Dictionary<string, (Action Try, string Message)> Refusals = new()
    {
        ["vocabulary=['the','cat','the']"] = (() => Vectorizer("the", "cat", "the").GetVocabulary(), "'the' is twice"),
        ["vocabulary=['the','','cat']"] = (() => Vectorizer("the", "", "cat").GetVocabulary(), "holds the mask token ''"),
        ["vocabulary=[]"] = (() => Vectorizer().GetVocabulary(), "the vocabulary is empty"),
        ["vocabulary=['the','cat'], max_tokens=3"] = (() => new TextVectorization(3) { Vocabulary = Given }.GetVocabulary(), "4 entries with the special ones, but max_tokens is 3"),
        ["output_mode='tf_idf', vocabulary=['the'] without idf_weights"] = (() => new TextVectorization { OutputMode = TokenOutput.TfIdf, Vocabulary = Given }.GetVocabulary(), "needs idf_weights"),
        ["output_mode='tf_idf', vocabulary of 2, idf_weights of 1"] =
            (() => new TextVectorization { OutputMode = TokenOutput.TfIdf, Vocabulary = Given, IdfWeights = [1.0] }.GetVocabulary(), "1 idf_weights for a vocabulary of 2"),
        ["output_mode='count', idf_weights given"] =
            (() => new TextVectorization { OutputMode = TokenOutput.Count, Vocabulary = Given, IdfWeights = [1.0, 2.0] }.GetVocabulary(), "are for output_mode tf_idf"),
        ["output_mode='count', output_sequence_length=4"] =
            (() => new TextVectorization { OutputMode = TokenOutput.Count, OutputSequenceLength = 4, Vocabulary = Given }.GetVocabulary(), "output_sequence_length 4 is for output_mode int"),
        ["pad_to_max_tokens=True without max_tokens"] = (() => new TextVectorization { PadToMaxTokens = true, Vocabulary = Given }.GetVocabulary(), "pad_to_max_tokens needs max_tokens"),
        ["max_tokens=1"] = (() => _ = new TextVectorization(1), "must be 2 or more"),
        ["called before adapt"] = (() => new TextVectorization().Apply("the"), "has no vocabulary yet. Call Adapt"),
        ["output_mode='count' called before adapt"] = (() => new TextVectorization { OutputMode = TokenOutput.Count }.Apply("the"), "has no vocabulary yet. Call Adapt"),
        ["adapt on a layer with a given vocabulary"] = (() => Vectorizer(Given).Adapt(["a"]), "the vocabulary was given with the layer"),
        ["adapt on texts without tokens"] = (() => new TextVectorization().Adapt(["", "..."]), "Adapt found no token in 2 document(s)"),
        ["input of shape (1,2)"] = (() => Vectorizer(Given).Apply(new[,] { { "a", "b" } }), "one text for each sample, but the array has the shape (1, 2)"),
        ["split='x'"] = (() => FromText("text_vectorization(split=x)"), "must be one of whitespace, character"),
        ["standardize='upper'"] = (() => FromText("text_vectorization(standardize=upper)"), "must be one of lower_and_strip_punctuation, lower, strip_punctuation"),
        ["StringLookup(invert=True, output_mode='count')"] =
            (() => new StringLookup { Invert = true, OutputMode = TokenOutput.Count, Vocabulary = Given }.GetVocabulary(), "with invert output_mode must be int"),
        ["StringLookup(vocabulary=['a','[UNK]'], invert=True)"] =
            (() => new StringLookup { Invert = true, Vocabulary = ["a", "[UNK]"] }.GetVocabulary(), "holds the out-of-vocabulary token '[UNK]'"),
        ["StringLookup(vocabulary=['a','m','b'], mask_token='m')"] = (() => new StringLookup { MaskToken = "m", Vocabulary = ["a", "m", "b"] }.GetVocabulary(), "holds the mask token 'm'"),
        ["IntegerLookup(vocabulary=[1,2], num_oov_indices=2, salt=3)"] =
            (() => new IntegerLookup { NumOovIndices = 2, Salt = [3], Vocabulary = [1, 2] }.GetVocabulary(), "salt is for oov_method farmhash"),
        ["IntegerLookup(vocabulary=[1,1])"] = (() => new IntegerLookup { Vocabulary = [1, 1] }.GetVocabulary(), "'1' is twice"),
        ["StringLookup on integers"] = (() => new StringLookup { Vocabulary = Given }.Apply(new[,] { { 1 } }), "takes texts, but whole numbers were given"),
        ["Hashing(num_bins=0)"] = (() => _ = new Hashing(0), "must be 1 or more"),
        ["Hashing(num_bins=3, salt=[1,2,3])"] = (() => _ = new Hashing(3) { Salt = [1, 2, 3] }, "must be a whole number or two"),
        ["Hashing(num_bins=3, salt='x')"] = (() => FromText("hashing(3, salt=x)"), "must be"),
        ["Hashing(num_bins=3, output_mode='tf_idf')"] = (() => FromText("hashing(3, output_mode=tf_idf)"), "must be one of int, one_hot, multi_hot, count"),
        ["Hashing(num_bins=3, mask_value='') on integers"] = (() => new Hashing(3) { MaskText = "" }.Apply(new[,] { { 1 } }), "mask_value is"),
    };

    /// <summary>Keras takes a tuple, which is a list in files and here.</summary>
    private const string NoError = "ngrams=[1,2]";

    public static TheoryData<string> Names => [.. RecordedLayers.File("text_layers.json").GetProperty("errors").EnumerateArray()
        .Where(entry => entry.GetProperty("error").ValueKind == JsonValueKind.String).Select(entry => entry.GetProperty("what").GetString()!).Where(what => what != NoError)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_Keras_refuses_is_refused(string what)
    {
        (Action attempt, string message) = Refusals[what];
        Exception? refusal = Record.Exception(attempt);
        Assert.True(refusal is ArgumentException or InvalidOperationException, $"{refusal}");
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_Keras_takes_is_taken()
    {
        Assert.Equal(["", "[UNK]", "the", "[UNK]", "cat"], Vectorizer("the", "[UNK]", "cat").GetVocabulary());
        Assert.Equal(["", "[UNK]", "[UNK]", "the"], Vectorizer("[UNK]", "the").GetVocabulary());
        Assert.Equal(["[UNK]", "a", "[UNK]"], new StringLookup { Vocabulary = ["a", "[UNK]"] }.GetVocabulary());
        var twice = new TextVectorization();
        twice.Adapt(["a b"]);
        twice.Adapt(["d c c"]);
        Assert.Equal(["", "[UNK]", "c", "d"], twice.GetVocabulary());
        int[,] truncated = new IntegerLookup { Vocabulary = [30, 7] }.Apply(new[,] { { 30.9f, 7.2f } });
        Assert.Equal([1, 2], truncated.Cast<int>());
        Assert.Equal([1, 2], ((TextVectorization)Layer.Catalog.Create("text_vectorization(ngrams=2)")).Ngrams!);
    }

    [Fact]
    public void A_result_is_taken_as_what_it_is()
    {
        Encoded ids = Vectorizer(Given).Apply(["the cat", "the"]);
        Assert.Equal([2, 3, 2, 0], ((int[,])ids).Cast<int>());
        string message = Assert.Throws<InvalidCastException>(() => (float[,])ids).Message;
        Assert.Equal("The layer put out whole numbers of the shape (2, 2), but real values of 2 dimension(s) are asked for, float[,].", message);
    }

    [Fact]
    public void Functions_of_ones_own_split_texts()
    {
        var layer = new TextVectorization { StandardizeBy = text => text.Replace('_', ' '), SplitBy = text => text.Split('|'), Vocabulary = ["a b", "c"] };
        Assert.Equal([2, 3, 1], ((int[,])layer.Apply("a_b|c|d")).Cast<int>());
        Assert.Contains("which a file can't hold", Assert.Throws<InvalidOperationException>(() => Layer.Catalog.ToKeras(layer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Boundaries_are_quantiles()
    {
        var layer = new Discretization { NumBins = 4 };
        layer.Adapt(new[,] { { 7f, 1f, 5f, 3f }, { 2f, 8f, 4f, 6f } });
        int[,] bins = layer.Apply(new[,] { { 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f } });
        Assert.Equal([0, 1, 1, 2, 2, 3, 3, 3], bins.Cast<int>()); // the boundaries 2, 4 and 6 have a quarter, half and three quarters at or below them
        Assert.Equal("[2,4,6]", Layer.Catalog.ToKeras(layer)["config"]!["bin_boundaries"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal));
        Assert.Throws<InvalidOperationException>(() => new Discretization { NumBins = 2 }.Apply(new[,] { { 1f } }));
        Assert.Throws<ArgumentException>(() => new Discretization(2, 1));
    }

    [Theory]
    [InlineData("TextVectorization", """{"max_tokens": 60, "ngrams": 2, "vocabulary_size": 60}""")]
    [InlineData("TextVectorization", """{"standardize": null, "split": null, "output_mode": "tf_idf", "vocabulary": ["a", "b"], "idf_weights": [0.5, 2.5]}""")]
    [InlineData("StringLookup", """{"invert": true, "mask_token": "", "vocabulary": ["a"]}""")]
    [InlineData("IntegerLookup", """{"vocabulary": [30, -4], "num_oov_indices": 3, "oov_method": "farmhash", "salt": [1, 2]}""")]
    [InlineData("Hashing", """{"num_bins": 5, "salt": 133, "mask_value": "x", "output_mode": "count"}""")]
    [InlineData("Hashing", """{"num_bins": 5, "mask_value": 7}""")]
    [InlineData("HashedCrossing", """{"num_bins": 5, "output_mode": "one_hot"}""")]
    [InlineData("CategoryEncoding", """{"num_tokens": 4, "output_mode": "count"}""")]
    [InlineData("Discretization", """{"bin_boundaries": [0.5, 1.5], "output_mode": "one_hot"}""")]
    [InlineData("Normalization", """{"axis": [-1], "mean": [1.5, 2.5], "variance": 4.5, "invert": true}""")]
    [InlineData("Rescaling", """{"scale": 0.5, "offset": -1.5}""")]
    public void Configurations_come_back(string name, string config)
    {
        var given = JsonNode.Parse($$"""{"class_name": "{{name}}", "config": {{config}} }""")!;
        JsonObject written = Layer.Catalog.ToKeras(Layer.Catalog.FromKeras(given, "the case"));
        foreach ((string key, JsonNode? value) in given["config"]!.AsObject())
        {
            JsonNode? there = written["config"]![key];
            if (key == "axis") Assert.Equal(-1, there!.GetValue<int>());
            else Assert.True(JsonNode.DeepEquals(value, there), $"{key} is {there?.ToJsonString() ?? "null"} instead of {value?.ToJsonString() ?? "null"}.");
        }

        Assert.Equal(written.ToJsonString(), Layer.Catalog.ToKeras(Layer.Catalog.FromKeras(written.DeepClone(), "again")).ToJsonString());
    }

    private static TextVectorization Vectorizer(params string[] vocabulary) => new() { Vocabulary = vocabulary };

    private static void FromText(string text) => Layer.Catalog.Create(text);
}
