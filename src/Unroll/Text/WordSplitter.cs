using System.Buffers;
using System.Text;

namespace Unroll.Text;

/// <summary>
/// How Keras' Tokenizer cuts a text into words: lower case, every filtered character replaced by the separator, cut at
/// the separator, empty words dropped.
/// </summary>
internal sealed class WordSplitter
{
    private readonly bool _lower;
    private readonly string _split;
    private readonly SearchValues<char> _narrow;
    private readonly HashSet<Rune> _wide;
    private readonly SearchValues<char>? _boundaries;

    /// <exception cref="ArgumentException">The separator is empty.</exception>
    public WordSplitter(string filters, bool lower, string split)
    {
        ArgumentNullException.ThrowIfNull(filters);
        ArgumentException.ThrowIfNullOrEmpty(split);
        (_lower, _split) = (lower, split);
        _narrow = SearchValues.Create(string.Concat(filters.Where(c => !char.IsSurrogate(c))));
        _wide = [.. filters.EnumerateRunes().Where(rune => !rune.IsBmp)];
        if (split.Length == 1 && _wide.Count == 0) _boundaries = SearchValues.Create(filters + split);
    }

    /// <summary>Adds the words of a text, as pieces of one lower-cased copy.</summary>
    public void Split(string text, List<ReadOnlyMemory<char>> words)
    {
        if (_lower) text = LowerCase.Python(text);
        if (_boundaries is not null)
        {
            for (int at = 0; at < text.Length;)
            {
                int length = text.AsSpan(at).IndexOfAny(_boundaries);
                if (length < 0) length = text.Length - at;
                if (length > 0) words.Add(text.AsMemory(at, length));
                at += length + 1;
            }

            return;
        }

        string replaced = Replace(text);
        for (int at = 0; at <= replaced.Length;)
        {
            int end = replaced.IndexOf(_split, at, StringComparison.Ordinal);
            if (end < 0) end = replaced.Length;
            if (end > at) words.Add(replaced.AsMemory(at, end - at));
            at = end + _split.Length;
        }
    }

    private string Replace(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                if (_wide.Contains(new Rune(text[i], text[i + 1]))) result.Append(_split);
                else result.Append(text[i]).Append(text[i + 1]);
                i++;
            }
            else if (_narrow.Contains(text[i])) result.Append(_split);
            else result.Append(text[i]);
        }

        return result.ToString();
    }
}
