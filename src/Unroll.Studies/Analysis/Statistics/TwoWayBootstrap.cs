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
    /// <summary>
    /// Several comparisons on the same examples: a resample of the examples serves all of them. Null for a comparison with
    /// fewer than two pairs, or whose trials were tested on different numbers of examples.
    /// </summary>
    /// <param name="comparisons">For each comparison the answers of both designs, seed by seed.</param>
    /// <param name="resamples">How often.</param>
    /// <param name="seed">Of the resampling.</param>
    public static TwoWayBootstrap?[] Of(IReadOnlyList<IReadOnlyList<(CorrectAnswers First, CorrectAnswers Second)>> comparisons, int resamples = 2000, int seed = 0)
    {
        var results = new TwoWayBootstrap?[comparisons.Count];
        var usable = Enumerable.Range(0, comparisons.Count)
            .Where(i => comparisons[i].Count > 1 && comparisons[i].All(pair => pair.First.Count == pair.Second.Count && pair.First.Count == comparisons[i][0].First.Count))
            .ToLookup(i => comparisons[i][0].First.Count);
        foreach (IGrouping<int, int> alike in usable.Where(alike => alike.Key > 0))
        {
            Rows[] rows = [.. alike.Select(i => new Rows(comparisons[i]))];
            double[][] differences = [.. rows.Select(_ => new double[resamples])];
            Parallel.For(0, resamples, () => new int[alike.Key], (b, _, weights) =>
            {
                Array.Clear(weights);
                var random = new Philox(seed, RandomPurpose.Resampling, b);
                for (int i = 0; i < weights.Length; i++) weights[random.NextInt32(weights.Length)]++;
                for (int c = 0; c < rows.Length; c++) differences[c][b] = rows[c].Resample(weights, new Philox(seed, RandomPurpose.Resampling, b, 1));
                return weights;
            }, _ => { });
            foreach ((int i, Rows its, double[] drawn) in alike.Zip(rows, differences)) results[i] = its.Summarise(drawn);
        }

        return results;
    }

    /// <summary>One comparison. Only where the two disagree is there anything to add up, and that is a small share.</summary>
    private sealed class Rows
    {
        private readonly (int[] Plus, int[] Minus)[] _ofSeed;
        private readonly int _examples;

        public Rows(IReadOnlyList<(CorrectAnswers First, CorrectAnswers Second)> pairs)
        {
            _examples = pairs[0].First.Count;
            _ofSeed = [.. pairs.Select(pair => (Where(pair.First, pair.Second), Where(pair.Second, pair.First)))];
        }

        /// <summary>The mean difference with the examples weighed and the seeds drawn anew.</summary>
        public double Resample(int[] weights, Philox random)
        {
            long sum = 0;
            for (int s = 0; s < _ofSeed.Length; s++)
            {
                (int[] plus, int[] minus) = _ofSeed[random.NextInt32(_ofSeed.Length)];
                sum += Total(plus, weights) - Total(minus, weights);
            }

            return sum / ((double)_ofSeed.Length * _examples);
        }

        public TwoWayBootstrap Summarise(double[] differences)
        {
            double[] perSeed = [.. _ofSeed.Select(row => (double)(row.Plus.Length - row.Minus.Length) / _examples)];
            double churn = _ofSeed.Average(row => (double)(row.Plus.Length + row.Minus.Length) / _examples);
            Array.Sort(differences);
            int tail = (int)Math.Round(0.025 * (differences.Length - 1));
            return new TwoWayBootstrap(perSeed.Average(), new Interval(differences[tail], differences[^(tail + 1)]), SeedShare(perSeed), churn);
        }

        // Variance of the mean over the seeds against that of the mean over the examples.
        private double SeedShare(double[] perSeed)
        {
            var ofExample = new double[_examples];
            foreach ((int[] plus, int[] minus) in _ofSeed)
            {
                foreach (int i in plus) ofExample[i] += 1.0 / _ofSeed.Length;
                foreach (int i in minus) ofExample[i] -= 1.0 / _ofSeed.Length;
            }

            double fromSeeds = Variance(perSeed) / perSeed.Length, fromExamples = Variance(ofExample) / _examples;
            return fromSeeds + fromExamples == 0 ? 0 : fromSeeds / (fromSeeds + fromExamples);
        }

        private static int[] Where(CorrectAnswers right, CorrectAnswers wrong) => [.. Enumerable.Range(0, right.Count).Where(i => right[i] && !wrong[i])];

        private static long Total(int[] examples, int[] weights)
        {
            long sum = 0;
            foreach (int example in examples) sum += weights[example];
            return sum;
        }

        private static double Variance(double[] values) => values.Length < 2 ? 0 : Summary.Of(values).Std is var std ? std * std : 0;
    }
}
