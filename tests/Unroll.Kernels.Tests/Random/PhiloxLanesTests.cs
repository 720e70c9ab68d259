using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Random;
using Xunit;

namespace Unroll.Kernels.Tests.Random;

/// <summary>Against the known answers that the authors of Philox publish with Random123, for philox4x32 with 10 rounds.</summary>
public class PhiloxLanesTests
{
    private static readonly (uint[] Counter, uint[] Key, uint[] Words)[] KnownAnswers =
    [
        ([0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]),
        ([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]),
        ([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]),
    ];

    [Fact]
    public void KnownAnswersAtEveryWidth()
    {
        Check<Words128, Vector128<ulong>>();
        Check<Words256, Vector256<ulong>>();
        Check<Words512, Vector512<ulong>>();
    }

    /// <summary>Every lane has a counter of its own, whose words may pass 2³².</summary>
    [Fact]
    public void LanesDoNotTouchEachOther()
    {
        CheckLanes<Words128, Vector128<ulong>>();
        CheckLanes<Words256, Vector256<ulong>>();
        CheckLanes<Words512, Vector512<ulong>>();
    }

    private static void Check<TSimd, TWords>()
        where TSimd : struct, IWords<TWords>
        where TWords : unmanaged
    {
        foreach ((uint[] counter, uint[] key, uint[] words) in KnownAnswers)
        {
            TWords[] state = [.. counter.Select(TSimd.Broadcast)];
            PhiloxLanes<TSimd, TWords>.Run(ref state[0], ref state[1], ref state[2], ref state[3], key[0], key[1]);
            for (int word = 0; word < 4; word++)
                for (int lane = 0; lane < TSimd.Count; lane++)
                    Assert.Equal(words[word], Lane(state[word], lane));
        }
    }

    private static void CheckLanes<TSimd, TWords>()
        where TSimd : struct, IWords<TWords>
        where TWords : unmanaged
    {
        TWords[] together = [TSimd.EverySecond(0), TSimd.Broadcast(7), TSimd.Broadcast(8), TSimd.EverySecond(0xfffffffe)];
        PhiloxLanes<TSimd, TWords>.Run(ref together[0], ref together[1], ref together[2], ref together[3], 1, 2);
        for (uint lane = 0; lane < TSimd.Count; lane++)
        {
            TWords[] alone = [TSimd.Broadcast(2 * lane), TSimd.Broadcast(7), TSimd.Broadcast(8), TSimd.Broadcast(0xfffffffe + 2 * lane)];
            PhiloxLanes<TSimd, TWords>.Run(ref alone[0], ref alone[1], ref alone[2], ref alone[3], 1, 2);
            for (int word = 0; word < 4; word++) Assert.Equal(Lane(alone[word], 0), Lane(together[word], (int)lane));
        }
    }

    private static uint Lane<TWords>(TWords vector, int lane)
        where TWords : unmanaged => (uint)Unsafe.Add(ref Unsafe.As<TWords, ulong>(ref vector), lane);
}
