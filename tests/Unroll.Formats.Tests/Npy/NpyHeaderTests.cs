using Unroll.Formats.Npy;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.Npy;

public sealed class NpyHeaderTests
{
    [Theory]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData("{\"shape\":(2L,),\"descr\":\"<i4\",\"fortran_order\":True}   ")]
    [InlineData("  { 'shape' : ( 2 ) , 'fortran_order' : False , 'descr' : '<i4' }")]
    public void Lenient_forms(string header)
    {
        var array = NpyArray.Parse(Pickles.Npy(header, Pickles.UInt32(7), Pickles.UInt32(8)), "a.npy");
        Assert.Equal([7, 8], array.ReadInt64());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Long_headers(int version)
    {
        string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n";
        byte[] file = Pickles.Bytes(0x93, "NUMPY", version, 0, Pickles.UInt32((uint)header.Length), header, 1, 2, 3);
        Assert.Equal([1, 2, 3], NpyArray.Parse(file, "a.npy").ReadInt64());
    }

    [Theory]
    [InlineData("", "expected '{'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False}", "is missing")]
    [InlineData("{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", "unexpected key 'descr'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unexpected key 'x'")]
    [InlineData("{'descr': '<i4', 'fortran_order': 0, 'shape': (1,)}", "expected True or False")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (-1,)}", "expected a size")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "expected a size")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)} import", "unexpected text")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1", "expected ')'")]
    [InlineData("{'descr", "does not end")]
    [InlineData("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}", "structured")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "'<c8' is not supported")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", "needs 8 bytes")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (0,)}", "needs 0 bytes")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (9000000000000000000, 9000000000000000000, 4)}", "bytes from offset")]
    public void Bad_headers(string header, string cause)
    {
        byte[] file = Pickles.Npy(header, Pickles.UInt32(7));
        var error = Assert.Throws<InvalidDataException>(() => NpyArray.Parse(file, "bad.npy"));
        Assert.Contains(cause, error.Message);
        Assert.StartsWith("bad.npy:", error.Message);
    }

    [Fact]
    public void Declared_header_length_is_checked()
    {
        byte[] longer = Pickles.Bytes(0x93, "NUMPY", 1, 0, 255, 255, "{}");
        byte[] huge = Pickles.Bytes(0x93, "NUMPY", 2, 0, Pickles.UInt32(uint.MaxValue), "{}");
        Assert.Throws<InvalidDataException>(() => NpyArray.Parse(longer, "a"));
        Assert.Throws<InvalidDataException>(() => NpyArray.Parse(huge, "a"));
        Assert.Throws<InvalidDataException>(() => NpyArray.Parse(Pickles.Bytes(0x93, "NUMPY", 4, 0, 1, 0, " "), "a"));
        Assert.Throws<InvalidDataException>(() => NpyArray.Parse("not an array at all"u8.ToArray(), "a"));
        Assert.Throws<InvalidDataException>(() => NpyArray.Parse([], "a"));
    }
}
