using Unroll.Kernels.Memory;
using Xunit;

namespace Unroll.Kernels.Tests.Memory;

public unsafe class ArenaTests
{
    [Fact]
    public void BlocksAreZeroedAlignedAndApart()
    {
        var arena = new Arena();
        var blocks = new List<Block>();
        foreach (int floats in new[] { 1, 15, 16, 17, 1000, 3, 100_000 })
        {
            Block block = arena.Allocate(floats);
            Assert.Equal(floats, block.Length);
            Assert.False(block.IsEmpty);
            Assert.Equal(0, (nint)block.Pointer % 64);
            Assert.False(block.Span.ContainsAnyExcept(0f));
            block.Span.Fill(blocks.Count + 1);
            blocks.Add(block);
        }

        for (int i = 0; i < blocks.Count; i++) Assert.False(blocks[i].Span.ContainsAnyExcept(i + 1f));
        arena.Free();
    }

    [Fact]
    public void MemoryThatComesBackIsZeroedAgain()
    {
        for (int round = 0; round < 5; round++)
        {
            var arena = new Arena();
            Block block = arena.Allocate(4096);
            Assert.False(block.Span.ContainsAnyExcept(0f));
            block.Span.Fill(float.NaN);
            arena.Free();
        }
    }

    [Fact]
    public void NothingIsAnEmptyBlock()
    {
        Block block = new Arena().Allocate(0);
        Assert.True(block.IsEmpty);
        Assert.True(block.Pointer == null);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(int.MaxValue + 1L)]
    public void RefusesImpossibleSizes(long floats)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Arena().Allocate(floats));
        Assert.Equal("floats", error.ParamName);
        Assert.Equal(floats, error.ActualValue);
        Assert.StartsWith("A block holds at most 2,147,483,647 floats.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CanBeFreedTwiceAndUsedAgain()
    {
        var arena = new Arena();
        arena.Allocate(100);
        arena.Free();
        arena.Free();
        Assert.False(arena.Allocate(100).Span.ContainsAnyExcept(0f));
        arena.Free();
    }
}
