using Unroll.Datasets;

namespace ReaderCode;

// Code on the pages says Dataset.Load and Imdb.Load. Here these names stand for a few synthetic reviews, so that the code
// runs as it is written, in a moment and without a network. The namespace is not one of Unroll's: here, as in a reader's
// program, only what a page imports is known.

/// <summary>Stands in for <see cref="Unroll.Datasets.Dataset"/>.</summary>
internal static class Dataset
{
    public static Unroll.Datasets.Dataset Load(DatasetOptions options) =>
        Unroll.Datasets.Dataset.Load(options with { Name = "synthetic", TrainCount = 80, TestCount = 40 });

    public static IReadOnlyDictionary<string, int> GetWordIndex(string name) => Unroll.Datasets.Dataset.GetWordIndex(name);
}

/// <summary>Stands in for <see cref="Unroll.Datasets.Imdb"/>.</summary>
internal static class Imdb
{
    public static (LabeledSequences Train, LabeledSequences Test) Load(int? numWords = null) => SyntheticReviews.Load(80, 40, numWords: numWords);

    public static IReadOnlyDictionary<string, int> GetWordIndex() => SyntheticReviews.GetWordIndex();

    public static string Decode(ReadOnlySpan<int> ids, IReadOnlyDictionary<string, int> wordIndex) => Unroll.Datasets.Imdb.Decode(ids, wordIndex);
}

/// <summary>Keeps what a snippet prints out of the test's output and at hand.</summary>
internal static class Printed
{
    private static readonly Lock Gate = new();

    public static string By(Action snippet)
    {
        lock (Gate)
        {
            TextWriter console = Console.Out;
            var text = new StringWriter();
            Console.SetOut(text);
            try
            {
                snippet();
            }
            finally
            {
                Console.SetOut(console);
            }

            return text.ToString();
        }
    }
}
