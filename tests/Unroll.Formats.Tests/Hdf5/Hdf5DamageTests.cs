using System.Buffers.Binary;
using System.Diagnostics;
using Unroll.Formats.Hdf5;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.Hdf5;

/// <summary>Damaged and hostile files: an answer or an <see cref="InvalidDataException"/>, soon and in little memory.</summary>
public sealed class Hdf5DamageTests
{
    /// <summary>Damages of each file; UNROLL_FUZZ multiplies it.</summary>
    private static readonly int Rounds = 60 * int.Parse(Environment.GetEnvironmentVariable("UNROLL_FUZZ") ?? "1", null);

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        int refused = 0, read = 0;
        foreach (string name in KerasFiles.Names(".keras", ".h5"))
        {
            byte[] file = KerasFiles.Hdf5Bytes(name);
            for (int seed = 0; seed < Rounds; seed++)
            {
                byte[] damaged = Mutations.Damage(file, seed);
                long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    ReadAll(Hdf5File.Parse(damaged, name));
                    read++;
                }
                catch (InvalidDataException e)
                {
                    Assert.StartsWith(name, e.Message);
                    refused++;
                }

                Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < 5, $"{name}, seed {seed} took too long");
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < 64 << 20, $"{name}, seed {seed} took too much memory");
            }
        }

        Assert.True(refused > Rounds && read > Rounds, $"{refused} refused, {read} read");
    }

    [Fact]
    public void A_group_that_contains_itself()
    {
        byte[] file = Nested(out int link);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(link + 8), RootHeader(file));
        Assert.Contains("nested more than 32 deep", Refusal(file));
    }

    [Fact]
    public void Many_groups_that_contain_themselves()
    {
        var content = new Hdf5Content();
        for (int i = 0; i < 200; i++) content.Group($"g{i}");
        byte[] file = Bytes(content);
        for (int node = file.AsSpan().IndexOf("SNOD"u8); node >= 0; node = Next(file, node))
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(node + 6));
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(node + 8 + 40 * i + 8), RootHeader(file));
        }

        Assert.Matches("over and over|nested", Refusal(file));

        static int Next(byte[] file, int node)
        {
            int next = file.AsSpan(node + 1).IndexOf("SNOD"u8);
            return next < 0 ? -1 : node + 1 + next;
        }
    }

    [Fact]
    public void A_tree_node_that_is_its_own_child()
    {
        byte[] file = Nested(out _);
        int node = file.AsSpan().LastIndexOf("TREE"u8);
        file[node + 5] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(node + 32), (ulong)node);
        Assert.Contains("is of level 1; 0 was expected", Refusal(file));
    }

    [Theory]
    [InlineData("", "does not begin like an HDF5 file")]
    [InlineData("hello, this is no such file", "does not begin like an HDF5 file")]
    [InlineData("\u0089HDF\r\n\u001a\n", "reaches beyond the end")]
    public void Other_files(string text, string cause) =>
        Assert.Contains(cause, Assert.Throws<InvalidDataException>(() => Hdf5File.Parse(System.Text.Encoding.Latin1.GetBytes(text), "f")).Message);

    [Theory]
    [InlineData(8, 2, "superblock version 2 is not supported (libver='latest')")]
    [InlineData(8, 9, "superblock version 9 is unknown")]
    [InlineData(13, 4, "offsets of 4")]
    [InlineData(24, 1, "base address 1")]
    [InlineData(45, 1, "the file should have")]
    [InlineData(66, 9, "beyond the end of the file")]
    public void Superblocks(int at, byte value, string cause)
    {
        byte[] file = Nested(out _);
        file[at] = value;
        Assert.Contains(cause, Refusal(file));
    }

    /// <summary>What h5py can write and this reader does not take: each is refused by its name, when it is read.</summary>
    [Fact]
    public void Unsupported_features_are_named()
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        string folder = Directory.CreateTempSubdirectory("unroll-h5-").FullName;
        try
        {
            Peers.RunPython(Unsupported, folder);
            foreach (string line in Refusals.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                (string name, string cause) = (line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
                string path = Path.Combine(folder, name + ".h5");
                string message = Assert.Throws<InvalidDataException>(() => ReadAll(Hdf5File.Open(path))).Message;
                Assert.StartsWith(path, message);
                Assert.Contains(cause, message);
            }

            Hdf5Group good = Hdf5File.Open(Path.Combine(folder, "good.h5"));
            Assert.Equal([1.5f, -2f], good.Dataset("float16").ReadSingles());
            Assert.Equal([1.5f, -2f], good.Dataset("float64").ReadSingles());
            Assert.Equal([-1f, 2f], good.Dataset("int8").ReadSingles());
            Assert.Equal([1f, 65535f], good.Dataset("uint16").ReadSingles());
            Assert.Equal(-7, good.Dataset("scalar").ReadInt64());
            Assert.Equal(7, good.Dataset("whole").ReadInt64());
            Assert.Contains("no whole number", Assert.Throws<InvalidDataException>(() => good.Dataset("half").ReadInt64()).Message);
            Assert.Contains("holds variable-length string, numbers were expected", Assert.Throws<InvalidDataException>(() => good.Dataset("text").ReadSingles()).Message);
            Assert.Equal(["ab", "", "déjà"], good.Attribute("fixed")!.ReadTexts());
            Assert.Equal(new string('x', 60000), good.Attribute("long")!.ReadText());
            Assert.Empty(good.Attribute("none")!.ReadTexts());
            Assert.Equal(200, good.Attributes.Count(attribute => attribute.Name.StartsWith('a')));
            Assert.Contains("text was expected", Assert.Throws<InvalidDataException>(() => good.Attribute("number")!.ReadText()).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private const string Unsupported = """
        import sys, os, h5py, numpy as np
        os.chdir(sys.argv[1])
        x = np.arange(64, dtype='f4')
        h5py.File('latest.h5', 'w', libver='latest')['x'] = x
        h5py.File('chunked.h5', 'w').create_dataset('x', data=x, chunks=(16,))
        h5py.File('gzip.h5', 'w').create_dataset('x', data=x, compression='gzip')
        h5py.File('userblock.h5', 'w', userblock_size=512)['x'] = x
        h5py.File('bigendian.h5', 'w')['x'] = x.astype('>f4')
        h5py.File('compound.h5', 'w')['x'] = np.zeros(3, dtype=[('a', 'f4'), ('b', 'i4')])
        h5py.File('enum.h5', 'w')['x'] = np.array([True, False])
        h5py.File('soft.h5', 'w')['x'] = h5py.SoftLink('/y')
        h5py.File('external.h5', 'w')['x'] = h5py.ExternalLink('gzip.h5', '/x')
        h5py.File('outside.h5', 'w').create_dataset('x', (64,), 'f4', external=[('/etc/passwd', 0, 256)])
        h5py.File('nothing.h5', 'w').create_dataset('x', (1 << 29,), 'f4')
        h5py.File('type.h5', 'w')['x'] = np.dtype('f4')
        h5py.File('order.h5', 'w', track_order=True).create_group('g', track_order=True)['x'] = x
        f = h5py.File('good.h5', 'w')
        f['float16'] = np.array([1.5, -2], 'f2'); f['float64'] = np.array([1.5, -2], 'f8')
        f['int8'] = np.array([-1, 2], 'i1'); f['uint16'] = np.array([1, 65535], 'u2'); f['scalar'] = np.int32(-7)
        f['whole'] = 7.0; f['half'] = 0.5; f['text'] = 'words'
        f.attrs['fixed'] = np.array([b'ab', b'', 'déjà'.encode()]); f.attrs['long'] = 'x' * 60000
        f.attrs['none'] = []; f.attrs['number'] = 3.5
        for i in range(200): f.attrs['a%d' % i] = 'text %d' % i
        """;

    private const string Refusals = """
        latest: superblock version
        chunked: chunked data are not supported
        gzip: filters (compressed data) are not supported
        userblock: user blocks are not supported
        bigendian: big-endian float of 4 bytes are not supported
        compound: compound are not supported
        enum: enumeration are not supported
        soft: the symbolic link 'x' is not supported
        external: not supported
        outside: external
        nothing: has no data stored
        type: '/x' is neither a group nor a dataset
        order: object headers of version 2 are not supported
        """;

    private static void ReadAll(Hdf5Object found)
    {
        foreach (Hdf5Attribute attribute in found.Attributes)
        {
            if (attribute.Type.Kind is Hdf5Kind.FixedString or Hdf5Kind.VariableString) attribute.ReadTexts();
        }

        if (found is Hdf5Dataset dataset) dataset.ReadSingles();
        else
            foreach (Hdf5Object member in ((Hdf5Group)found).Members.Values) ReadAll(member);
    }

    private static string Refusal(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => ReadAll(Hdf5File.Parse(file, "hostile.h5"))).Message;

    /// <summary>A file with /a/b; <paramref name="link"/> is where the link to b is.</summary>
    private static byte[] Nested(out int link)
    {
        var content = new Hdf5Content();
        content.Group("a/b");
        byte[] file = Bytes(content);
        link = file.AsSpan().IndexOf("SNOD"u8) + 8;
        return file;
    }

    private static ulong RootHeader(byte[] file) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(64));

    private static byte[] Bytes(Hdf5Content content)
    {
        using var stream = new MemoryStream();
        Hdf5Writer.Write(stream, content);
        return stream.ToArray();
    }
}
