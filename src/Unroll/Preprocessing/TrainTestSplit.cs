using Unroll.Random;

namespace Unroll.Preprocessing;

/// <summary>
/// Shuffles samples and cuts them into two parts, as scikit-learn's <c>train_test_split</c> does.
/// <code>var (xTrain, xTest, yTrain, yTest) = TrainTestSplit.Split(x, y, testSize: 0.2, seed: 42, stratify: y);</code>
/// </summary>
/// <remarks>
/// The sizes are scikit-learn's, stratified ones too; the order is Unroll's own (Philox), not NumPy's: the same seed gives
/// the same parts on every machine, but not those of Python.
/// </remarks>
public static class TrainTestSplit
{
    /// <summary>The places of the samples of each part.</summary>
    /// <param name="count">Number of samples.</param>
    /// <param name="testSize">Share of the test samples, above 0 and below 1; the number of them is rounded up.</param>
    /// <param name="seed">Another seed gives other parts.</param>
    /// <param name="stratify">A class for each sample, each of which is to have the same share in both parts; null for none.</param>
    /// <param name="shuffle">False to take the last samples for testing, in order, as series need.</param>
    /// <exception cref="ArgumentException">A part would be empty; or a class has one sample only, or there are fewer samples
    /// in a part than classes; or samples that keep their order are to be stratified.</exception>
    public static (int[] Train, int[] Test) Indices<T>(int count, double testSize, int seed, IReadOnlyList<T>? stratify, bool shuffle = true)
        where T : notnull
    {
        if (testSize is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(testSize), testSize, "The share of the test samples must be above 0 and below 1.");
        int test = (int)Math.Ceiling(testSize * count);
        int train = count - test;
        if (train < 1 || test < 1)
            throw new ArgumentException($"Of {count} samples, a share of {testSize} for testing leaves {Math.Max(train, 0)} for training and {test} for testing; both need one.", nameof(count));
        if (!shuffle)
        {
            if (stratify is not null) throw new ArgumentException("Samples that keep their order can't be stratified: leave out stratify, or shuffle.", nameof(stratify));
            return ([.. Enumerable.Range(0, train)], [.. Enumerable.Range(train, test)]);
        }

        var random = new Philox(seed, RandomPurpose.TrainTestSplit);
        if (stratify is not null) return Stratified(count, train, test, stratify, random);
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle<int>(order);
        return (order[test..], order[..test]);
    }

    /// <summary>The places of the samples of each part.</summary>
    /// <inheritdoc cref="Indices{T}(int, double, int, IReadOnlyList{T}, bool)"/>
    public static (int[] Train, int[] Test) Indices(int count, double testSize = 0.25, int seed = 0, bool shuffle = true) =>
        Indices<int>(count, testSize, seed, null, shuffle);

    /// <summary>Texts or other single things and their labels.</summary>
    /// <inheritdoc cref="Indices{T}(int, double, int, IReadOnlyList{T}, bool)"/>
    public static (TX[] XTrain, TX[] XTest, TY[] YTrain, TY[] YTest) Split<TX, TY>(
        TX[] x, TY[] y, double testSize = 0.25, int seed = 0, TY[]? stratify = null, bool shuffle = true)
        where TY : notnull
    {
        ArgumentNullException.ThrowIfNull(x);
        var (train, test) = Indices(Same(x.Length, y), testSize, seed, stratify, shuffle);
        return (Rows.Take(x, train), Rows.Take(x, test), Rows.Take(y, train), Rows.Take(y, test));
    }

    /// <summary>Rows <c>[samples, columns]</c>, such as padded texts, and their labels.</summary>
    /// <inheritdoc cref="Indices{T}(int, double, int, IReadOnlyList{T}, bool)"/>
    public static (TX[,] XTrain, TX[,] XTest, TY[] YTrain, TY[] YTest) Split<TX, TY>(
        TX[,] x, TY[] y, double testSize = 0.25, int seed = 0, TY[]? stratify = null, bool shuffle = true)
        where TY : notnull
    {
        ArgumentNullException.ThrowIfNull(x);
        var (train, test) = Indices(Same(x.GetLength(0), y), testSize, seed, stratify, shuffle);
        return (Rows.Take(x, train), Rows.Take(x, test), Rows.Take(y, train), Rows.Take(y, test));
    }

    /// <summary>Sequences of vectors <c>[samples, steps, features]</c> and their labels.</summary>
    /// <inheritdoc cref="Indices{T}(int, double, int, IReadOnlyList{T}, bool)"/>
    public static (TX[,,] XTrain, TX[,,] XTest, TY[] YTrain, TY[] YTest) Split<TX, TY>(
        TX[,,] x, TY[] y, double testSize = 0.25, int seed = 0, TY[]? stratify = null, bool shuffle = true)
        where TY : notnull
    {
        ArgumentNullException.ThrowIfNull(x);
        var (train, test) = Indices(Same(x.GetLength(0), y), testSize, seed, stratify, shuffle);
        return (Rows.Take(x, train), Rows.Take(x, test), Rows.Take(y, train), Rows.Take(y, test));
    }

    private static int Same<TY>(int samples, TY[] y)
    {
        ArgumentNullException.ThrowIfNull(y);
        return samples == y.Length ? samples : throw new ArgumentException($"There are {samples} samples, but {y.Length} labels.", nameof(y));
    }

    private static (int[] Train, int[] Test) Stratified<T>(int count, int train, int test, IReadOnlyList<T> classes, Philox random)
        where T : notnull
    {
        if (classes.Count != count) throw new ArgumentException($"There are {count} samples, but {classes.Count} classes to stratify by.", nameof(classes));
        int[][] members = [.. Enumerable.Range(0, count).GroupBy(i => classes[i]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        if (members.FirstOrDefault(group => group.Length < 2) is { } single)
            throw new ArgumentException($"The class '{classes[single[0]]}' has one sample only; each needs one for training and one for testing.", nameof(classes));
        if (Math.Min(train, test) < members.Length)
            throw new ArgumentException($"There are {train} samples for training and {test} for testing, but {members.Length} classes; each needs one of either.", nameof(classes));

        int[] sizes = Array.ConvertAll(members, group => group.Length);
        int[] trainSizes = Share(sizes, train);
        int[] testSizes = Share([.. sizes.Zip(trainSizes, (all, taken) => all - taken)], test);
        var trainRows = new List<int>(train);
        var testRows = new List<int>(test);
        for (int k = 0; k < members.Length; k++)
        {
            random.Shuffle<int>(members[k]);
            trainRows.AddRange(members[k].AsSpan(0, trainSizes[k]));
            testRows.AddRange(members[k].AsSpan(trainSizes[k], testSizes[k]));
        }

        int[] first = [.. trainRows], second = [.. testRows];
        random.Shuffle<int>(first);
        random.Shuffle<int>(second);
        return (first, second);
    }

    /// <summary>Shares out draws in proportion to sizes, the rest to the largest remainders (of equal ones to the first class;
    /// scikit-learn draws lots).</summary>
    private static int[] Share(int[] sizes, int draws)
    {
        long all = sizes.Sum(size => (long)size);
        int[] shares = Array.ConvertAll(sizes, size => (int)((long)size * draws / all));
        int rest = draws - shares.Sum();
        foreach (int k in Enumerable.Range(0, sizes.Length).OrderByDescending(k => (long)sizes[k] * draws % all).Take(rest)) shares[k]++;
        return shares;
    }
}
