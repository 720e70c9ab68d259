using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Random;

/// <summary>Against the known answers that the authors of Philox publish with Random123, for philox4x32 with 10 rounds.</summary>
public sealed class PhiloxTests
{
    [Fact]
    public void Known_answers()
    {
        const uint All = 0xffffffff;
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block(0, 0, 0, 0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Block(All, All, All, All, All, All));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }
}
