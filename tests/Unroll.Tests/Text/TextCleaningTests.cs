using System.Text;
using Unroll.Tests.Support;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Expected texts are written out by hand.</summary>
public sealed class TextCleaningTests
{
    [Theory]
    [InlineData("A film.<br /><br />Good", "A film.  Good")]
    [InlineData("a < b and c > d <3", "a < b and c > d <3")] // no tags
    [InlineData("x<!-- a <b> c -->y<!DOCTYPE html>z", "x y z")]
    [InlineData("Tom &amp; Jerry &lt;3 &#39;x&#39;", "Tom & Jerry <3 'x'")]
    [InlineData("never <b closed", "never <b closed")]
    [InlineData("<a href=\"x\">link</a>", " link ")]
    public void Html(string text, string clean) => Assert.Equal(clean, new TextCleaning().StripHtml().Apply(text));

    [Theory]
    [InlineData("see http://t.co/x?y=1 now", "see   now")]
    [InlineData("HTTPS://A.B, www.c.de", "   ")]
    [InlineData("awww.cute http:/x", "awww.cute http:/x")]
    [InlineData("<a href=\"https://x.y\">", "<a href=\" \">")]
    public void Urls(string text, string clean) => Assert.Equal(clean, new TextCleaning().StripUrls().Apply(text));

    [Theory]
    [InlineData("don't 'quote' 50% a_b—c “x”…", "don't  quote  50  a b c  x  ")]
    [InlineData("it’s <ok> $5", "it’s  ok   5")]
    public void Punctuation(string text, string clean) => Assert.Equal(clean, new TextCleaning().StripPunctuation().Apply(text));

    [Fact]
    public void Steps_are_done_in_order_and_named()
    {
        TextCleaning cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().StripPunctuation().StripDigits().RemoveStopWords("english").CollapseSpaces();
        Assert.Equal(["strip_html", "strip_urls", "lower", "strip_punctuation", "strip_digits", "remove_words", "collapse_spaces"], cleaning.Steps);
        Assert.Equal(["film not good don't watch", ""], cleaning.Apply(["The <b>film</b> was NOT good: don't watch it, 10/10! www.x.y", "<br>"]));
        Assert.Empty(new TextCleaning().Steps); // immutable
    }

    [Fact]
    public void Lower_case_of_A_to_Z_alone() => Assert.Equal("Émile Ünder z", new TextCleaning().ToLowerAscii().Apply("ÉMILE Ünder Z"));

    [Fact]
    public void Written_down_and_read_back()
    {
        TextCleaning cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().ToLowerAscii().StripPunctuation().StripDigits().CollapseSpaces().RemoveWords(["füll", "\"x"]);
        TextCleaning read = TextCleaning.FromJson(cleaning.ToJson());
        Assert.Equal(cleaning.Steps, read.Steps);
        const string Text = "<i>Das</i> FÜLL wort \"x 12 & http://a.b Ende.";
        Assert.Equal(cleaning.Apply(Text), read.Apply(Text));
        Assert.Equal("das wort x ende", read.Apply(Text));
        var own = new TextCleaning().Then("expand", text => text.Replace("can't", "cannot", StringComparison.Ordinal));
        Assert.Equal("I cannot", own.Apply("I can't"));
        Assert.Contains("'expand'", Assert.Throws<InvalidOperationException>(own.ToJson).Message);
    }

    [Theory]
    [InlineData("{}", "list 'cleaning'")]
    [InlineData("{\"cleaning\": [{\"step\": \"stem\"}]}", "'stem' is unknown")]
    [InlineData("{\"cleaning\": [{\"step\": \"remove_words\"}]}", "no list 'words'")]
    [InlineData("{\"cleaning\": [{\"step\": \"remove_words\", \"words\": [null]}]}", "null")]
    [InlineData("nonsense", "JSON")]
    public void Other_json_is_named(string json, string part) =>
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => TextCleaning.FromJson(json)).Message);

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        byte[] whole = Encoding.UTF8.GetBytes(new TextCleaning().StripHtml().RemoveWords(["a", "ü"]).ToLower().ToJson());
        for (int seed = 0; seed < 2000; seed++)
        {
            try
            {
                TextCleaning.FromJson(Encoding.UTF8.GetString(Mutations.Damage(whole, seed))).Apply("A text");
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Stop_words_are_lower_case_without_repeats_and_without_negations()
    {
        Assert.Contains("english, french, german, spanish", Assert.Throws<ArgumentException>(() => StopWords.For("klingon")).Message);
        foreach (string language in StopWords.Languages)
        {
            IReadOnlyList<string> words = StopWords.For(language);
            Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
            Assert.All(words, word => Assert.Equal(word, LowerCase.Python(word)));
            Assert.DoesNotContain(words, word => word is "not" or "no" or "nor" or "never" or "nicht" or "kein" or "nie" or "ne" or "pas" or "jamais" or "nunca" or "sin" or "");
            Assert.InRange(words.Count, 100, 250);
        }
    }

    /// <summary>Endless openings of tags must not take quadratic time: these 4 million characters take a moment.</summary>
    [Fact]
    public void Long_texts_without_ends()
    {
        string tags = string.Concat(Enumerable.Repeat("<a", 1_000_000)), comments = string.Concat(Enumerable.Repeat("<!--", 500_000));
        Assert.Equal(tags, new TextCleaning().StripHtml().Apply(tags));
        Assert.Equal(comments, new TextCleaning().StripHtml().Apply(comments));
    }
}
