using Unroll.Datasets;
using Xunit;

namespace Unroll.Tests.Datasets;

public sealed class Checksum64Tests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * i + i / 7 + 1))];

    [Fact]
    public void Every_flipped_bit_shows()
    {
        ulong whole = Checksum64.Of(Bytes);
        for (int bit = 0; bit < 8 * Bytes.Length; bit++)
        {
            byte[] damaged = [.. Bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(whole, Checksum64.Of(damaged));
        }
    }

    [Fact]
    public void Every_length_and_every_swap_of_words_shows()
    {
        var seen = new HashSet<ulong>();
        for (int length = 0; length <= Bytes.Length; length++) Assert.True(seen.Add(Checksum64.Of(Bytes.AsSpan(0, length))));
        for (int length = 1; length <= 200; length++) Assert.True(seen.Add(Checksum64.Of(new byte[length])), $"{length} zeros");
        for (int word = 1; word < 256 / 8; word++)
        {
            byte[] swapped = [.. Bytes];
            Bytes.AsSpan(0, 8).CopyTo(swapped.AsSpan(8 * word));
            Bytes.AsSpan(8 * word, 8).CopyTo(swapped);
            Assert.True(seen.Add(Checksum64.Of(swapped)), $"words 0 and {word} swapped");
        }
    }

    [Fact]
    public void Pieces_make_the_whole()
    {
        var checksum = new Checksum64();
        checksum.Add(Bytes.AsSpan(0, 128));
        checksum.Add([]);
        checksum.Add(Bytes.AsSpan(128));

        Assert.Equal(Checksum64.Of(Bytes), checksum.Value);
        Assert.Throws<InvalidOperationException>(() => checksum.Add(Bytes));
    }
}
