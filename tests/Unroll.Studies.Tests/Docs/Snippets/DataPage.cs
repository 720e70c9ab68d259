using Unroll.Datasets;
using Xunit;

namespace ReaderCode;

public sealed class DataPage
{
    [Fact]
    public void Imdb_is_loaded_and_decoded() => Assert.Contains("[START] ", Printed.By(() =>
    {
        var (train, test) = Imdb.Load(numWords: 2000);
        Console.WriteLine($"{train.Count} and {test.Count} reviews; the first has label {train.Labels[0]} and reads:");
        Console.WriteLine(Imdb.Decode(train.Sequences[0], Imdb.GetWordIndex()));
    }), StringComparison.Ordinal);

    [Fact]
    public void Data_are_loaded_by_name() => Assert.StartsWith("synthetic reviews: ", Printed.By(() =>
    {
        var data = Dataset.Load(new DatasetOptions { Name = "auto", NumWords = 1000, MaxLen = 80 });
        Console.WriteLine($"{data.DisplayName}: {data.CutShare:P0} of the reviews are cut, {data.OovShare:P0} of the words are unknown");
        if (data.IsFallback) Console.WriteLine(data.Notice);
    }), StringComparison.Ordinal);

    [Fact]
    public void Synthetic_reviews_are_decoded() => Assert.Contains(": [START] ", Printed.By(() =>
    {
        var (train, _) = SyntheticReviews.Load(trainCount: 100, testCount: 100, numWords: 1000);
        var decoder = new WordDecoder(SyntheticReviews.GetWordIndex());
        Console.WriteLine($"{train.Labels[0]}: {decoder.Decode(train.Sequences[0])}");
    }), StringComparison.Ordinal);
}
