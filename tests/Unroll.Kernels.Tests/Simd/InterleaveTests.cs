using System.Runtime.Intrinsics;
using Unroll.Kernels.Simd;
using Xunit;

namespace Unroll.Kernels.Tests.Simd;

public class InterleaveTests
{
    private static readonly float[] A = [.. Enumerable.Range(0, 16).Select(i => (float)i)];
    private static readonly float[] B = [.. Enumerable.Range(0, 16).Select(i => i + 100f)];

    // Where the four lanes of a group come from: index in the group, from b if 10 or more.
    private static readonly int[] Low = [0, 10, 1, 11], High = [2, 12, 3, 13], LowPairs = [0, 1, 10, 11], HighPairs = [2, 3, 12, 13];

    [Fact]
    public void MovesLanesWithinGroupsOfFour()
    {
        Vector128<float> a = Vector128.Create(A), b = Vector128.Create(B);
        Check(Low, v => Interleave.Low(a, b).CopyTo(v), 4);
        Check(High, v => Interleave.High(a, b).CopyTo(v), 4);
        Check(LowPairs, v => Interleave.LowPairs(a, b).CopyTo(v), 4);
        Check(HighPairs, v => Interleave.HighPairs(a, b).CopyTo(v), 4);

        Vector256<float> a8 = Vector256.Create(A), b8 = Vector256.Create(B);
        Check(Low, v => Interleave.Low(a8, b8).CopyTo(v), 8);
        Check(High, v => Interleave.High(a8, b8).CopyTo(v), 8);
        Check(LowPairs, v => Interleave.LowPairs(a8, b8).CopyTo(v), 8);
        Check(HighPairs, v => Interleave.HighPairs(a8, b8).CopyTo(v), 8);

        Vector512<float> a16 = Vector512.Create(A), b16 = Vector512.Create(B);
        Check(Low, v => Interleave.Low(a16, b16).CopyTo(v), 16);
        Check(High, v => Interleave.High(a16, b16).CopyTo(v), 16);
        Check(LowPairs, v => Interleave.LowPairs(a16, b16).CopyTo(v), 16);
        Check(HighPairs, v => Interleave.HighPairs(a16, b16).CopyTo(v), 16);
    }

    private static void Check(int[] sources, Action<float[]> run, int lanes)
    {
        var actual = new float[lanes];
        run(actual);
        for (int i = 0; i < lanes; i++)
        {
            int source = sources[i % 4], group = i / 4 * 4;
            Assert.Equal(source < 10 ? A[group + source] : B[group + source - 10], actual[i]);
        }
    }
}
