namespace Unroll.Kernels.Random;

/// <summary>
/// 32-bit words in 64-bit lanes, as products of words need them. Upper halves may hold anything: no operation lets them
/// touch a lower half, so that nothing need be cut off in between.
/// </summary>
internal unsafe interface IWords<TWords>
    where TWords : unmanaged
{
    /// <summary>Words of a vector.</summary>
    static abstract int Count { get; }

    static abstract TWords Broadcast(uint value);

    /// <summary><paramref name="first"/>, first + 2, first + 4, …</summary>
    static abstract TWords EverySecond(uint first);

    /// <summary>The 64-bit products of the words.</summary>
    static abstract TWords Multiply(TWords a, TWords b);

    /// <summary>The upper halves, moved down.</summary>
    static abstract TWords Upper(TWords a);

    static abstract TWords ExclusiveOr(TWords a, TWords b);

    /// <summary>
    /// Makes dropout factors from the words of even and odd lanes: 0 where 16 bits are below the threshold, else
    /// <paramref name="keep"/>; those of the lower 16 bits go to <paramref name="first"/>, the others to <paramref name="second"/>.
    /// </summary>
    static abstract void StoreFactors(TWords even, TWords odd, int threshold, float keep, float* first, float* second);
}
