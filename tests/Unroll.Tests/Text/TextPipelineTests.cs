using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public sealed class TextPipelineTests
{
    // Ranks as Keras' Tokenizer counts them: 1 for the most frequent word.
    private static readonly Dictionary<string, int> Ranks = new() { ["the"] = 1, ["film"] = 2, ["don't"] = 3, ["rare"] = 60 };

    [Fact]
    public void Words_become_the_ids_of_the_review_data()
    {
        var pipeline = TextPipeline.ForReviews(Ranks, numWords: 50, maxLen: 8);
        // Lower case, Keras' separators, apostrophes kept; rank + 3, 1 in front, 2 for unknown and too rare words.
        Assert.Equal([0, 0, 1, 4, 5, 2, 6, 2], Row(pipeline.Encode("The FILM, (rare)\tdon't-know!")));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1], Row(pipeline.Encode("")));
        Assert.Equal(7, pipeline.VocabularySize);
        Assert.Equal(3, pipeline.Words.Count);
    }

    /// <summary>The recorded words of Keras' Tokenizer keep it: "line\r" of "new,line\r\nwindows".</summary>
    [Fact]
    public void A_carriage_return_is_part_of_a_word_as_in_Keras()
    {
        Assert.DoesNotContain('\r', TextPipeline.Separators);
        var pipeline = new TextPipeline(new Dictionary<string, int> { ["line"] = 1, ["line\r"] = 2, ["windows"] = 3 }, maxLen: 2);
        Assert.Equal([2, 3], Row(pipeline.Encode("Line\r\nWindows")));
        Assert.Equal([1, 3], Row(pipeline.Encode("Line\nWindows")));
    }

    [Fact]
    public void Length_and_sides_count()
    {
        var pipeline = new TextPipeline(Ranks, maxLen: 3, padding: Padding.Post, truncating: Padding.Post);
        Assert.Equal([1, 2, 0], Row(pipeline.Encode("the nice film"))); // without an id for them, unknown words are left out
        Assert.Equal([1, 1, 1], Row(pipeline.Encode("the the the film")));
        Assert.Equal([2, 3], pipeline.Encode("film", "the film").Cast<int>().Chunk(3).Select(row => row.Count(id => id > 0) + 1));
    }

    [Fact]
    public void Wrong_pipelines_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextPipeline(Ranks, maxLen: 0));
        Assert.Throws<ArgumentException>(() => new TextPipeline([], maxLen: 3));
        Assert.Throws<ArgumentException>(() => new TextPipeline(Ranks, maxLen: 3, oovId: -1));
        Assert.Throws<ArgumentException>(() => TextPipeline.ForReviews(Ranks, numWords: 3, maxLen: 8));
    }

    private static int[] Row(int[,] ids) => [.. ids.Cast<int>()];
}
