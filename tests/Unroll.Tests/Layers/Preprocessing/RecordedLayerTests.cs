using System.Globalization;
using System.Text.Json;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers.Preprocessing;

/// <summary>Every recorded number of Keras' preprocessing layers.</summary>
public sealed class RecordedLayerTests
{
    private static readonly JsonElement Texts = RecordedLayers.File("text_layers.json"), Others = RecordedLayers.File("layers.json");

    public static TheoryData<int> TextCases => Numbers(Texts.GetProperty("text_vectorization").GetProperty("cases"));

    public static TheoryData<int> LookupCases => Numbers(Texts.GetProperty("lookup"));

    public static TheoryData<int> AdaptCases => Numbers(Texts.GetProperty("lookup_adapt"));

    public static TheoryData<int> BinCases => Numbers(Texts.GetProperty("hashing").GetProperty("bins"));

    public static TheoryData<int> ModeCases => Numbers(Texts.GetProperty("hashing").GetProperty("modes"));

    public static TheoryData<int> OtherCases => Numbers(Others.GetProperty("cases"));

    [Theory]
    [MemberData(nameof(TextCases))]
    public void Texts_become_what_they_become_in_Keras(int number)
    {
        JsonElement all = Texts.GetProperty("text_vectorization"), recorded = all.GetProperty("cases")[number];
        var layer = (TextVectorization)RecordedLayers.Create("TextVectorization", recorded.GetProperty("arguments"));
        if (recorded.TryGetProperty("tokens", out JsonElement vocabulary))
        {
            layer.Adapt(all.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!));
            string[] special = layer.OutputMode == TokenOutput.Int ? ["", "[UNK]"] : ["[UNK]"];
            int size = recorded.GetProperty("vocabulary_size").GetInt32();
            Assert.Equal(
                [.. special, .. all.GetProperty("vocabularies")[vocabulary.GetInt32()].EnumerateArray().Take(size - special.Length).Select(token => token.GetString()!)],
                layer.GetVocabulary());
        }
        else
        {
            Assert.Equal(recorded.GetProperty("vocabulary").EnumerateArray().Select(token => token.GetString()!), layer.GetVocabulary());
        }

