using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>Recurrent layers learn what a bag of words can't: negation and contrast in made-up reviews.</summary>
public class LearningTests
{
    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    public void BeatsABagOfWords(string cell)
    {
        (LabeledSequences train, LabeledSequences test) = SyntheticReviews.Load(trainCount: 12_000, testCount: 4_000, numWords: 1000);
        var model = new Sequential(seed: 1)
        {
            new Embedding(1000, 8),
            cell == "LSTM" ? new LSTM(16) : new GRU(16),
            new Dense(1, "sigmoid"),
        };
        model.Compile("adam(0.003)", "binary_crossentropy", ["accuracy"]);
        model.Fit(Sequences.Pad(train.Sequences, maxLen: 80), train.Labels, epochs: 6, verbose: 0);
        double accuracy = model.Evaluate(Sequences.Pad(test.Sequences, maxLen: 80), test.Labels, verbose: 0).Accuracy;
        Assert.InRange(accuracy, 0.85, SyntheticReviews.BestAccuracy + 0.02); // a bag of words stays below 0.6
    }
}
