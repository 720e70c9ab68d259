using Unroll.Random;

namespace Unroll.Tests.Support;

/// <summary>Dropout factors one by one, by the definition: the twin of the vectorised masks.</summary>
internal sealed class ScalarDropout(double rate, int seed, RandomPurpose purpose, int layer, int epoch, int step)
{
    /// <summary>The factor of a feature (over all gates, one after the other) for a row of the batch.</summary>
    public float Factor(int feature, int batchRow)
    {
        (uint r0, uint r1, uint r2, uint r3) = Philox.Block(
            (uint)(feature / 8), (uint)batchRow, (uint)epoch, (uint)step, (uint)seed, (uint)purpose + ((uint)layer << 8));
        uint word = (feature % 8 / 2) switch { 0 => r0, 1 => r1, 2 => r2, _ => r3 };
        uint draw = feature % 2 == 0 ? word & 0xFFFF : word >> 16;
        return draw < Math.Round(rate * 65536) ? 0 : (float)(1 / (1 - rate));
    }
}
