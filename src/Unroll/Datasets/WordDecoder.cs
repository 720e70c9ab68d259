using System.Text;

namespace Unroll.Datasets;

/// <summary>Turns token ids back into text.</summary>
public sealed class WordDecoder
{
    private readonly Dictionary<int, string> _words;

    /// <summary>Inverts a word index.</summary>
    /// <param name="wordIndex">Rank of each word, from 1.</param>
    /// <param name="indexFrom">Added to a rank to give the id.</param>
    /// <param name="startChar">Id shown as <c>[START]</c>; null for none.</param>
    /// <param name="oovChar">Id shown as <c>[OOV]</c>; null for none.</param>
    public WordDecoder(IReadOnlyDictionary<string, int> wordIndex, int indexFrom = 3, int? startChar = 1, int? oovChar = 2)
    {
        ArgumentNullException.ThrowIfNull(wordIndex);
        _words = new Dictionary<int, string>(wordIndex.Count + 3);
        foreach (var (word, rank) in wordIndex) _words[rank + indexFrom] = word;
        _words[0] = ""; // padding
        if (startChar is { } start) _words[start] = "[START]";
        if (oovChar is { } oov) _words[oov] = "[OOV]";
    }

    /// <summary>The word of one id, <c>?</c> if there is none, the empty text for padding.</summary>
    public string Word(int id) => _words.GetValueOrDefault(id, "?");

    /// <summary>The words of all ids, joined by spaces; padding is skipped.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder(ids.Length * 6);
        foreach (int id in ids)
        {
            string word = Word(id);
            if (word.Length == 0) continue;
            if (text.Length > 0) text.Append(' ');
            text.Append(word);
        }

        return text.ToString();
    }
}
