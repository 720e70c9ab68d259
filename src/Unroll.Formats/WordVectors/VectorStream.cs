using System.IO.Compression;

namespace Unroll.Formats.WordVectors;

/// <summary>
/// Lines and fixed numbers of bytes of a file of any size, through one buffer. A file packed with gzip is unpacked on the way.
/// </summary>
internal sealed class VectorStream : IDisposable
{
    /// <summary>Longest line or record: 300 numbers take about 6,000 bytes.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    public VectorStream(Stream stream, string name)
    {
        Name = name;
        Span<byte> magic = stackalloc byte[2];
        bool isPacked = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        stream.Position = 0;
        _stream = isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The file, as errors name it.</summary>
    public string Name { get; }

    /// <summary>Bytes handed out so far, unpacked.</summary>
    public long Offset { get; private set; }

    /// <summary>Opens a file.</summary>
    public static VectorStream Open(string path) => new(RegularFile.OpenRead(path), path);

    /// <summary>The bytes up to the next <paramref name="end"/>, without it, or up to the end of the file; false if there are none
    /// left. They are good until the next call.</summary>
    /// <exception cref="InvalidDataException">There are too many of them, or the packing is damaged.</exception>
    public bool TryReadTo(byte end, out ReadOnlySpan<byte> bytes)
    {
        int looked = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + looked, _end - _start - looked).IndexOf(end);
            if (at >= 0)
            {
                bytes = Take(looked + at, skip: 1);
                return true;
            }

            looked = _end - _start;
            if (looked > MaxRecordBytes)
                throw new InvalidDataException($"{Name}: {MaxRecordBytes} bytes from offset {Offset} on have no end of {(end == '\n' ? "line" : "word")}; this is no file of word vectors.");
            if (Fill()) continue;
            bytes = Take(looked, skip: 0);
            return looked > 0;
        }
    }

    /// <summary>A number of bytes; false if fewer are left.</summary>
    /// <exception cref="InvalidDataException">The packing is damaged.</exception>
    public bool TryRead(int count, out ReadOnlySpan<byte> bytes)
    {
        while (_end - _start < count)
        {
            if (Fill()) continue;
            bytes = [];
            return false;
        }

        bytes = Take(count, skip: 0);
        return true;
    }

    public void Dispose() => _stream.Dispose();

    private ReadOnlySpan<byte> Take(int count, int skip)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, count);
        _start += count + skip;
        Offset += count + skip;
        return bytes;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2); // bounded by the longest record
        int count;
        try
        {
            count = _stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{Name}: the gzip packing is damaged behind offset {Offset}: {e.Message}", e);
        }

        _end += count;
        return count > 0;
    }
}
