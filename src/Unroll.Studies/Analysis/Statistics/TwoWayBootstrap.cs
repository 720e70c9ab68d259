using Unroll.Random;

namespace Unroll.Studies.Analysis;

/// <summary>
/// Interval of a difference of accuracies when both sources of chance are resampled together: the seeds and the examples
/// of the test. Paired in both: the same seed, the same examples on both sides.
/// </summary>
/// <param name="Difference">Mean difference, first minus second.</param>
/// <param name="Interval">95 % interval (percentiles of the resampled differences).</param>
/// <param name="SeedShare">Share of the variance that comes from the seeds, 0 to 1.</param>
/// <param name="Churn">Share of the examples on which the two disagree, mean over the seeds.</param>
internal sealed record TwoWayBootstrap(double Difference, Interval Interval, double SeedShare, double Churn)
{
    /// <param name="first">For each seed one value per example: 1 if it was right, else 0.</param>
    /// <param name="second">The same of the other design.</param>
    /// <param name="resamples">How often.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static TwoWayBootstrap Of(IReadOnlyList<byte[]> first, IReadOnlyList<byte[]> second, int resamples = 2000, int seed = 0)
    {
        int seeds = first.Count;
        if (seeds == 0 || second.Count != seeds) throw new ArgumentException($"{first.Count} repeats stand against {second.Count}.", nameof(second));
        int examples = first[0].Length;
        if (first.Concat(second).Any(row => row.Length != examples)) throw new ArgumentException("The repeats have not the same examples.", nameof(second));

        // Only where the two disagree is there anything to add up, and that is a small share.
        (int[] Plus, int[] Minus)[] rows = [.. first.Zip(second, Split)];
        double[] perSeed = [.. rows.Select(row => (double)(row.Plus.Length - row.Minus.Length) / examples)];
        double mean = perSeed.Average();
        double churn = rows.Average(row => (double)(row.Plus.Length + row.Minus.Length) / examples);

        var weights = new int[examples];
        var ofSeed = new double[seeds];
        var differences = new double[resamples];
        for (int b = 0; b < resamples; b++)
        {
            var random = new Philox(seed, RandomPurpose.Resampling, b);
            Array.Clear(weights);
            for (int i = 0; i < examples; i++) weights[random.NextInt32(examples)]++;
            for (int s = 0; s < seeds; s++) ofSeed[s] = double.NaN;
            double sum = 0;
            for (int s = 0; s < seeds; s++)
            {
                int drawn = random.NextInt32(seeds);
                if (double.IsNaN(ofSeed[drawn])) ofSeed[drawn] = Total(rows[drawn].Plus, weights) - Total(rows[drawn].Minus, weights);
                sum += ofSeed[drawn];
            }

            differences[b] = sum / ((double)seeds * examples);
        }

        Array.Sort(differences);
        int tail = (int)Math.Round(0.025 * (resamples - 1));
        return new TwoWayBootstrap(mean, new Interval(differences[tail], differences[^(tail + 1)]), SeedShareOf(rows, perSeed, examples), churn);
    }

    private static (int[] Plus, int[] Minus) Split(byte[] first, byte[] second)
    {
        var plus = new List<int>();
        var minus = new List<int>();
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] > second[i]) plus.Add(i);
            else if (first[i] < second[i]) minus.Add(i);
        }

        return ([.. plus], [.. minus]);
    }

    private static long Total(int[] examples, int[] weights)
    {
        long sum = 0;
        foreach (int example in examples) sum += weights[example];
        return sum;
    }

    // Variance of the mean over the seeds against that of the mean over the examples.
    private static double SeedShareOf((int[] Plus, int[] Minus)[] rows, double[] perSeed, int examples)
    {
        var ofExample = new double[examples];
        foreach ((int[] plus, int[] minus) in rows)
        {
            foreach (int i in plus) ofExample[i] += 1.0 / rows.Length;
            foreach (int i in minus) ofExample[i] -= 1.0 / rows.Length;
        }

        double fromSeeds = Variance(perSeed) / perSeed.Length, fromExamples = Variance(ofExample) / examples;
        return fromSeeds + fromExamples == 0 ? 0 : fromSeeds / (fromSeeds + fromExamples);
    }

    private static double Variance(double[] values) => values.Length < 2 ? 0 : Summary.Of(values).Std is var std ? std * std : 0;
}
