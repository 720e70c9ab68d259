using Unroll.Kernels.Math;

namespace Unroll.Random;

/// <summary>Standard normal deviates that follow from their place alone, as <see cref="DropoutMask"/>s do.</summary>
internal static class NormalNoise
{
    private const int Attempts = 8; // all of a pair's fail once in 10^10

    /// <summary>
    /// Fills [elements][lanes] by Marsaglia's polar method, element pairs together: the counter is (pair · 8 + attempt, row of the
    /// batch, epoch, step), and each block offers two points.
    /// </summary>
    public static void Fill(Span<float> values, int elements, int lanes, int firstRow, int seed, int layer, int epoch, int step)
    {
        uint key = (uint)RandomPurpose.Noise | ((uint)layer << 8);
        for (int e = 0; e < elements; e += 2)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                (float first, float second) = Pair((uint)(e / 2), (uint)(firstRow + lane), (uint)epoch, (uint)step, (uint)seed, key);
                values[e * lanes + lane] = first;
                if (e + 1 < elements) values[(e + 1) * lanes + lane] = second;
            }
        }
    }

    private static (float, float) Pair(uint pair, uint row, uint epoch, uint step, uint seed, uint key)
    {
        for (uint attempt = 0; attempt < Attempts; attempt++)
        {
            (uint a, uint b, uint c, uint d) = Philox.Block(pair * Attempts + attempt, row, epoch, step, seed, key);
            if (IsInside(a, b, out (float, float) normals) || IsInside(c, d, out normals)) return normals;
        }

        return (0, 0);
    }

    private static bool IsInside(uint a, uint b, out (float, float) normals)
    {
        double u = a / 2147483648.0 - 1, v = b / 2147483648.0 - 1, s = u * u + v * v;
        bool isInside = s is > 0 and < 1;
        double factor = isInside ? Math.Sqrt(-2 * Portable.Log(s) / s) : 0;
        normals = ((float)(u * factor), (float)(v * factor));
        return isInside;
    }
}
