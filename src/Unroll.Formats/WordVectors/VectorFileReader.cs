using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Unroll.Formats.WordVectors;

/// <summary>What a reader does with a word: give its vector a place, or null to pass over it.</summary>
internal delegate float[]? VectorSink(string word, int dimension);

/// <summary>
/// Reads files of word vectors one word at a time: GloVe's text (no header), word2vec's text and fastText's <c>.vec</c>
/// (header "words dimension"), word2vec's binary form.
/// </summary>
internal static class VectorFileReader
{
    /// <summary>More numbers than this per word are not believed.</summary>
    public const int MaxDimension = 10_000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Lines of a word and its numbers, separated by blanks; the first line says how many numbers. A word may hold
    /// blanks itself, as some of GloVe's do.</summary>
    /// <returns>The dimension.</returns>
    /// <exception cref="InvalidDataException">The file is something else or damaged.</exception>
    public static int ReadGloVe(VectorStream file, int? limit, VectorSink sink)
    {
        int dimension = 0;
        for (long line = 1; (limit is null || line <= limit) && file.TryReadTo((byte)'\n', out ReadOnlySpan<byte> bytes); line++)
        {
            bytes = bytes.TrimEnd(" \r"u8);
            if (dimension == 0)
            {
                dimension = bytes.Count((byte)' ');
                if (dimension == 1 && TryParseHeader(bytes, out _, out _))
                    throw new InvalidDataException($"{file.Name}, line 1: '{Encoding.UTF8.GetString(bytes)}' is a header, which GloVe's files lack; load the file as fastText's text form.");
                if (dimension == 0 || dimension > MaxDimension)
                    throw new InvalidDataException($"{file.Name}, line 1: is not a word with 1 to {MaxDimension} numbers behind it.");
            }

            ReadLine(file, line, bytes, dimension, sink);
        }

        return dimension > 0 ? dimension : throw new InvalidDataException($"{file.Name}: is empty.");
    }

    /// <summary>A header "words dimension", then lines of a word and its numbers, separated by blanks.</summary>
    /// <returns>The dimension.</returns>
    /// <exception cref="InvalidDataException">The file is something else or damaged.</exception>
    public static int ReadText(VectorStream file, int? limit, VectorSink sink)
    {
        var (words, dimension) = ReadHeader(file);
        long wanted = Math.Min(words, limit ?? long.MaxValue);
        for (long read = 0; read < wanted; read++)
        {
            if (!file.TryReadTo((byte)'\n', out ReadOnlySpan<byte> bytes))
                throw new InvalidDataException($"{file.Name}: the header promises {words} words, but the file ends behind {read}.");
            ReadLine(file, read + 2, bytes.TrimEnd(" \r"u8), dimension, sink);
        }

        if (limit is null && file.TryReadTo((byte)'\n', out ReadOnlySpan<byte> rest) && rest.TrimEnd(" \r"u8).Length > 0)
            throw new InvalidDataException($"{file.Name}, line {words + 2}: the header promises {words} words, but there are more.");
        return dimension;
    }

    /// <summary>A header "words dimension", then a word, a blank and its numbers as little-endian float32, perhaps a line break.</summary>
    /// <returns>The dimension.</returns>
    /// <exception cref="InvalidDataException">The file is something else or damaged.</exception>
    public static int ReadBinary(VectorStream file, int? limit, VectorSink sink)
    {
        var (words, dimension) = ReadHeader(file);
        long wanted = Math.Min(words, limit ?? long.MaxValue);
        for (long read = 0; read < wanted; read++)
        {
            long offset = file.Offset;
            if (!file.TryReadTo((byte)' ', out ReadOnlySpan<byte> name))
                throw new InvalidDataException($"{file.Name}: the header promises {words} words, but the file ends behind {read}, at offset {offset}.");
            float[]? vector = sink(Word(file, $"offset {offset}", name.TrimStart((byte)'\n')), dimension);
            if (!file.TryRead(4 * dimension, out ReadOnlySpan<byte> numbers))
                throw new InvalidDataException($"{file.Name}: the file ends at offset {file.Offset}, within the {dimension} numbers of word {read + 1}.");
            for (int i = 0; i < dimension; i++)
            {
                float value = BinaryPrimitives.ReadSingleLittleEndian(numbers[(4 * i)..]);
                if (!float.IsFinite(value))
                    throw new InvalidDataException($"{file.Name}: number {i + 1} of word {read + 1}, at offset {file.Offset - 4 * (dimension - i)}, is {value}.");
                if (vector is not null) vector[i] = value;
            }
        }

        return dimension;
    }

    private static (long Words, int Dimension) ReadHeader(VectorStream file)
    {
        if (!file.TryReadTo((byte)'\n', out ReadOnlySpan<byte> header) || !TryParseHeader(header.TrimEnd(" \r"u8), out long words, out int dimension))
            throw new InvalidDataException($"{file.Name}, line 1: is not a header of two numbers, how many words there are and how many numbers each has.");
        if (dimension is < 1 or > MaxDimension || words < 0)
            throw new InvalidDataException($"{file.Name}, line 1: {words} words of {dimension} numbers can't be; 1 to {MaxDimension} numbers are expected.");
        return (words, dimension);
    }

    private static bool TryParseHeader(ReadOnlySpan<byte> line, out long words, out int dimension)
    {
        (words, dimension) = (0, 0);
        int blank = line.IndexOf((byte)' ');
        return blank > 0
            && long.TryParse(line[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out words)
            && int.TryParse(line[(blank + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out dimension);
    }

    private static void ReadLine(VectorStream file, long line, ReadOnlySpan<byte> bytes, int dimension, VectorSink sink)
    {
        // From the end, since the word may hold blanks.
        Span<int> blanks = dimension <= 1024 ? stackalloc int[dimension] : new int[dimension];
        int end = bytes.Length;
        for (int i = dimension - 1; i >= 0; i--)
        {
            end = bytes[..end].LastIndexOf((byte)' ');
            if (end <= 0) throw new InvalidDataException($"{file.Name}, line {line}: has fewer than a word and {dimension} numbers.");
            blanks[i] = end;
        }

        float[]? vector = sink(Word(file, $"line {line}", bytes[..end]), dimension);
        for (int i = 0; i < dimension; i++)
        {
            ReadOnlySpan<byte> field = bytes[(blanks[i] + 1)..(i + 1 < dimension ? blanks[i + 1] : bytes.Length)];
            if (!float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value))
                throw new InvalidDataException($"{file.Name}, line {line}: '{Encoding.UTF8.GetString(field[..Math.Min(field.Length, 40)])}' is not a number.");
            if (vector is not null) vector[i] = value;
        }
    }

    private static string Word(VectorStream file, string place, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{file.Name}, {place}: the word is not UTF-8.", e);
        }
    }
}
