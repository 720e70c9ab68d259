using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>What becomes of bins, categories and places in a vocabulary.</summary>
public enum TokenOutput
{
    /// <summary>Whole numbers, one for each element.</summary>
    Int,

    /// <summary>For each element a row of zeros with a 1 at its number.</summary>
    OneHot,

    /// <summary>For each sample a row with a 1 for every number that occurs.</summary>
    MultiHot,

    /// <summary>For each sample a row that says how often a number occurs.</summary>
    Count,

    /// <summary>Counts times how rare the token is, the inverse document frequency.</summary>
    TfIdf,
}

/// <summary>The rows that whole numbers become.</summary>
internal static class BinEncoding
{
    /// <summary>An argument that says what comes out.</summary>
    public static Argument<TokenOutput> Output(TokenOutput defaultValue, params TokenOutput[] others) =>
        Argument.Choice("output_mode", defaultValue, [.. others.Prepend(defaultValue).Select(mode => (Word(mode), mode))]).KeywordOnly();

    public static string Word(TokenOutput mode) => mode switch
    {
        TokenOutput.Int => "int",
        TokenOutput.OneHot => "one_hot",
        TokenOutput.MultiHot => "multi_hot",
        TokenOutput.Count => "count",
        _ => "tf_idf",
    };

    /// <summary>The shape that comes out. A last dimension of 1 is used up; of three or more dimensions Keras counts along the second.</summary>
    /// <param name="shape">Sizes of what goes in, all or those without the batch dimension.</param>
    /// <param name="mode">What comes out.</param>
    /// <param name="width">Numbers there are; null: not known yet.</param>
    /// <param name="hasBatch">Whether the first of the sizes is that of the batch.</param>
    public static IReadOnlyList<int?> Shape(IReadOnlyList<int?> shape, TokenOutput mode, int? width, bool hasBatch)
    {
        if (mode == TokenOutput.Int) return shape;
        int rank = shape.Count + (hasBatch ? 0 : 1), first = hasBatch ? 0 : 1;
        if (rank == 0) return [width];
        if (mode == TokenOutput.OneHot) return [.. rank > 1 && shape.Count > 0 && shape[^1] == 1 ? shape.SkipLast(1) : shape, width];
        int axis = CountedAxis(rank) - first;
        return [.. shape.Where((_, d) => d != axis), width];
    }

    /// <summary>Makes rows of whole numbers.</summary>
    /// <param name="numbers">From 0 to one less than the width; negative ones have no column.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    /// <param name="mode">What comes out.</param>
    /// <param name="width">Numbers there are.</param>
    /// <param name="weights">What each element counts for; null: 1.</param>
    public static Encoded Encode(long[] numbers, IReadOnlyList<int> shape, TokenOutput mode, int width, float[]? weights = null)
    {
        if (mode == TokenOutput.Int) return Encoded.OfWholes(numbers, shape);
        int[] result = [.. Shape([.. shape.Select(size => (int?)size)], mode, width, hasBatch: true).Select(size => size!.Value)];
        var rows = new float[result.Aggregate(1L, (product, size) => checked(product * size))];
        int axis = CountedAxis(shape.Count);
        int inner = shape.Skip(axis + 1).Aggregate(1, (product, size) => product * size), count = mode == TokenOutput.OneHot || shape.Count == 0 ? 1 : shape[axis];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0) continue;
            int row = mode == TokenOutput.OneHot ? i : i / (count * inner) * inner + i % inner;
            ref float cell = ref rows[(long)row * width + numbers[i]];
            cell = mode is TokenOutput.Count or TokenOutput.TfIdf ? cell + (weights?[i] ?? 1) : 1;
        }

        return Encoded.OfReals(rows, result);
    }

    private static int CountedAxis(int rank) => rank >= 3 ? 1 : Math.Max(0, rank - 1);
}
