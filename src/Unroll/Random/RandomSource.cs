namespace Unroll.Random;

/// <summary>
/// A stream of random numbers that follows from what it is for alone, the same on every machine and in any order of use:
/// counter-based Philox4x32-10 (Salmon et al. 2011).
/// </summary>
public sealed class RandomSource
{
    private readonly Philox _philox;

    internal RandomSource(Philox philox) => _philox = philox;

    /// <summary>Uniform on [0, 1).</summary>
    public double Uniform() => _philox.NextDouble();

    /// <summary>Uniform on [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + (high - low) * _philox.NextDouble();

    /// <summary>Standard normal deviate: mean 0, standard deviation 1.</summary>
    public double Normal() => _philox.NextNormal();

    /// <summary>Uniform on 0 … <paramref name="bound"/> − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Below(int bound) => _philox.NextInt32(bound);
}
