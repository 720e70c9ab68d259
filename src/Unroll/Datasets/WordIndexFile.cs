using System.Text.Json;
using Unroll.Formats;

namespace Unroll.Datasets;

/// <summary>Reads Keras' word index: one flat JSON object of word → rank.</summary>
internal static class WordIndexFile
{
    private const long MaxBytes = 64 << 20; // IMDB's has 1.6 MB

    /// <exception cref="InvalidDataException">The file is not such an object.</exception>
    public static IReadOnlyDictionary<string, int> Read(string path)
    {
        byte[] json = RegularFile.ReadAllBytes(path, MaxBytes);
        return Parse(json, path);
    }

    public static IReadOnlyDictionary<string, int> Parse(ReadOnlySpan<byte> json, string source)
    {
        var index = new Dictionary<string, int>(Math.Min(json.Length / 16, 100_000), StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Bad(source, reader, "is not a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string word = reader.GetString()!;
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int rank))
                    throw Bad(source, reader, $"the rank of '{word}' is not an integer");
                index[word] = rank; // as in Python, the last one counts
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source}: not a word index, near offset {reader.BytesConsumed}: {e.Message}", e);
        }

        return index;
    }

    private static InvalidDataException Bad(string source, in Utf8JsonReader reader, string cause) =>
        new($"{source}: not a word index, at offset {reader.TokenStartIndex}: {cause}.");
}
