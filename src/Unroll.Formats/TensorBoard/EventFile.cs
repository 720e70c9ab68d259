using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Unroll.Formats.Protobuf;

namespace Unroll.Formats.TensorBoard;

/// <summary>
/// An event file as TensorFlow 2 writes it and TensorBoard reads it. Records collect in memory until they are appended to
/// the file, which is open only meanwhile: a run that fails leaves a file of whole records.
/// </summary>
internal sealed class EventFile
{
    // Numbers of the fields, and of the element types.
    private const uint WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SourceMetadata = 10; // Event
    private const uint Value = 1; // Summary
    private const uint Tag = 1, Tensor = 8, Metadata = 9; // Summary.Value
    private const uint DataType = 1, Shape = 2, Content = 4; // TensorProto
    private const uint Dimension = 2, DimensionSize = 1; // TensorShapeProto
    private const byte Float32 = 1, Float64 = 2;
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
        ProtobufMessage source = new ProtobufMessage().Add(1, "tensorflow.core.util.events_writer");
        ProtobufMessage header = Begin(Math.Floor(seconds), step: 0).Add(FileVersion, "brain.Event:2").Add(SourceMetadata, source);
        EventRecord.Write(_pending, header.Bytes);
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
        var sizes = new ProtobufMessage();
        foreach (byte size in shape) sizes.Add(Dimension, new ProtobufMessage().Add(DimensionSize, size));
        ProtobufMessage tensor = new ProtobufMessage().Add(DataType, type).Add(Shape, sizes).Add(Content, content);
        ProtobufMessage plugin = new ProtobufMessage().Add(1, pluginName);
        ProtobufMessage entry = new ProtobufMessage().Add(Tag, tag).Add(Tensor, tensor).Add(Metadata, new ProtobufMessage().Add(1, plugin));
        ProtobufMessage record = Begin(seconds, step).Add(Summary, new ProtobufMessage().Add(Value, entry));
        EventRecord.Write(_pending, record.Bytes);
    }

    private static ProtobufMessage Begin(double seconds, long step)
    {
        ProtobufMessage record = new ProtobufMessage().Add(WallTime, seconds);
        return step == 0 ? record : record.Add(Step, step); // zero is what a reader takes a missing field for
    }
}
