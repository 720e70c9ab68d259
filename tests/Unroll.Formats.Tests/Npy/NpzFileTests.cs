using System.Buffers.Binary;
using System.IO.Compression;
using Unroll.Formats.Npy;
using Unroll.Formats.Zip;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.Npy;

/// <summary>Archives that NumPy 1.24 wrote, and archives that lie.</summary>
public sealed class NpzFileTests
{
    // The rows that the fixtures hold.
    internal static readonly int[][] Rows =
    [
        [], [1], [3, 255, 256, 65535, 65536, -1, int.MaxValue, int.MinValue], [.. Enumerable.Range(0, 2500).Select(i => 28 * i)],
        [.. Enumerable.Repeat(7, 1000)], [.. Enumerable.Repeat(9, 1001)], [5, 5],
    ];

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    [Theory]
    [InlineData("numpy.npz")]
    [InlineData("numpy_stored.npz")]
    public void Numpy_files_read_back(string name)
    {
        var file = NpzFile.Open(Fixture(name));
        Assert.Contains("objects", file.Members);
        Assert.Equal(Rows, file.Read("objects").ReadSequences());
        Assert.Equal([1, -2, 1L << 40], file.Read("i8").ReadInt64());
    }

    [Fact]
    public void Every_pickler_and_protocol_gives_the_same_rows()
    {
        var file = NpzFile.Open(Fixture("pickles.npz"));
        Assert.Equal(12, file.Members.Count);
        foreach (string member in file.Members) Assert.Equal(Rows, file.Read(member).ReadSequences());
    }

    [Fact]
    public void Element_types()
    {
        var file = NpzFile.Open(Fixture("numpy.npz"));
        Assert.Equal([5, -6], file.Read("i4").ReadInt64());
        Assert.Equal([0, 255], file.Read("u1").ReadInt64());
        Assert.Equal([-1, 127], file.Read("i1").ReadInt64());
        Assert.Equal([1, 0], file.Read("b1").ReadInt64());
        Assert.Equal([1.5, -0.25], file.Read("f4").ReadDouble());
        Assert.Equal([0.1, -2e300], file.Read("f8").ReadDouble());
        Assert.Empty(file.Read("empty").ReadSequences());
    }

    [Theory]
    [InlineData("big", "'>i8'")]
    [InlineData("text", "'<U2'")]
    [InlineData("record", "structured")]
    [InlineData("scalar", "0 dimensions")]
    [InlineData("matrix", "2 dimensions")]
    [InlineData("f8", "integers were expected")]
    [InlineData("objects", "integers were expected")]
    [InlineData("absent", "has no member absent.npy")]
    public void Integers_from_something_else_are_refused(string member, string cause)
    {
        var file = NpzFile.Open(Fixture("numpy.npz"));
        Assert.Contains(cause, Assert.Throws<InvalidDataException>(() => file.Read(member).ReadInt64()).Message);
    }

    [Theory]
    [InlineData("mixed", "BINFLOAT")]
    [InlineData("ints", "a list of integers was expected")]
    [InlineData("nested", "row 0 holds something other than 32-bit integers (list)")]
    [InlineData("numpyints", "'numpy.core.multiarray.scalar' is not allowed")]
    [InlineData("huge", "row 0 holds something other than 32-bit integers (int)")]
    [InlineData("i8", "lists of integers were expected")]
    public void Sequences_from_something_else_are_refused(string member, string cause)
    {
        var file = NpzFile.Open(Fixture("numpy.npz"));
        var error = Assert.Throws<InvalidDataException>(() => file.Read(member).ReadSequences());
        Assert.Contains(cause, error.Message);
        Assert.Contains("numpy.npz", error.Message);
        Assert.Contains($"member {member}.npy", error.Message);
    }

    [Theory]
    [InlineData("numpy.npz", "objects")]
    [InlineData("numpy_stored.npz", "objects")]
    public void Truncated_anywhere(string name, string member)
    {
        byte[] whole = File.ReadAllBytes(Fixture(name));
        for (int length = 0; length < whole.Length; length += length < 600 || length > whole.Length - 300 ? 1 : 37)
        {
            byte[] cut = whole[..length];
            Assert.Throws<InvalidDataException>(() => NpzFile.Parse(cut, "cut.npz").Read(member).ReadSequences());
        }
    }

    [Fact]
    public void Any_changed_byte_is_noticed_or_harmless()
    {
        byte[] whole = Pickles.Npz(("x", Pickles.ObjectNpy(2, Pickles.Array(2, "](", Pickles.ListOf(1, 2, 3), Pickles.ListOf(4), "e"))));
        int noticed = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte change in new byte[] { 1, 0x80, 0xFF })
            {
                byte[] damaged = (byte[])whole.Clone();
                damaged[at] ^= change;
                try
                {
                    Assert.Equal([[1, 2, 3], [4]], NpzFile.Parse(damaged, "x.npz").Read("x").ReadSequences());
                }
                catch (InvalidDataException)
                {
                    noticed++; // any other exception fails the test
                }
            }
        }

        Assert.True(noticed > whole.Length, $"{noticed} changes noticed");
    }

    [Fact]
    public void Zip_bomb_is_refused_before_it_is_inflated()
    {
        byte[] bomb = Pickles.Npz(("x", new byte[3_000_000]));
        Assert.True(bomb.Length < 50_000);
        var limits = new NpzLimits { MaxMemberBytes = 1_000_000 };
        var error = Assert.Throws<InvalidDataException>(() => NpzFile.Parse(bomb, "bomb.npz", limits).Read("x"));
        Assert.Equal("bomb.npz: member x.npy declares 3000000 bytes; at most 1000000 are accepted.", error.Message);
    }

    [Theory]
    [InlineData(100_000_000u)] // more than the compressed bytes can hold
    [InlineData(999u)] // fewer than there are
    [InlineData(1001u)] // more than there are
    [InlineData(0x7FFFFFFFu)]
    public void Declared_size_must_be_the_true_size(uint declared)
    {
        byte[] archive = Pickles.Npz(("x", new byte[1000]));
        int central = archive.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(central + 24), declared);
        Assert.Throws<InvalidDataException>(() => NpzFile.Parse(archive, "lie.npz").Read("x"));
    }

    [Fact]
    public void Two_members_of_one_name_are_refused()
    {
        byte[] archive = Pickles.Npz(("x", [1]), ("x", [2]));
        Assert.Contains("same name", Assert.Throws<InvalidDataException>(() => NpzFile.Parse(archive, "twice.npz")).Message);
    }

    [Fact]
    public void Checksum_is_the_zip_one()
    {
        Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8)); // the check value of the CRC catalogue
        Assert.Equal(0u, Crc32.Of([]));
        byte[] stored = Pickles.Npz(("x", [.. Enumerable.Range(0, 1003).Select(i => (byte)(i * 7))]));
        using var archive = new ZipArchive(new MemoryStream(stored));
        Assert.Equal(archive.Entries[0].Crc32, Crc32.Of([.. Enumerable.Range(0, 1003).Select(i => (byte)(i * 7))]));
    }
}
