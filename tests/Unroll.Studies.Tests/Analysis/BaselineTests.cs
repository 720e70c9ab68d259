using Unroll.Studies.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

public sealed class BaselineTests
{
    [Fact]
    public void The_larger_class_has_its_share() => Assert.Equal(.6, Baselines.MajorityShare([0, 1, 1, 0, 1]));

    // Four words that speak for a class with log-odds of 2, 1, −1 and −2, each in half of the texts: nobody can do better
    // than the sign of their sum, and the regression must come near it.
    [Fact]
    public void Word_counts_come_near_the_best_that_can_be_done()
    {
        const int Texts = 6000;
        double[] odds = [2, 1, -1, -2];
        ulong state = 1; // Knuth's MMIX generator; the upper bits are good enough for coins
        double Uniform() => ((state = state * 6364136223846793005 + 1442695040888963407) >> 11) / 9007199254740992.0;
        var x = new int[Texts, 4];
        var y = new int[Texts];
        int best = 0;
        for (int text = 0; text < Texts; text++)
        {
            double sum = 0;
            for (int word = 0; word < 4; word++)
            {
                if (Uniform() < .5) continue;
                x[text, word] = 3 + word;
                sum += odds[word];
            }

            y[text] = Uniform() < 1 / (1 + Math.Exp(-sum)) ? 1 : 0;
            if (text >= Texts / 2 && sum > 0 == (y[text] == 1)) best++;
        }

        (int[,] xTrain, int[,] xTest) = (Half(x, 0), Half(x, Texts / 2));
        double accuracy = Baselines.BagOfWords(xTrain, y[..(Texts / 2)], xTest, y[(Texts / 2)..], 10);
        Assert.InRange(accuracy, best / (Texts / 2.0) - .02, 1);
    }

    [Fact]
    public void More_than_two_classes_have_no_such_baseline() => Assert.True(double.IsNaN(Baselines.BagOfWords(new int[3, 2], [0, 1, 2], new int[1, 2], [0], 5)));

    private static int[,] Half(int[,] x, int from)
    {
        var half = new int[x.GetLength(0) / 2, x.GetLength(1)];
        Array.Copy(x, from * x.GetLength(1), half, 0, half.Length);
        return half;
    }
}
