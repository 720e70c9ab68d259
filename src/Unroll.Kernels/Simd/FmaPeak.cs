using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Kernels.Simd;

/// <summary>
/// What a core can do at most: float32 fused multiply-adds at the best vector width, in chains that do not depend on
/// each other and touch no memory. A kernel's speed is quoted as a share of this.
/// </summary>
internal static class FmaPeak
{
    // Latency × throughput is 8 to 10 on current cores; twelve chains and two factors still fit into sixteen registers.
    private const int Chains = 12;
    private const int Rounds = 20_000;

    /// <summary>Floating-point operations per second (a multiply-add counts as two) of threads that run side by side.</summary>
    /// <param name="threads">Number of threads.</param>
    /// <param name="time">How long to measure.</param>
    public static double Measure(int threads, TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (threads == 1) return Rate(time);
        var rates = new double[threads];
        using var start = new Barrier(threads);
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int index = i + 1;
            others[i] = new Thread(() => rates[index] = RateAfter(start)) { IsBackground = true };
            others[i].Start();
        }

        rates[0] = RateAfter(start);
        foreach (Thread thread in others) thread.Join();
        return rates.Sum();

        double RateAfter(Barrier barrier)
        {
            barrier.SignalAndWait();
            return Rate(time);
        }
    }

    /// <summary>The median over short bursts, so that an interruption does not count.</summary>
    private static double Rate(TimeSpan time)
    {
        var bursts = new List<double>(256);
        float sink = 0;
        for (long begin = Stopwatch.GetTimestamp(); bursts.Count < 3 || Stopwatch.GetElapsedTime(begin) < time;)
        {
            long start = Stopwatch.GetTimestamp();
            sink += Burst();
            bursts.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        GC.KeepAlive(sink);
        bursts.Sort();
        return 2.0 * Chains * Rounds * (int)VectorWidths.Best / bursts[bursts.Count / 2];
    }

    private static float Burst() => VectorWidths.Best switch
    {
        VectorWidth.Bits512 => Burst<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => Burst<Simd256, Vector256<float>>(),
        _ => Burst<Simd128, Vector128<float>>(),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burst<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector x = TSimd.Broadcast(1.0001f), y = TSimd.Broadcast(0.5f);
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = TSimd.Fma(x, y, a);
            b = TSimd.Fma(x, y, b);
            c = TSimd.Fma(x, y, c);
            d = TSimd.Fma(x, y, d);
            e = TSimd.Fma(x, y, e);
            f = TSimd.Fma(x, y, f);
            g = TSimd.Fma(x, y, g);
            h = TSimd.Fma(x, y, h);
            i = TSimd.Fma(x, y, i);
            j = TSimd.Fma(x, y, j);
            k = TSimd.Fma(x, y, k);
            l = TSimd.Fma(x, y, l);
        }

        TVector sum = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)));
        return Unsafe.As<TVector, float>(ref sum); // all lanes are equal
    }
}
