using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>
/// Writes one synthetic review, and reads the verdict off one. The grammar is described at <see cref="SyntheticReviews"/>.
/// Words are numbers of <see cref="SyntheticVocabulary"/>.
/// </summary>
internal static class SyntheticGrammar
{
    /// <summary>Tokens from the first deciding word to the end of the review, at most.</summary>
    public const int MaxReach = 60;

    private static readonly SyntheticVocabulary Words = SyntheticVocabulary.Instance;
    private static readonly double[] NounWeights = Zipf(SyntheticVocabulary.NounCount);
    private static readonly double[] VerbWeights = Zipf(SyntheticVocabulary.VerbCount);
    private static readonly int[] Roles = BuildRoles();

    private enum Role
    {
        None,
        Positive,
        Negative,
        Negator,
        Intensifier,
        But,
    }

    /// <summary>Writes a review whose verdict is <paramref name="label"/> (1 positive, 0 negative).</summary>
    public static List<int> Write(int label, Philox random)
    {
        // The verdict is given twice, as people do: readers of the first words alone can find it, too.
        List<int> opening = WriteStatement(label, random);
        List<int> ending = WriteStatement(label, random);
        int tail = Math.Min(TailLength(random), Math.Max(0, MaxReach - ending.Count - 1));
        int length = Length(random);
        List<int> review = opening;
        WriteFiller(review, Math.Max(2, length - opening.Count - ending.Count - tail), random);
        review.AddRange(ending);
        WriteFiller(review, tail, random);
        return review;
    }

    /// <summary>A verdict, every other time behind a "but" and what is conceded before it, which mostly says the opposite.</summary>
    private static List<int> WriteStatement(int label, Philox random)
    {
        var statement = new List<int>();
        if (random.NextDouble() < 0.5)
        {
            int clauses = 1 + random.NextInt32(2);
            for (int i = 0; i < clauses; i++) WriteClause(statement, random.NextDouble() < 0.6 ? 1 - label : label, random);
            statement.Add(Words.But);
        }

        statement.AddRange(WriteVerdict(label, random));
        return statement;
    }

    /// <summary>
    /// The rule itself: the opinions after the last "but" (all of them if there is none), each turned by a negator and
    /// doubled by an intensifier before it, added up. 1 if the sum is positive, 0 if negative, null without a verdict.
    /// </summary>
    public static int? Judge(IEnumerable<int> review)
    {
        int sum = 0;
        int sign = 1;
        int strength = 1;
        foreach (int word in review)
        {
            switch ((Role)(word < Roles.Length ? Roles[word] : 0))
            {
                case Role.But:
                    (sum, sign, strength) = (0, 1, 1);
                    break;
                case Role.Negator:
                    sign = -sign;
                    break;
                case Role.Intensifier:
                    strength = 2;
                    break;
                case Role.Positive:
                    sum += sign * strength;
                    (sign, strength) = (1, 1);
                    break;
                case Role.Negative:
                    sum -= sign * strength;
                    (sign, strength) = (1, 1);
                    break;
            }
        }

        return sum > 0 ? 1 : sum < 0 ? 0 : null;
    }

    private static List<int> WriteVerdict(int label, Philox random)
    {
        var verdict = new List<int>();
        do
        {
            verdict.Clear();
            double draw = random.NextDouble();
            int clauses = draw < 0.65 ? 1 : draw < 0.9 ? 2 : 3;
            for (int i = 0; i < clauses; i++)
            {
                if (i > 0) WriteFiller(verdict, random.NextInt32(4), random);
                WriteClause(verdict, random.NextInt32(2), random);
            }
        }
        while (Judge(verdict) != label);
        return verdict;
    }

    /// <summary>"the plot was not very good": an opinion of the given polarity, with or without a negator.</summary>
    private static void WriteClause(List<int> review, int polarity, Philox random)
    {
        review.Add(Words.DeterminerWords[0]);
        review.Add(Pick(Words.SubjectWords, random));
        review.Add(Pick(Words.CopulaWords, random));
        bool negated = random.NextDouble() < 0.3;
        if (negated) review.Add(Pick(Words.NegatorWords, random));
        if (random.NextDouble() < 0.3) review.Add(Pick(Words.IntensifierWords, random));
        review.Add(Pick(Words.Opinions[negated == (polarity == 1) ? 1 : 0], random));
    }

    /// <summary>Plot: sentences of made-up nouns and verbs that say nothing about the verdict.</summary>
    private static void WriteFiller(List<int> review, int count, Philox random)
    {
        int end = review.Count + count;
        while (review.Count < end)
        {
            int from = review.Count;
            WriteNoun(review, random);
            review.Add(Words.Verbs[Draw(VerbWeights, random)]);
            WriteNoun(review, random);
            if (random.NextDouble() < 0.5)
            {
                review.Add(Pick(Words.PrepositionWords, random));
                WriteNoun(review, random);
            }

            review.Add(Pick(Words.JointWords, random));
            if (review.Count > end) review.RemoveRange(end, review.Count - end);
            if (review.Count == from) break;
        }
    }

    private static void WriteNoun(List<int> review, Philox random)
    {
        review.Add(Pick(Words.DeterminerWords, random));
        // Plots are about films, too: the subjects of opinions are no sign of an opinion.
        review.Add(random.NextDouble() < 0.1 ? Pick(Words.SubjectWords, random) : Words.Nouns[Draw(NounWeights, random)]);
    }

    /// <summary>Words after the verdict: mostly few.</summary>
    private static int TailLength(Philox random)
    {
        double draw = random.NextDouble();
        double cube = draw * draw * draw;
        return (int)(MaxReach * cube * cube);
    }

    /// <summary>A skewed length: half of the reviews have fewer than about 75 tokens, the longest 300.</summary>
    private static int Length(Philox random)
    {
        double draw = random.NextDouble();
        return 20 + (int)(60 * draw + 220 * draw * draw * draw);
    }

    private static int Pick(int[] words, Philox random) => words[random.NextInt32(words.Length)];

    private static int Draw(double[] cumulative, Philox random)
    {
        int found = Array.BinarySearch(cumulative, random.NextDouble() * cumulative[^1]);
        return Math.Min(found < 0 ? ~found : found + 1, cumulative.Length - 1);
    }

    /// <summary>Cumulative weights 1/(rank + 2.7), Mandelbrot's form of Zipf's law.</summary>
    private static double[] Zipf(int count)
    {
        var cumulative = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) cumulative[i] = sum += 1 / (i + 3.7);
        return cumulative;
    }

    private static int[] BuildRoles()
    {
        var roles = new int[Words.But + 1];
        foreach (int word in Words.Opinions[0]) roles[word] = (int)Role.Positive;
        foreach (int word in Words.Opinions[1]) roles[word] = (int)Role.Negative;
        foreach (int word in Words.NegatorWords) roles[word] = (int)Role.Negator;
        foreach (int word in Words.IntensifierWords) roles[word] = (int)Role.Intensifier;
        roles[Words.But] = (int)Role.But;
        return roles;
    }
}
