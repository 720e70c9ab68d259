using Unroll.Datasets;
using Xunit;

namespace Unroll.Tests.Datasets;

public sealed class SyntheticReviewsTests
{
    [Fact]
    public void Same_arguments_same_reviews()
    {
        var (first, _) = SyntheticReviews.Load(200, 10);
        var (second, _) = SyntheticReviews.Load(200, 10);
        var (other, _) = SyntheticReviews.Load(200, 10, seed: 114);
        Assert.Equal(first.Sequences, second.Sequences);
        Assert.Equal(first.Labels, second.Labels);
        Assert.NotEqual(first.Sequences[0], other.Sequences[0]);
    }

    [Fact]
    public void Balance_noise_ids_and_lengths()
    {
        var (train, test) = SyntheticReviews.Load(4000, 3001, numWords: 1000);
        Assert.Equal(2000, train.Labels.Sum());
        Assert.Equal(1500, test.Labels.Sum());
        Assert.All(train.Sequences, s => Assert.True(s[0] == 1 && s.Skip(1).All(id => id is 2 or (>= 4 and < 1000))));
        Assert.True(train.Sequences.Max(s => s.Length) > 5 * train.Sequences.Min(s => s.Length));
        Assert.Equal(0.95, SyntheticReviews.BestAccuracy);
    }

    [Theory]
    [InlineData(null, 0.95, 0.95)]
    [InlineData(80, 0.948, 0.95)] // rows of 80 that keep the end lose next to nothing: an opening cut within a clause
    [InlineData(30, 0.80, 0.92)] // rows of 30 lose something
    public void The_rule_reaches_the_best_accuracy(int? kept, double least, double most)
    {
        var (_, test) = SyntheticReviews.Load(1, 4000, numWords: 1000);
        int right = Enumerable.Range(0, test.Count).Count(i =>
        {
            var ids = test.Sequences[i];
            return SyntheticReviews.Judge(kept is { } n && n < ids.Length ? ids[^n..] : ids) == test.Labels[i];
        });
        Assert.InRange(right / 4000.0, least, most);
    }

    [Fact]
    public void Counting_words_is_not_enough()
    {
        // Logistic regression on word counts, trained by AdaGrad.
        const int Words = 1000;
        var (train, test) = SyntheticReviews.Load(12000, 4000, numWords: Words);
        var weights = new double[Words];
        var squares = new double[Words];
        for (int epoch = 0; epoch < 8; epoch++)
        {
            for (int i = 0; i < train.Count; i++)
            {
                double error = train.Labels[i] - Probability(train.Sequences[i]);
                foreach (var (id, count) in train.Sequences[i].CountBy(id => id))
                {
                    double gradient = error * count;
                    squares[id] += gradient * gradient;
                    weights[id] += 0.05 * gradient / Math.Sqrt(squares[id]);
                }
            }
        }

        double accuracy = Enumerable.Range(0, test.Count).Count(i => (Probability(test.Sequences[i]) > 0.5) == (test.Labels[i] == 1)) / (double)test.Count;
        Assert.InRange(accuracy, 0.55, 0.8); // better than chance, far below 0.95

        double Probability(int[] ids) => 1 / (1 + Math.Exp(-ids.Sum(id => weights[id]))); // the start id is the bias
    }

    [Fact]
    public void Word_index_is_by_frequency_and_decodes()
    {
        var index = SyntheticReviews.GetWordIndex();
        Assert.Equal(Enumerable.Range(1, index.Count), index.Values.Order());
        Assert.All(new[] { "the", "but", "not", "very", "good", "bad", "hardly", "lame" }, word => Assert.InRange(index[word], 1, 400));

        var (train, _) = SyntheticReviews.Load(3000, 1, startChar: null);
        var counts = train.Sequences.SelectMany(s => s).CountBy(id => id).ToDictionary();
        Assert.True(counts[4] > counts[50] && counts[50] > counts[500] && counts[500] > counts.GetValueOrDefault(5000));

        string text = new WordDecoder(index).Decode(train.Sequences[0]);
        Assert.Equal(train.Sequences[0].Length, text.Split(' ').Length);
        Assert.DoesNotContain("?", text);
    }

    [Theory]
    [InlineData("the plot was good", 1)]
    [InlineData("the plot was not good", 0)]
    [InlineData("the plot was never very awful", 1)]
    [InlineData("the cast was good the film was extremely dull", 0)]
    [InlineData("the cast was good but the film was dull", 0)]
    [InlineData("the cast was not bad the film is great but the film was hardly superb", 0)]
    [InlineData("the cast was good the film was dull", null)]
    [InlineData("the cast was good but the film", null)]
    public void The_rule(string text, int? verdict)
    {
        var index = SyntheticReviews.GetWordIndex();
        Assert.Equal(verdict, SyntheticReviews.Judge([1, .. text.Split(' ').Select(word => index[word] + 3)]));
    }

    [Fact]
    public void By_name()
    {
        var data = Dataset.Load(new DatasetOptions { Name = "synthetic", NumWords = 1000, MaxLen = 30, TrainCount = 60, TestCount = 20 });
        Assert.Equal("synthetic", data.Name);
        Assert.False(data.IsFallback);
        Assert.Null(data.File);
        Assert.Equal(0.95, data.BestAccuracy);
        Assert.Equal([60, 30], [data.XTrain.GetLength(0), data.XTrain.GetLength(1)]);
        Assert.InRange(data.CutShare, 0.5, 1);

        var whole = Dataset.Load(new DatasetOptions { Name = "synthetic", NumWords = null, MaxLen = null, TrainCount = 60, TestCount = 20 });
        Assert.Equal(whole.Train.Sequences.Concat(whole.Test.Sequences).Max(s => s.Length), whole.XTest.GetLength(1));
        Assert.Equal(0, whole.CutShare);
        Assert.True(whole.XTrain.Cast<int>().Max() < whole.VocabularySize);
    }

    [Fact]
    public void Wrong_options()
    {
        Assert.Contains("'imbd'", Assert.Throws<ArgumentException>(() => Dataset.Load(new DatasetOptions { Name = "imbd" })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Dataset.Load(new DatasetOptions { Name = "synthetic", MaxLen = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticReviews.Load(0, 5));
        Assert.Contains("maxlen=5,", Assert.Throws<ArgumentException>(() => SyntheticReviews.Load(50, 50, maxLen: 5)).Message);
    }

    [Fact]
    public void Facts()
    {
        var info = SyntheticReviews.GetInfo(100, 50);
        Assert.Equal("synthetic", info.Name);
        Assert.Null(info.File);
        Assert.Equal([50, 50], info.Train.LabelCounts);
        Assert.Equal(50, info.Test.Count);
        Assert.True(info.Train.Lengths.Min <= info.Train.Lengths.Median && info.Train.Lengths.Median <= info.Train.Lengths.Max);
    }
}
