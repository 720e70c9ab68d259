using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Unroll.Formats.TensorBoard;

/// <summary>
/// An event file as TensorFlow 2 writes it and TensorBoard reads it. Records collect in memory until they are appended to
/// the file, which is open only meanwhile: a run that fails leaves a file of whole records.
/// </summary>
internal sealed class EventFile
{
    // Protocol buffers: number of the field * 8 + 0 for a varint, 1 for 8 bytes, 2 for a length and that many bytes.
    private const byte WallTime = 0x09, Step = 0x10, FileVersion = 0x1A, Summary = 0x2A, SourceMetadata = 0x52; // Event
    private const byte Value = 0x0A; // Summary
    private const byte Tag = 0x0A, Tensor = 0x42, Metadata = 0x4A; // Summary.Value
    private const byte DataType = 0x08, Shape = 0x12, Content = 0x22, Float32 = 1, Float64 = 2; // TensorProto
    private const byte Dimension = 0x12, DimensionSize = 0x08; // TensorShapeProto
    private const int Buckets = 30; // of a histogram, as in TensorFlow

    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly string _path;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">Where it goes; made if it is not there.</param>
    /// <param name="name">The name of the file.</param>
    /// <param name="seconds">Time in seconds since 1970; the first record has whole ones.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    public EventFile(string folder, string name, double seconds)
    {
        _path = Path.Combine(folder, name);
        Directory.CreateDirectory(folder);
        ArrayBufferWriter<byte> header = Begin(Math.Floor(seconds), step: 0);
        Text(header, FileVersion, "brain.Event:2");
        var source = new ArrayBufferWriter<byte>();
        Text(source, 0x0A, "tensorflow.core.util.events_writer");
        Bytes(header, SourceMetadata, source);
        EventRecord.Write(_pending, header.WrittenSpan);
        Flush();
    }

    /// <summary>The name of a file.</summary>
    /// <param name="seconds">Time in seconds since 1970.</param>
    /// <param name="counter">Number of the file among those that the process has written.</param>
    public static string NameOf(double seconds, int counter) => string.Create(
        CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)seconds}.{Environment.MachineName}.{Environment.ProcessId}.{counter}.v2");

    /// <summary>Notes a number.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="value">The number.</param>
    /// <param name="step">Epoch or step that it belongs to.</param>
    /// <param name="seconds">Time in seconds since 1970.</param>
    public void AddScalar(string tag, float value, long step, double seconds)
    {
        Span<byte> content = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(content, value);
        Add(tag, "scalars", Float32, shape: [], content, step, seconds);
    }

    /// <summary>Notes how numbers are spread: 30 buckets of one width from the least to the greatest.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="values">The numbers; those that are not finite are left out.</param>
    /// <param name="step">Epoch or step that it belongs to.</param>
    /// <param name="seconds">Time in seconds since 1970.</param>
    public void AddHistogram(string tag, ReadOnlySpan<float> values, long step, double seconds)
    {
        Span<byte> content = stackalloc byte[Buckets * 3 * sizeof(double)];
        Span<long> counts = stackalloc long[Buckets];
        counts.Clear();
        (double least, double greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (float value in values)
            if (float.IsFinite(value)) (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        if (least > greatest) (least, greatest) = (0, 0);
        double width = (greatest - least) / Buckets;
        foreach (float value in values)
            if (float.IsFinite(value)) counts[width > 0 ? Math.Min((int)((value - least) / width), Buckets - 1) : Buckets - 1]++;
        for (int i = 0; i < Buckets; i++)
        {
            Span<byte> bucket = content.Slice(i * 3 * sizeof(double), 3 * sizeof(double));
            BinaryPrimitives.WriteDoubleLittleEndian(bucket, least + i * width);
            BinaryPrimitives.WriteDoubleLittleEndian(bucket[8..], i == Buckets - 1 ? greatest : least + (i + 1) * width);
            BinaryPrimitives.WriteDoubleLittleEndian(bucket[16..], counts[i]);
        }

        Add(tag, "histograms", Float64, [Buckets, 3], content, step, seconds);
    }

    /// <summary>Appends what was noted to the file.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Flush()
    {
        if (_pending.WrittenCount == 0) return;
        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(_pending.WrittenSpan);
        _pending.Clear();
    }

    private void Add(string tag, string pluginName, byte type, ReadOnlySpan<byte> shape, ReadOnlySpan<byte> content, long step, double seconds)
    {
        var sizes = new ArrayBufferWriter<byte>();
        foreach (byte size in shape) Bytes(sizes, Dimension, [DimensionSize, size]); // below 128, so each is a varint of one byte
        var tensor = new ArrayBufferWriter<byte>();
        tensor.Write((ReadOnlySpan<byte>)[DataType, type]);
        Bytes(tensor, Shape, sizes);
        Bytes(tensor, Content, content);
        var plugin = new ArrayBufferWriter<byte>();
        Text(plugin, 0x0A, pluginName);
        var metadata = new ArrayBufferWriter<byte>();
        Bytes(metadata, 0x0A, plugin);
        var entry = new ArrayBufferWriter<byte>();
        Text(entry, Tag, tag);
        Bytes(entry, Tensor, tensor);
        Bytes(entry, Metadata, metadata);
        var summary = new ArrayBufferWriter<byte>();
        Bytes(summary, Value, entry);
        ArrayBufferWriter<byte> record = Begin(seconds, step);
        Bytes(record, Summary, summary);
        EventRecord.Write(_pending, record.WrittenSpan);
    }

    private static ArrayBufferWriter<byte> Begin(double seconds, long step)
    {
        var record = new ArrayBufferWriter<byte>();
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(time, seconds);
        record.Write((ReadOnlySpan<byte>)[WallTime]);
        record.Write(time);
        if (step == 0) return record; // zero is what a reader takes a missing field for
        record.Write((ReadOnlySpan<byte>)[Step]);
        Varint(record, (ulong)step);
        return record;
    }

    private static void Text(ArrayBufferWriter<byte> to, byte field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(ArrayBufferWriter<byte> to, byte field, ArrayBufferWriter<byte> message) => Bytes(to, field, message.WrittenSpan);

    private static void Bytes(ArrayBufferWriter<byte> to, byte field, ReadOnlySpan<byte> bytes)
    {
        to.Write((ReadOnlySpan<byte>)[field]);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Varint(ArrayBufferWriter<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.Write((ReadOnlySpan<byte>)[(byte)(value | 0x80)]);
        to.Write((ReadOnlySpan<byte>)[(byte)value]);
    }
}
