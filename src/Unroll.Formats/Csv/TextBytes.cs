using System.Text;

namespace Unroll.Formats.Csv;

/// <summary>The letters of a file, with errors that name the line.</summary>
internal static class TextBytes
{
    private const long MaxFileBytes = 1 << 30; // the text takes twice that in memory

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoding">How letters are written; null for UTF-8, in which every byte is checked, or UTF-16 where a byte order mark says so.</param>
    /// <exception cref="InvalidDataException">The file is too large, or a byte is not UTF-8.</exception>
    public static string Read(string path, Encoding? encoding) => Decode(path, RegularFile.ReadAllBytes(path, MaxFileBytes), encoding);

    /// <summary>The letters that bytes stand for.</summary>
    /// <param name="path">What the bytes are called in messages.</param>
    /// <param name="bytes">What is read.</param>
    /// <param name="encoding">How letters are written; null for UTF-8, in which every byte is checked, or UTF-16 where a byte order mark says so.</param>
    /// <exception cref="InvalidDataException">A byte is not UTF-8.</exception>
    public static string Decode(string path, ReadOnlySpan<byte> bytes, Encoding? encoding)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            encoding ??= bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode;
        ReadOnlySpan<byte> mark = (encoding ?? Encoding.UTF8).Preamble;
        if (mark.Length > 0 && bytes.StartsWith(mark)) bytes = bytes[mark.Length..];
        if (encoding is not null) return encoding.GetString(bytes);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            int at = Math.Clamp(e.Index, 0, bytes.Length);
            int line = 1 + bytes[..at].Count((byte)'\n');
            string found = e.BytesUnknown is { Length: > 0 } unknown ? $" 0x{Convert.ToHexString(unknown)}" : "";
            throw new InvalidDataException(
                $"{path}, line {line}: the byte{found} at offset {at} is not UTF-8. If the file is in another encoding, say so: --encoding latin1, in C# encoding: Encoding.Latin1.", e);
        }
    }
}
