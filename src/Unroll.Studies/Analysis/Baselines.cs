using Unroll.Random;

namespace Unroll.Studies.Analysis;

/// <summary>What needs no network: a network that is no better has learned nothing that word counts don't say.</summary>
internal static class Baselines
{
    private const int Epochs = 8;

    /// <summary>Share of the larger class.</summary>
    public static double MajorityShare(IReadOnlyList<int> labels) =>
        labels.Count == 0 ? double.NaN : (double)labels.CountBy(label => label).Max(pair => pair.Value) / labels.Count;

    /// <summary>
    /// Test accuracy of a logistic regression on which words occur in what the network gets to see, trained by averaged
    /// gradient steps of single texts; NaN unless there are two classes. Ids below <paramref name="firstWord"/> are no words.
    /// </summary>
    public static double BagOfWords(int[,] xTrain, int[] yTrain, int[,] xTest, int[] yTest, int vocabulary, int firstWord = 3)
    {
        if (yTrain.Length == 0 || yTest.Length == 0 || yTrain.Concat(yTest).Any(label => label is not (0 or 1))) return double.NaN;
        int[][] train = Words(xTrain, vocabulary, firstWord), test = Words(xTest, vocabulary, firstWord);
        var weights = new double[vocabulary + 1]; // the last is the bias
        var mean = new double[vocabulary + 1];
        int[] order = [.. Enumerable.Range(0, train.Length)];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            new Philox(0, RandomPurpose.Resampling, -1, epoch).Shuffle<int>(order);
            double rate = 0.1 / (1 + epoch);
            foreach (int text in order)
            {
                double error = yTrain[text] - 1 / (1 + Math.Exp(-Math.Clamp(Score(weights, train[text]), -30, 30)));
                foreach (int word in train[text]) weights[word] += rate * error;
                weights[vocabulary] += rate * error;
            }

            // The mean over the later epochs swings less than the last step.
            if (epoch >= Epochs / 2) for (int i = 0; i < mean.Length; i++) mean[i] += weights[i];
        }

        return (double)test.Where((words, text) => Score(mean, words) > 0 == (yTest[text] == 1)).Count() / test.Length;
    }

    private static double Score(double[] weights, int[] words)
    {
        double sum = weights[^1];
        foreach (int word in words) sum += weights[word];
        return sum;
    }

    private static int[][] Words(int[,] x, int vocabulary, int firstWord)
    {
        var texts = new int[x.GetLength(0)][];
        var seen = new int[vocabulary];
        for (int text = 0; text < texts.Length; text++)
        {
            var words = new List<int>();
            for (int column = 0; column < x.GetLength(1); column++)
            {
                int id = x[text, column];
                if (id < firstWord || id >= vocabulary || seen[id] == text + 1) continue;
                seen[id] = text + 1;
                words.Add(id);
            }

            texts[text] = [.. words];
        }

        return texts;
    }
}
