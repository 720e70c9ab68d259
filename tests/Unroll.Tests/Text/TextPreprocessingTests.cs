using System.Text.Json;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Against results recorded from Keras 3.4.1.</summary>
public sealed class TextPreprocessingTests
{
    [Fact]
    public void Words_of_recorded_texts()
    {
        int count = 0;
        foreach (JsonElement test in Fixture("tokenizer.json").GetProperty("text_to_word_sequence").EnumerateArray())
        {
            Check(test, test.GetProperty("options"));
            count++;
        }

        foreach (JsonElement test in Cases("text_to_word_sequence"))
        {
            Check(test, test.GetProperty("arguments"));
            count++;
        }

        Assert.Equal(68, count);

        static void Check(JsonElement test, JsonElement options)
        {
            string Get(string name, string standard) => options.TryGetProperty(name, out JsonElement value) ? value.GetString()! : standard;
            Assert.Equal(test.GetProperty("words").Deserialize<string[]>()!, TextPreprocessing.TextToWordSequence(
                test.GetProperty("text").GetString()!, Get("filters", TextPreprocessing.DefaultFilters),
                !options.TryGetProperty("lower", out JsonElement lower) || lower.GetBoolean(), Get("split", " ")));
        }
    }

    [Fact]
    public void Hashes_of_recorded_texts()
    {
        int count = 0;
        foreach (JsonElement test in Cases("hashing_trick"))
        {
            string text = test.GetProperty("text").GetString()!;
            int n = test.GetProperty("n").GetInt32();
            int[] expected = test.GetProperty("ids").Deserialize<int[]>()!;
            if (test.GetProperty("hash_function").GetString() == "md5")
            {
                Assert.Equal(expected, TextPreprocessing.HashingTrick(text, n));
                Assert.Equal(expected, TextPreprocessing.OneHot(text, n));
            }
            else
            {
                Assert.Equal(expected, TextPreprocessing.HashingTrick(text, n, word => word.EnumerateRunes().Select((rune, i) => (i + 1L) * rune.Value).Sum()));
            }

            count++;
        }

        Assert.Equal(27, count);
        Assert.Equal([4], TextPreprocessing.HashingTrick("x", 5, _ => -1)); // Python: -1 % 4 + 1
        Assert.Throws<ArgumentOutOfRangeException>(() => TextPreprocessing.OneHot("x", 1));
    }

    /// <summary>Expected by Python 3.11: 'ΑΣ ΑΣ. ΑΣΑ Σ ΑΣ\u0301Α Α\u00ADΣ ΣΣ Α\'Σ\'Α İ \U00010400'.lower()</summary>
    [Fact]
    public void Lower_case_is_Pythons() => Assert.Equal(
        "ας ας. ασα σ ασ\u0301α α\u00ADς σς α'σ'α i\u0307 \U00010428",
        string.Join(' ', TextPreprocessing.TextToWordSequence("ΑΣ ΑΣ. ΑΣΑ Σ ΑΣ\u0301Α Α\u00ADΣ ΣΣ Α'Σ'Α İ \U00010400", filters: "")));

    /// <summary>Written out by hand after Python's translate and split.</summary>
    [Fact]
    public void Filters_beyond_the_basic_plane_and_separators_of_several_letters() =>
        Assert.Equal(["a", "b", "c😀"], TextPreprocessing.TextToWordSequence("A😁B##C😀", filters: "😁", split: "##"));

    private static JsonElement Fixture(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name))).RootElement;

    private static IEnumerable<JsonElement> Cases(string kind) =>
        Fixture("legacy_text.json").GetProperty("cases").EnumerateArray().Where(test => test.GetProperty("kind").GetString() == kind);
}
