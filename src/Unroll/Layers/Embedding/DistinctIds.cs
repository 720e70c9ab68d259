using System.Runtime.CompilerServices;

namespace Unroll.Layers;

/// <summary>Finds the distinct token ids of a batch, in order of appearance.</summary>
/// <param name="vocabulary">Ids are below.</param>
/// <param name="maxTokens">Tokens of the largest batch.</param>
internal sealed class DistinctIds(int vocabulary, long maxTokens)
{
    private readonly int _capacity = (int)Math.Min(vocabulary, maxTokens);
    private readonly int[] _ids = new int[(int)Math.Min(vocabulary, maxTokens) + 1];

    // Place of every id among the batch's, _first above it. What earlier batches left is smaller.
    private readonly int[] _places = new int[vocabulary];
    private int _first;

    /// <summary>The ids, each once, until the next batch.</summary>
    public ReadOnlyMemory<int> Ids => _ids.AsMemory(0, Count);

    /// <summary>Number of distinct ids.</summary>
    public int Count { get; private set; }

    /// <summary>Takes a batch.</summary>
    /// <param name="all">All token ids.</param>
    /// <param name="rows">The batch's rows of them.</param>
    /// <param name="steps">Tokens of a row.</param>
    /// <param name="places">For every token of the batch, [row][step], its place among the distinct ids; empty if nobody asks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(int[] all, ReadOnlySpan<int> rows, int steps, Span<int> places)
    {
        if (_first > int.MaxValue - 2 * (long)_capacity)
        {
            Array.Clear(_places);
            _first = 0;
        }

        _first += _capacity;
        int first = _first, count = 0;
        Span<int> ids = _ids, known = _places;
        for (int r = 0; r < rows.Length; r++)
        {
            ReadOnlySpan<int> tokens = all.AsSpan(rows[r] * steps, steps);
            Span<int> target = places.IsEmpty ? places : places.Slice(r * steps, steps);
            for (int t = 0; t < tokens.Length; t++)
            {
                // No branch upon whether the id is new, which no processor could foresee: it is written to the end of
                // the list in any case, and the end moves or does not.
                int id = tokens[t], place = known[id] - first, isNew = place >>> 31;
                place = isNew != 0 ? count : place;
                known[id] = first + place;
                ids[count] = id;
                count += isNew;
                if (!target.IsEmpty) target[t] = place;
            }
        }

        Count = count;
    }
}
