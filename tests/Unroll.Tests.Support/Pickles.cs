using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Unroll.Tests.Support;

/// <summary>Writes pickles, arrays and archives byte by byte, the valid ones and the hostile ones.</summary>
public static class Pickles
{
    /// <summary>Concatenates bytes, characters and texts (as Latin-1).</summary>
    public static byte[] Bytes(params object[] parts)
    {
        var stream = new MemoryStream();
        foreach (object part in parts)
        {
            switch (part)
            {
                case byte[] bytes: stream.Write(bytes); break;
                case string text: stream.Write(Encoding.Latin1.GetBytes(text)); break;
                case int value: stream.WriteByte(checked((byte)value)); break;
                default: throw new ArgumentException(part.GetType().Name);
            }
        }

        return stream.ToArray();
    }

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] UInt64(ulong value) => Bytes(UInt32((uint)value), UInt32((uint)(value >> 32)));

    /// <summary>An .npy file of version 1.</summary>
    public static byte[] Npy(string header, params object[] data)
    {
        header += "\n";
        return Bytes(0x93, "NUMPY", 1, 0, header.Length & 255, header.Length >> 8, header, Bytes(data));
    }

    /// <summary>The .npy file of an object array of which <paramref name="pickle"/> is the data.</summary>
    public static byte[] ObjectNpy(long rows, byte[] pickle) =>
        Npy($"{{'descr': '|O', 'fortran_order': False, 'shape': ({rows},), }}", pickle);

    /// <summary>
    /// The pickle (protocol 2) of an object array; <paramref name="list"/> is the code that leaves the list of its rows on
    /// the stack.
    /// </summary>
    public static byte[] Array(long rows, params object[] list) => Bytes(
        0x80, 2, "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n", "K", 0, 0x85, "U", 1, "b", 0x87, "R",
        "(K", 1, "J", UInt32((uint)rows), 0x85, Dtype("O8"), 0x89, Bytes(list), "tb.");

    public static byte[] Dtype(string name) => Bytes(
        "cnumpy\ndtype\nU", name.Length, name, "K", 0, "K", 1, 0x87, "R(K", 3, "U", 1, "|NNNJ", UInt32(uint.MaxValue), "J", UInt32(uint.MaxValue), "K", 63, "tb");

    /// <summary>A list of one-byte integers.</summary>
    public static byte[] ListOf(params int[] values) => Bytes("](", Bytes([.. values.Select(v => (object)Bytes("K", v))]), "e");

    public static byte[] Npz(params (string Name, byte[] Data)[] members)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in members)
            {
                using var entry = archive.CreateEntry(name + ".npy", CompressionLevel.Fastest).Open();
                entry.Write(data);
            }
        }

        return stream.ToArray();
    }

    /// <summary>A member of 32-bit integers.</summary>
    public static byte[] Labels(params int[] values) =>
        Npy($"{{'descr': '<i4', 'fortran_order': False, 'shape': ({values.Length},)}}", Bytes([.. values.Select(v => (object)UInt32((uint)v))]));
}
