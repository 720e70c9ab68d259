namespace Unroll.Testing;

/// <summary>What code allocates on the thread that runs it.</summary>
public static class Allocations
{
    private const int Attempts = 4;

    /// <summary>
    /// Bytes that a repeated action allocates: the least of a few readings. A collection that other threads cause between two
    /// readings of the counter makes it count the unused rest of the thread's allocation buffer; what the action itself
    /// allocates is in every reading.
    /// </summary>
    /// <param name="action">What is measured; warm already.</param>
    public static long Of(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