        if (recorded.TryGetProperty("idf", out JsonElement idf)) AssertIdf(idf, ((IVocabularyLayer)layer).Idf!);
        Encoded actual = layer.Apply(Inputs.FromTexts(all.GetProperty("new_texts").EnumerateArray().Select(text => text.GetString()!)));
        Assert.Equal(recorded.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), actual.Shape);
        JsonElement rows = recorded.GetProperty("rows");
        for (int row = 0; row < rows.GetArrayLength(); row++)
        {
            double[] sparse = [.. rows[row].EnumerateArray().Select(value => value.GetDouble())], expected = new double[actual.Shape[1]];
            if (layer.OutputMode == TokenOutput.Int) sparse.CopyTo(expected, 0);
            else if (layer.OutputMode == TokenOutput.MultiHot) System.Array.ForEach(sparse, column => expected[(int)column] = 1);
            else
                for (int i = 0; i < sparse.Length; i += 2) expected[(int)sparse[i]] = sparse[i + 1];
            for (int column = 0; column < expected.Length; column++)
            {
                int at = row * expected.Length + column;
                Assert.Equal(expected[column], actual.Wholes is { } wholes ? wholes[at] : actual.Reals![at], 1e-6 * Math.Max(1, expected[column]));
            }
        }
    }

    /// <summary>Keras takes a list of texts that are not split for one sample; here every text is one, as in a model.</summary>
    [Fact]
    public void Texts_that_are_not_split_are_samples()
    {
        foreach (JsonElement recorded in Texts.GetProperty("split_none_rank1").EnumerateArray())
        {
            var layer = (TextVectorization)RecordedLayers.Create("TextVectorization", recorded.GetProperty("arguments"));
            layer.SetVocabulary([.. recorded.GetProperty("vocabulary").EnumerateArray().Select(token => token.GetString()!)]);
            RecordedLayers.AssertEqual(
                recorded.GetProperty("output_for_x_of_shape_4_1"), layer.Run([RecordedLayers.Array(recorded.GetProperty("x"))]), recorded.GetProperty("arguments").GetRawText());
        }
    }

    [Theory]
    [MemberData(nameof(LookupCases))]
    public void Lookups_are_those_of_Keras(int number)
    {
        JsonElement recorded = Texts.GetProperty("lookup")[number];
        string name = recorded.GetProperty("layer").GetString()!, what = $"{name} {recorded.GetProperty("arguments").GetRawText()}";
        PreprocessingLayer layer = RecordedLayers.Create(name, recorded.GetProperty("arguments"));
        Encoded x = RecordedLayers.Array(recorded.GetProperty("x"));
        if (recorded.TryGetProperty("error", out _))
        {
            Assert.Throws<ArgumentException>(() => layer.Run([x]));
            return;
        }

        RecordedLayers.AssertEqual(recorded.GetProperty("output"), layer.Run([x]), what);
        AssertVocabulary(recorded.GetProperty("get_vocabulary"), layer);
        if (recorded.TryGetProperty("idf", out JsonElement idf)) AssertIdf(idf, ((IVocabularyLayer)layer).Idf!);
    }

    [Theory]
    [MemberData(nameof(AdaptCases))]
    public void Vocabularies_are_learned_as_in_Keras(int number)
    {
        JsonElement recorded = Texts.GetProperty("lookup_adapt")[number], data = recorded.GetProperty("adapt");
        string name = recorded.GetProperty("layer").GetString()!;
        PreprocessingLayer layer = RecordedLayers.Create(name, recorded.GetProperty("arguments"));
        Encoded documents = RecordedLayers.Array(data);
        if (layer is StringLookup words)
        {
            if (documents.Shape.Count == 1) words.Adapt(documents.Texts!);
            else words.Adapt((string[,])documents);
        }
        else
        {
            ((IntegerLookup)layer).Adapt((int[,])documents);
        }

        AssertVocabulary(recorded.GetProperty("get_vocabulary"), layer);
        if (recorded.TryGetProperty("idf", out JsonElement idf)) AssertIdf(idf, ((IVocabularyLayer)layer).Idf!);
        RecordedLayers.AssertEqual(recorded.GetProperty("output"), layer.Run([RecordedLayers.Array(recorded.GetProperty("x"))]), name);
    }

    [Fact]
    public void Hashes_are_those_of_TensorFlow()
    {
        JsonElement recorded = Texts.GetProperty("hashing");
        string[] strings = [.. recorded.GetProperty("strings").EnumerateArray().Select(text => text.GetString()!)];
        foreach (JsonProperty hash in recorded.GetProperty("fingerprints").EnumerateObject())
        {
            string[] key = hash.Name.Split(' ');
            long[]? salt = key.Length == 1 ? null : [.. key[^1].Split(',').Select(half => long.Parse(half, CultureInfo.InvariantCulture))];
            Assert.Equal(hash.Value.EnumerateArray().Select(value => value.GetString()), strings.Select(text => Fingerprints.Of(text, salt).ToString("x16", CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [MemberData(nameof(BinCases))]
    public void Bins_are_those_of_Keras(int number)
    {
        JsonElement all = Texts.GetProperty("hashing"), recorded = all.GetProperty("bins")[number];
        PreprocessingLayer layer = RecordedLayers.Create("Hashing", recorded.GetProperty("arguments"));
        RecordedLayers.AssertEqual(recorded.GetProperty("strings"), layer.Run([RecordedLayers.Array(all.GetProperty("strings"))]), "strings");
        RecordedLayers.AssertEqual(recorded.GetProperty("integers"), layer.Run([RecordedLayers.Array(all.GetProperty("integers"))]), "integers");
    }

    [Theory]
    [MemberData(nameof(ModeCases))]
    public void Hashing_puts_out_what_Keras_does(int number)
    {
        JsonElement recorded = Texts.GetProperty("hashing").GetProperty("modes")[number];
        PreprocessingLayer layer = RecordedLayers.Create("Hashing", recorded.GetProperty("arguments"), "dtype"); // whole numbers have one type here
        Encoded x = RecordedLayers.Array(recorded.GetProperty("x"), recorded.GetProperty("x_dtype").GetString());
        RecordedLayers.AssertEqual(recorded.GetProperty("output"), layer.Run([x]), recorded.GetProperty("arguments").GetRawText());
    }

    [Theory]
    [MemberData(nameof(OtherCases))]
    public void Layers_on_tables_are_those_of_Keras(int number)
    {
        JsonElement recorded = Others.GetProperty("cases")[number];
        string name = recorded.GetProperty("layer").GetString()!;
        if (recorded.TryGetProperty("error", out _))
        {
            Assert.Throws<ArgumentException>(() => new CategoryEncoding(3).Run([Encoded.OfWholes([0, 3], [2])]));
            return;
        }

        PreprocessingLayer layer = RecordedLayers.Create(name, recorded.GetProperty("arguments"));
        Encoded x = RecordedLayers.Array(recorded.GetProperty("x"));
        if (layer is Normalization { Mean: null } normalization) normalization.Adapt((float[,])x);
        Encoded[] inputs = recorded.TryGetProperty("count_weights", out JsonElement weights) && weights.ValueKind == JsonValueKind.Array
            ? [x, RecordedLayers.Array(weights, "float32")] : [x];
        RecordedLayers.AssertEqual(recorded.GetProperty("output"), layer.Run(inputs), $"{name} {recorded.GetProperty("arguments").GetRawText()}");
        if (!recorded.TryGetProperty("weights", out JsonElement parameters)) return;
        Assert.Equal(parameters.GetArrayLength(), layer.Parameters.Count);
        foreach ((JsonElement expected, Parameter parameter) in parameters.EnumerateArray().Zip(layer.Parameters))
        {
            Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), parameter.Shape);
            Assert.Equal(expected.GetProperty("values").EnumerateArray().Select(value => value.GetSingle()), parameter.ToArray());
        }
    }

    /// <summary>The example of Keras' documentation.</summary>
    [Fact]
    public void Crossed_hashes_are_those_of_Keras()
    {
        Inputs letters = new[] { "A", "B", "A", "B", "A" }, numbers = new[,] { { 101 }, { 101 }, { 101 }, { 102 }, { 102 } };
        int[,] bins = new HashedCrossing(5).Apply([letters, numbers]);
        Assert.Equal([1, 4, 1, 1, 3], bins.Cast<int>());
        float[,] rows = new HashedCrossing(5) { OutputMode = TokenOutput.OneHot }.Apply([letters, numbers]);
        Assert.Equal([1, 4, 1, 1, 3], Enumerable.Range(0, 5).Select(row => Enumerable.Range(0, 5).Single(column => rows[row, column] == 1)));
    }

    private static void AssertVocabulary(JsonElement expected, PreprocessingLayer layer)
    {
        if (layer is StringLookup words) Assert.Equal(expected.EnumerateArray().Select(token => token.GetString()!), words.GetVocabulary());
        else Assert.Equal(expected.EnumerateArray().Select(token => token.GetInt64()), ((IntegerLookup)layer).GetVocabulary());
    }

    private static void AssertIdf(JsonElement expected, float[] actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i].GetDouble(), actual[i], 1e-6);
    }

    private static TheoryData<int> Numbers(JsonElement cases) => [.. Enumerable.Range(0, cases.GetArrayLength())];
}
