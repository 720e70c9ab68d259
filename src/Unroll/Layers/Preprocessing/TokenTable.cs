using Unroll.Kernels.Math;

namespace Unroll.Layers;

/// <summary>How a vocabulary is used.</summary>
/// <param name="Owner">Class and name of the layer, for messages.</param>
/// <param name="MaxTokens">Most entries, the special ones included; null: any number.</param>
/// <param name="OovSlots">Places for tokens that are not in the vocabulary.</param>
/// <param name="OovToken">What such a token is called.</param>
/// <param name="MaskToken">The token that stands for nothing.</param>
/// <param name="HasMask">Whether there is one.</param>
/// <param name="Mode">What comes out.</param>
/// <param name="PadsToMax">Whether rows have a column for each of the most entries.</param>
/// <param name="IsInverse">Whether numbers become tokens again.</param>
/// <param name="OovSlot">Which of several places an unknown token takes.</param>
/// <param name="Order">Order of tokens that occur as often; the greater comes first.</param>
internal sealed record TokenOptions<T>(
    string Owner, int? MaxTokens, int OovSlots, T OovToken, T MaskToken, bool HasMask, TokenOutput Mode, bool PadsToMax, bool IsInverse,
    Func<T, int> OovSlot, IComparer<T> Order)
    where T : notnull
{
    /// <summary>The entries in front of the vocabulary: the mask, which has a place among whole numbers only, and those for unknown tokens.</summary>
    public IReadOnlyList<T> Special => [.. HasMask && Mode == TokenOutput.Int ? [MaskToken] : (T[])[], .. Enumerable.Repeat(OovToken, OovSlots)];
}

