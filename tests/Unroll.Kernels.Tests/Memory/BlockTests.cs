using Unroll.Kernels.Memory;
using Xunit;

namespace Unroll.Kernels.Tests.Memory;

public unsafe class BlockTests
{
    [Fact]
    public void SlicesShareMemory()
    {
        var arena = new Arena();
        Block block = arena.Allocate(20);
        Block part = block.Slice(5, 10);
        Assert.Equal(10, part.Length);
        Assert.True(part.Pointer == block.Pointer + 5);
        part.Span.Fill(3);
        part.Slice(2, 3).Clear();
        Assert.Equal([0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0], block.Span.ToArray());
        Assert.True(block.Slice(20, 0).IsEmpty);
        Assert.Equal(20, block.Slice(0, 20).Length);
        arena.Free();
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(0, -1)]
    [InlineData(0, 21)]
    [InlineData(21, 0)]
    [InlineData(15, 6)]
    [InlineData(10, int.MaxValue)]
    [InlineData(int.MaxValue, 10)]
    [InlineData(int.MinValue, int.MinValue)]
    public void RefusesPartsOutside(int offset, int length)
    {
        var arena = new Arena();
        Block block = arena.Allocate(20);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => block.Slice(offset, length));
        Assert.StartsWith($"{offset}+{length} is outside a block of 20 floats.", error.Message, StringComparison.Ordinal);
        arena.Free();
    }

    [Fact]
    public void SaysWhatIsTooSmall()
    {
        var arena = new Arena();
        Block block = arena.Allocate(20);
        block.Require(20, "output");
        var error = Assert.Throws<ArgumentException>(() => block.Require(21, "output"));
        Assert.StartsWith("output has 20 floats, 21 are needed.", error.Message, StringComparison.Ordinal);
        Assert.Equal("output", error.ParamName);
        Assert.Throws<ArgumentException>(() => default(Block).Require(1, "mask"));
        arena.Free();
    }
}
