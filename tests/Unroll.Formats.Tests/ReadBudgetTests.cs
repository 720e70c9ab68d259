using System.Buffers.Binary;
using System.IO.Compression;
using Unroll.Formats.Hdf5;
using Unroll.Formats.Npy;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests;

/// <summary>Files that grow in memory: what a file may take is 64 MB and eight times its length.</summary>
public sealed class ReadBudgetTests
{
    [Fact]
    public void The_budget_is_said_when_it_refuses()
    {
        var budget = new ReadBudget(1000, "a.keras");
        Assert.Equal((64 << 20) + 8000, budget.Most);
        budget.Take(64 << 20, "the weights");
        string message = Assert.Throws<InvalidDataException>(() => budget.Take(8001, "the weights")).Message;
        Assert.Equal("a.keras: the weights would take 8,001 bytes, more than is left of the 67,116,864 that a file of 1,000 bytes may take: 64 MB and 8 times its length.", message);
        Assert.Throws<InvalidDataException>(() => budget.Take(long.MinValue, "the weights"));
        Assert.Throws<InvalidDataException>(() => new ReadBudget(0, "a").Take(long.MaxValue, "the weights"));
    }

    /// <summary>Numbers of one byte become floats of four, once for each name.</summary>
    [Fact]
    public void Many_names_of_one_array()
    {
        var content = new Hdf5Content();
        const int Names = 100, Numbers = 1 << 20;
        for (int i = 0; i < Names; i++) content.Group($"g{i:D3}").Add("0", new float[i == 0 ? Numbers : 1], i == 0 ? Numbers : 1);
        using var stream = new MemoryStream();
        Hdf5Writer.Write(stream, content);
        byte[] file = stream.ToArray();
        ulong first = 0;
        for (int node = Find(file, 0); node >= 0; node = Find(file, node + 1))
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(node + 6)) != 1) continue; // the list of groups
            Span<byte> header = file.AsSpan(node + 16, 8);
            if (first == 0) first = BinaryPrimitives.ReadUInt64LittleEndian(header);
            else BinaryPrimitives.WriteUInt64LittleEndian(header, first);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() =>
        {
            foreach (Hdf5Dataset dataset in Hdf5File.Parse(file, "links.h5").Datasets()) _ = dataset.ReadSingles();
        });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (64 << 20) + 8L * file.Length);

        static int Find(byte[] file, int from)
        {
            int at = file.AsSpan(from).IndexOf("SNOD"u8);
            return at < 0 ? -1 : from + at;
        }
    }

    /// <summary>Long names of groups around many small ones: every path repeats them.</summary>
    [Fact]
    public void Long_paths()
    {
        var content = new Hdf5Content();
        Hdf5Content at = content;
        for (int depth = 0; depth < 25; depth++) at = at.Group(new string((char)('a' + depth), 4000));
        for (int i = 0; i < 2000; i++) at.Group($"g{i}");
        using var stream = new MemoryStream();
        Hdf5Writer.Write(stream, content);
        byte[] file = stream.ToArray();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("would take", Assert.Throws<InvalidDataException>(() => Hdf5File.Parse(file, "paths.h5")).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (64 << 20) + 8L * file.Length + (1 << 18)); // the path that did not fit
    }

    [Fact]
    public void Numbers_of_two_bytes_in_an_archive()
    {
        byte[] run = [(byte)'(', .. Enumerable.Repeat<byte[]>([(byte)'K', 5], 1000).SelectMany(number => number), (byte)'e'];
        byte[] archive = Archive("x.npy", Pickles.ObjectNpy(1, Pickles.Array(1, "]", "]", Enumerable.Repeat(run, 16_000).SelectMany(part => part).ToArray(), "a")));
        Assert.True(archive.Length < 1 << 20);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => NpzFile.Parse(archive, "ints.npz").Read("x").ReadSequences()).Message;
        Assert.Contains("64 MB and 8 times its length", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (64 << 20) + 8L * archive.Length);
    }

    /// <summary>A position and a size whose sum wraps around lies within no file.</summary>
    [Theory]
    [InlineData(8UL, ulong.MaxValue - 7)]
    [InlineData(ulong.MaxValue, 1UL)]
    [InlineData(ulong.MaxValue - 3, 8UL)]
    [InlineData(1UL << 32, 4UL)]
    [InlineData(0UL, 1UL << 32)]
    [InlineData(100UL, 1UL)]
    [InlineData(99UL, 2UL)]
    public void Positions_that_wrap_around(ulong at, ulong size)
    {
        var input = new Hdf5Input(new byte[100], "file", new ReadBudget(100, "file"));
        Assert.Contains("reaches beyond the end", Assert.Throws<InvalidDataException>(() => input.Part(at, size, "part").Length).Message);
        Assert.Throws<InvalidDataException>(() => input.Keep(at, size, "part").Length);
        Assert.Equal(1, input.Part(99, 1, "part").Length);
    }

    [Fact]
    public void Devices_and_pipes_are_no_files()
    {
        string empty = Path.GetTempFileName();
        try
        {
            Assert.Contains("is empty, or a device or a pipe", Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(empty, 100)).Message);
            File.WriteAllBytes(empty, new byte[101]);
            Assert.Contains("101 bytes are more than the 100", Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(empty, 100)).Message);
            Assert.Equal(101, RegularFile.ReadAllBytes(empty, 101).Length);
            Assert.Throws<FileNotFoundException>(() => RegularFile.ReadAllBytes(empty + ".not", 100));
        }
        finally
        {
            File.Delete(empty);
        }

        if (OperatingSystem.IsWindows()) return;
        Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes("/dev/zero", 100));
        Assert.Throws<InvalidDataException>(() => Hdf5File.Open("/dev/urandom"));
        Assert.Throws<InvalidDataException>(() => NpzFile.Open("/dev/zero"));
        string link = Path.Combine(Path.GetTempPath(), $"unroll-zero-{Guid.NewGuid():N}");
        File.CreateSymbolicLink(link, "/dev/zero");
        try
        {
            Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(link, 100));
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static byte[] Archive(string member, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = archive.CreateEntry(member, CompressionLevel.Fastest).Open())
            entry.Write(content);
        return stream.ToArray();
    }
}