/// <summary>A vocabulary: which number each token has, and how rare it is.</summary>
internal sealed class TokenTable<T>
    where T : notnull
{
    private readonly TokenOptions<T> _options;
    private readonly T[] _special, _tokens;
    private readonly Dictionary<T, int> _numbers;

    private TokenTable(TokenOptions<T> options, T[] tokens, float[]? idf)
    {
        (_options, _tokens, _special) = (options, tokens, [.. options.Special]);
        _numbers = new Dictionary<T, int>(tokens.Length);
        for (int i = 0; i < tokens.Length; i++) _numbers.Add(tokens[i], _special.Length + i);
        Idf = idf;
    }

    /// <summary>Special entries and tokens.</summary>
    public IReadOnlyList<T> Vocabulary => [.. _special, .. _tokens];

    /// <summary>Number of entries.</summary>
    public int Count => _special.Length + _tokens.Length;

    /// <summary>For each column of the output how rare its token is; null: nobody asks.</summary>
    public float[]? Idf { get; }

    /// <summary>Columns of the rows that come out.</summary>
    public int Width => _options.PadsToMax && _options.MaxTokens is { } most ? most : Count;

    /// <summary>Makes a table of a list, with or without the special entries in front.</summary>
    /// <exception cref="ArgumentException">The list is not a vocabulary.</exception>
    public static TokenTable<T> Of(TokenOptions<T> options, IReadOnlyList<T> vocabulary, IReadOnlyList<double>? idfWeights)
    {
        if (vocabulary.Count == 0) throw new ArgumentException($"{options.Owner}: the vocabulary is empty; it needs at least one token.", nameof(vocabulary));
        bool weighs = options.Mode == TokenOutput.TfIdf;
        if (weighs && idfWeights is null)
            throw new ArgumentException($"{options.Owner}: output_mode tf_idf needs idf_weights beside the vocabulary, as many as tokens.", nameof(idfWeights));
        if (!weighs && idfWeights is not null)
            throw new ArgumentException($"{options.Owner}: idf_weights are for output_mode tf_idf; here it is {BinEncoding.Word(options.Mode)}.", nameof(idfWeights));
        if (idfWeights is not null && idfWeights.Count != vocabulary.Count)
            throw new ArgumentException($"{options.Owner}: there are {idfWeights.Count} idf_weights for a vocabulary of {vocabulary.Count}; they must be as many.", nameof(idfWeights));

        IReadOnlyList<T> special = options.Special;
        bool hasSpecial = vocabulary.Count >= special.Count && special.SequenceEqual(vocabulary.Take(special.Count));
        T[] tokens = [.. hasSpecial ? vocabulary.Skip(special.Count) : vocabulary];
        Check(options, tokens);
        float[]? idf = null;
        if (idfWeights is not null)
        {
            float[] given = [.. idfWeights.Select(weight => (float)weight)];
            idf = hasSpecial ? Columns(options, given[..special.Count], given[special.Count..]) : Columns(options, null, given);
        }

        return new TokenTable<T>(options, tokens, idf);
    }

    /// <summary>Takes the most frequent tokens of documents.</summary>
    /// <exception cref="ArgumentException">There is none, or no room for any.</exception>
    public static TokenTable<T> Adapted(TokenOptions<T> options, IEnumerable<IEnumerable<T>> documents)
    {
        var counts = new Dictionary<T, (long Count, long Documents, long Last)>();
        long number = 0;
        foreach (IEnumerable<T> document in documents)
        {
            number++;
            foreach (T token in document)
            {
                (long count, long inDocuments, long last) = counts.GetValueOrDefault(token);
                counts[token] = (count + 1, last == number ? inDocuments : inDocuments + 1, number);
            }
        }

        counts.Remove(options.OovToken);
        if (options.HasMask) counts.Remove(options.MaskToken);
        if (counts.Count == 0) throw new ArgumentException($"{options.Owner}: Adapt found no token in {number:N0} document(s).", nameof(documents));
        int room = options.MaxTokens is { } most ? most - options.Special.Count : int.MaxValue;
        if (room < 1)
            throw new ArgumentException($"{options.Owner}: max_tokens {options.MaxTokens} leaves no room beside the {options.Special.Count} special entries.", nameof(documents));
        T[] tokens = [.. counts.OrderByDescending(entry => entry.Value.Count).ThenByDescending(entry => entry.Key, options.Order).Take(room).Select(entry => entry.Key)];
        float[]? idf = options.Mode == TokenOutput.TfIdf
            ? Columns(options, null, [.. tokens.Select(token => (float)Portable.Log(1 + number / (1.0 + counts[token].Documents)))])
            : null;
        return new TokenTable<T>(options, tokens, idf);
    }

    /// <summary>Makes a table of what a file holds.</summary>
    /// <exception cref="ArgumentException">The list is not a vocabulary of that width.</exception>
    public static TokenTable<T> Restored(TokenOptions<T> options, IReadOnlyList<T> vocabulary, float[]? idf)
    {
        IReadOnlyList<T> special = options.Special;
        T[] tokens = [.. vocabulary.Count >= special.Count && special.SequenceEqual(vocabulary.Take(special.Count)) ? vocabulary.Skip(special.Count) : vocabulary];
        if (tokens.Length == 0) throw new ArgumentException($"{options.Owner}: the vocabulary is empty; it needs at least one token.", nameof(vocabulary));
        Check(options, tokens);
        var table = new TokenTable<T>(options, tokens, idf);
        return options.Mode != TokenOutput.TfIdf || idf?.Length == table.Width
            ? table
            : throw new ArgumentException($"{options.Owner}: there are {idf?.Length ?? 0} idf weights for {table.Width} columns.", nameof(idf));
    }

    /// <summary>The place of a token; negative: it stands for nothing and the rows have no column for it.</summary>
    public long NumberOf(T token)
    {
        if (_numbers.TryGetValue(token, out int number)) return number;
        bool countsMask = _options.Mode == TokenOutput.Int;
        if (_options.HasMask && EqualityComparer<T>.Default.Equals(token, _options.MaskToken)) return countsMask ? 0 : -1;
        int first = _options.HasMask && countsMask ? 1 : 0;
        return _options.OovSlots switch
        {
            0 => throw new ArgumentException($"{_options.Owner}: '{token}' is not in the vocabulary, and num_oov_indices is 0; leave it out, or set num_oov_indices to 1."),
            1 => first,
            _ => first + _options.OovSlot(token),
        };
    }

    /// <summary>The token at a place; the one for unknown tokens where there is none.</summary>
    public T TokenAt(long number)
    {
        if (number >= 0 && number < _special.Length) return _special[number];
        long at = number - _special.Length;
        return at >= 0 && at < _tokens.Length ? _tokens[at] : _options.OovToken;
    }

    /// <summary>Makes of numbers what the layer puts out.</summary>
    public Encoded Encode(long[] numbers, IReadOnlyList<int> shape) => BinEncoding.Encode(
        numbers, shape, _options.Mode, Width,
        _options.Mode == TokenOutput.TfIdf ? [.. numbers.Select(number => number < 0 ? 0 : Idf![number])] : null);

    private static void Check(TokenOptions<T> options, T[] tokens)
    {
        var met = new HashSet<T>();
        foreach (T token in tokens)
        {
            if (!met.Add(token)) throw new ArgumentException($"{options.Owner}: '{token}' is twice in the vocabulary; every token must be there once.");
            if (options.HasMask && EqualityComparer<T>.Default.Equals(token, options.MaskToken)) throw Reserved("mask");
            if (options.IsInverse && EqualityComparer<T>.Default.Equals(token, options.OovToken)) throw Reserved("out-of-vocabulary");

            ArgumentException Reserved(string kind) => new(
                $"{options.Owner}: the vocabulary holds the {kind} token '{token}'. Leave special entries out, or put all of them in front, in this order: {string.Join(", ", options.Special.Select(each => $"'{each}'"))}.");
        }

        int count = options.Special.Count + tokens.Length;
        if (options.MaxTokens is { } most && count > most)
            throw new ArgumentException($"{options.Owner}: the vocabulary has {count} entries with the special ones, but max_tokens is {most}.");
    }

    /// <summary>Weights of all columns: unknown tokens count as the mean of the others, columns without a token nothing.</summary>
    private static float[] Columns(TokenOptions<T> options, float[]? special, float[] weights)
    {
        special ??= [.. Enumerable.Repeat((float)(weights.Sum(weight => (double)weight) / Math.Max(1, weights.Length)), options.Special.Count)];
        int missing = options.PadsToMax && options.MaxTokens is { } most ? most - special.Length - weights.Length : 0;
        return [.. special, .. weights, .. new float[Math.Max(0, missing)]];
    }
}
