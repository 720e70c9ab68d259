using System.Text;
using System.Text.Json;
using Unroll.Configuration;
using Unroll.Formats;
using Unroll.Text;

namespace Unroll.Datasets;

/// <summary>How the words of a file become ids, as far as the file does not say it.</summary>
/// <param name="MaxLen">Ids per text.</param>
/// <param name="NumWords">Ids from here on are out of vocabulary; null: what the file says, or all.</param>
/// <param name="IndexFrom">Added to the ranks of a word index, as load_data does; 0: they are the ids.</param>
/// <param name="Padding">Where short texts are filled up; null: the end that is usual for the kind of file.</param>
/// <param name="Truncating">Where long texts are cut; null: the end that is usual for the kind of file.</param>
internal sealed record VocabularyRules(int MaxLen, int? NumWords = null, int IndexFrom = 3, Padding? Padding = null, Padding? Truncating = null);

/// <summary>
/// Reads the dictionaries that models of Keras are kept beside: a word index (a JSON object of words and ranks), what
/// <c>Tokenizer.to_json</c> gave, or a text with the vocabulary of a TextVectorization, a word per line. What a file is shows
/// in its content.
/// </summary>
internal static class VocabularyFile
{
    private const long MaxBytes = 64 << 20;
    private const string Unknown = "[UNK]";

    private static readonly string[] s_unknown = ["<OOV>", "<oov>", "<UNK>", "<unk>", Unknown];

    /// <exception cref="InvalidDataException">The file is none of these.</exception>
    /// <exception cref="ArgumentException">It says itself what a rule says, too.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static TextPipeline Read(string path, VocabularyRules rules)
    {
        byte[] bytes = RegularFile.ReadAllBytes(path, MaxBytes);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x80]))
            throw new InvalidDataException($"{path}: is a pickle of Python, a program that Unroll does not run. Write the tokenizer as JSON: open('tokenizer.json', 'w').write(tokenizer.to_json()).");
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: the byte at offset {e.Index} is not UTF-8.", e);
        }

        if (text.AsSpan().TrimStart().StartsWith("\"{")) text = Unquoted(text, path); // json.dumps of a text that was JSON already
        if (!text.AsSpan().TrimStart().StartsWith("{")) return OfLines(text, path, rules);
        return IsTokenizer(text) ? OfTokenizer(Tokenizer.FromJson(text, path), path, rules) : OfRanks(WordIndexFile.Parse(Encoding.UTF8.GetBytes(text), path), rules);
    }

    /// <summary>The ids of a word index: ranks and what load_data adds to them, or the numbers of a Tokenizer as they are.</summary>
    public static TextPipeline OfRanks(IReadOnlyDictionary<string, int> ranks, VocabularyRules rules)
    {
        Padding padding = rules.Padding ?? Padding.Pre, truncating = rules.Truncating ?? Padding.Pre;
        if (rules.IndexFrom > 0)
        {
            int most = rules.NumWords ?? ranks.Values.DefaultIfEmpty().Max() + rules.IndexFrom + 1;
            return TextPipeline.ForReviews(ranks, most, rules.MaxLen, padding, truncating);
        }

        return new TextPipeline(Tokenizer.FromWordIndex(ranks, new Tokenizer(rules.NumWords) { OovToken = Array.Find(s_unknown, ranks.ContainsKey) }), rules.MaxLen, padding, truncating);
    }

    private static TextPipeline OfTokenizer(Tokenizer tokenizer, string path, VocabularyRules rules)
    {
        var text = new TextPipeline(tokenizer, rules.MaxLen, rules.Padding ?? Padding.Pre, rules.Truncating ?? Padding.Pre);
        if (rules.NumWords is { } most && text.VocabularySize > most)
            throw new ArgumentException($"{path}: the tokenizer gives ids up to {text.VocabularySize - 1:N0}, as its num_words is {tokenizer.NumWords?.ToString() ?? "None"}, but the model takes ids below {most:N0}.");
        return text;
    }

    /// <summary>0 is padding, 1 the unknown word, from 2 on come the words; the first two lines may stand there ('' and [UNK]) or not.</summary>
    private static TextPipeline OfLines(string text, string path, VocabularyRules rules)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        int count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length; // the last line may end as the others do
        int first = count > 0 && lines[0].Length == 0 ? 1 : 0;
        if (first < count && lines[first] == Unknown) first++;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal) { [Unknown] = 1 };
        for (int i = first; i < count; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) throw new InvalidDataException($"{path}, line {i + 1}: is blank; a vocabulary has a word on each line, and only the first line, for padding, may be empty.");
            if (!ids.TryAdd(lines[i], ids.Count + 1)) throw new InvalidDataException($"{path}, line {i + 1}: the word '{Printable.Line(lines[i], 40)}' came before; a vocabulary has each word once.");
        }

        if (ids.Count == 1) throw new InvalidDataException($"{path}: holds no words.");
        if (ids.Count + 1 > rules.NumWords)
            throw new ArgumentException($"{path}: has {ids.Count + 1:N0} entries, those for padding and unknown words counted, but the model takes ids below {rules.NumWords:N0}; it is the vocabulary of another.");
        var tokenizer = Tokenizer.FromWordIndex(ids, new Tokenizer { Filters = "", Lower = false, OovToken = Unknown });
        return new TextPipeline(tokenizer, rules.MaxLen, rules.Padding ?? Padding.Post, rules.Truncating ?? Padding.Post)
        {
            Cleaning = new TextCleaning().AsTextVectorization(),
        };
    }

    private static bool IsTokenizer(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false; // whoever reads it says where it is wrong
        }
    }

    private static string Unquoted(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetString()!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: is not JSON: {e.Message}", e);
        }
    }
}
