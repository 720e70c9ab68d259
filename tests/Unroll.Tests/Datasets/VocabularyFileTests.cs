using System.Text;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Datasets;

/// <summary>Dictionaries as they lie beside models of Keras.</summary>
public sealed class VocabularyFileTests
{
    private static readonly string[] s_texts = ["Don't SEE the film!", "\tthe\u00a0film\r\nfilm", "É, café-film", ""];

    [Theory]
    [InlineData("\n[UNK]\nthe\nfilm\ndont\ncafé\n")]
    [InlineData("[UNK]\nthe\nfilm\ndont\ncafé")]
    [InlineData("\uFEFFthe\r\nfilm\r\ndont\r\ncafé\r\n")]
    public void A_word_per_line_gives_the_ids_of_a_TextVectorization(string content)
    {
        var layer = new TextVectorization { OutputSequenceLength = 4 };
        layer.SetVocabulary(["the", "film", "dont", "café"]);
        var model = new Sequential { layer };
        model.Build(1);
        float[] expected = [.. model.Predict(s_texts)];
        int[,] ids = Read(content).Encode(s_texts);
        Assert.Equal(expected, ids.Cast<int>().Select(id => (float)id));
    }

    [Theory]
    [InlineData("the\n\nfilm\n", "line 2: is blank")]
    [InlineData("the\nfilm\nthe\n", "line 3: the word 'the' came before")]
    [InlineData("\n[UNK]\n", "holds no words")]
    [InlineData("{\"the\": \"one\"}", "the rank of 'the' is not an integer")]
    [InlineData("\"{no\"", "")]
    public void What_is_no_vocabulary_is_refused(string content, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Read(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_vocabulary_that_is_larger_than_the_model_is_that_of_another()
    {
        Assert.Contains("has 6 entries", Assert.Throws<ArgumentException>(() => Read("a\nb\nc\nd\n", numWords: 5)).Message, StringComparison.Ordinal);
        string json = Tokenizer.FromWordIndex(new Dictionary<string, int> { ["a"] = 1, ["b"] = 9 }).ToJson();
        Assert.Contains("gives ids up to 9", Assert.Throws<ArgumentException>(() => Read(json, numWords: 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_is_named()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(folder.File("tokenizer.pickle"), [0x80, 4, 0x95]);
        Assert.Contains("tokenizer.to_json()", Assert.Throws<InvalidDataException>(() => VocabularyFile.Read(folder.File("tokenizer.pickle"), new VocabularyRules(4))).Message, StringComparison.Ordinal);
    }

    private static TextPipeline Read(string content, int? numWords = null)
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(folder.File("words"), Encoding.UTF8.GetBytes(content));
        return VocabularyFile.Read(folder.File("words"), new VocabularyRules(4, numWords));
    }
}
