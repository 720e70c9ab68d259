using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Cleaning and tokenizer go along in the model's file.</summary>
public sealed class SavedTextTests : IDisposable
{
    private static readonly string[] s_texts = ["<p>A GREAT film, 10 of 10</p>", "a <b>bad</b> film", "Great great GREAT acting http://example.org/x"];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-saved-text-{Environment.ProcessId}.keras");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(5, "<OOV>", false)]
    [InlineData(null, "<OOV>", true)]
    public void A_tokenizer_and_its_cleaning_come_back(int? numWords, string? oov, bool charLevel)
    {
        var cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().RemoveStopWords("english").CollapseSpaces();
        var tokenizer = new Tokenizer(numWords) { OovToken = oov, CharLevel = charLevel };
        tokenizer.FitOnTexts(cleaning.Apply(s_texts));
        var pipeline = new TextPipeline(tokenizer, maxLen: 6, Padding.Post) { Cleaning = cleaning };
        int[,] expected = Sequences.Pad(tokenizer.TextsToSequences(cleaning.Apply(s_texts)), 6, Padding.Post);
        Assert.Equal(expected, pipeline.Encode(s_texts));

        TextPipeline loaded = SavedAndLoaded(pipeline);
        Assert.Equal(expected, loaded.Encode(s_texts));
        Assert.Equal(cleaning.Steps, loaded.Cleaning!.Steps);
        Assert.Equal(tokenizer.ToJson(), loaded.Tokenizer!.ToJson());
        Assert.Equal((pipeline.VocabularySize, pipeline.OovId, Padding.Post, Padding.Pre), (loaded.VocabularySize, loaded.OovId, loaded.Padding, loaded.Truncating));
        if (numWords is { } limit) Assert.True(pipeline.VocabularySize <= limit);
    }

    [Fact]
    public void Words_with_cleaning_in_front_come_back()
    {
        var pipeline = new TextPipeline(new Dictionary<string, int> { ["film"] = 4, ["great"] = 7 }, maxLen: 3, oovId: 2) { Cleaning = new TextCleaning().StripHtml().StripDigits() };
        TextPipeline loaded = SavedAndLoaded(pipeline);
        Assert.Null(loaded.Tokenizer);
        Assert.Equal([4, 2, 7], loaded.Encode("<i>film</i> 12 seen great").Cast<int>());
    }

    [Fact]
    public void A_step_of_ones_own_is_refused_until_it_is_registered()
    {
        Func<string, string> shout = text => text.Replace('!', ' ');
        var words = new Dictionary<string, int> { ["film"] = 1 };
        var refusal = Assert.Throws<InvalidOperationException>(() => SavedAndLoaded(new TextPipeline(words, 2) { Cleaning = new TextCleaning().Then("no_shouting", shout) }));
        Assert.Equal("The step 'no_shouting' is a function of your own, which JSON can't hold. Register it, TextCleaning.Register(\"no_shouting\", …), and add it by Then(\"no_shouting\"); whoever reads the file registers it, too.", refusal.Message);
        Assert.False(File.Exists(_path));
        Assert.StartsWith("There is no registered step 'no_shouting'", Assert.Throws<ArgumentException>(() => new TextCleaning().Then("no_shouting")).Message, StringComparison.Ordinal);
        Assert.Contains("the step 'no_shouting' is unknown. If it is a function of somebody's own, call TextCleaning.Register", Assert.Throws<InvalidDataException>(
            () => TextCleaning.FromJson("""{"cleaning": [{"step": "no_shouting"}]}""")).Message, StringComparison.Ordinal);

        TextCleaning.Register("no_shouting", shout);
        TextCleaning.Register("no_shouting", shout);
        foreach (TextCleaning cleaning in new[] { new TextCleaning().Then("no_shouting", shout), new TextCleaning().Then("no_shouting") })
            Assert.Equal("so  quiet", SavedAndLoaded(new TextPipeline(words, 2) { Cleaning = cleaning }).Cleaning!.Apply("so! quiet"));
        Assert.StartsWith("The step 'no_shouting' is there already", Assert.Throws<ArgumentException>(() => TextCleaning.Register("no_shouting", text => text)).Message, StringComparison.Ordinal);
        Assert.StartsWith("The step 'lower' is there already", Assert.Throws<ArgumentException>(() => TextCleaning.Register("lower", text => text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_that_knows_nothing_is_refused() =>
        Assert.StartsWith("The tokenizer knows no words; call FitOnTexts first.", Assert.Throws<ArgumentException>(() => new TextPipeline(new Tokenizer(), 3)).Message, StringComparison.Ordinal);

    private TextPipeline SavedAndLoaded(TextPipeline pipeline)
    {
        var model = new Sequential { new Embedding(50, 2), new GlobalAveragePooling1D(), new Dense(1) };
        model.Build(6);
        model.Text = pipeline;
        model.Save(_path);
        return Model.Load(_path).Text!;
    }
}
