using System.Diagnostics.CodeAnalysis;

namespace Unroll.Configuration;

/// <summary>Compares names as people write them and finds the one that was probably meant.</summary>
internal static class NameMatching
{
    /// <summary>Equality without regard to case, underscores and hyphens.</summary>
    public static IEqualityComparer<string> Comparer { get; } = new NormalizedComparer();

    /// <summary><c>simple_rnn</c>, <c>SimpleRNN</c> and <c>simple-rnn</c> all become <c>simplernn</c>.</summary>
    public static string Normalize(string name)
    {
        Span<char> kept = name.Length <= 128 ? stackalloc char[name.Length] : new char[name.Length];
        int length = 0;
        foreach (char c in name)
            if (c is not ('_' or '-'))
                kept[length++] = char.ToLowerInvariant(c);
        return new string(kept[..length]);
    }

    /// <summary>The known name that equals <paramref name="name"/>, or null.</summary>
    public static string? Find(string name, IEnumerable<string> known) =>
        known.FirstOrDefault(candidate => Comparer.Equals(candidate, name));

    /// <summary>The known name with the fewest differences, if few enough that a slip of the pen explains them.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        string wanted = Normalize(name);
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in known)
        {
            string normalized = Normalize(candidate);
            int distance = Distance(wanted, normalized);
            int allowed = Math.Max(1, Math.Min(wanted.Length, normalized.Length) / 3);
            bool isStart = wanted.Length >= 3 && normalized.StartsWith(wanted, StringComparison.Ordinal);
            if (distance < bestDistance && (distance <= allowed || isStart)) (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>The end of a message about an unknown name: <c>; did you mean 'x'? Known: x, y.</c></summary>
    public static string Suggestion(string name, IReadOnlyCollection<string> known)
    {
        string? nearest = Nearest(name, known);
        string list = known.Count > 0 ? $"Known: {string.Join(", ", known)}." : "There are none.";
        return nearest is null ? $". {list}" : $"; did you mean '{nearest}'? {list}";
    }

    /// <summary>Insertions, deletions, changes and swaps of neighbours that turn one text into the other.</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                int best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }

    private sealed class NormalizedComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) =>
            x is null || y is null ? x == y : x == y || Normalize(x) == Normalize(y);

        public int GetHashCode([DisallowNull] string obj) => Normalize(obj).GetHashCode(StringComparison.Ordinal);
    }
}
