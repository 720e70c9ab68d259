using Unroll.Formats.Hdf5;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Weights of CuDNNLSTM and CuDNNGRU as those of LSTM and GRU: every gate's block of the kernel is stored row by row where
/// cuDNN reads column by column, that of the recurrent kernel is transposed, and there are two biases, which an LSTM adds up.
/// </summary>
internal static class CudnnWeights
{
    /// <summary>Whether weights of a layer have the form of cuDNN: told by the bias.</summary>
    public static bool Are(IReadOnlyList<Hdf5Dataset> weights, RecurrentLayer layer) =>
        weights.Count == 3 && layer is LSTM or GRU && weights[2].Shape.SequenceEqual([2 * layer.GateCount * layer.Units])
        && weights[1].Shape.SequenceEqual(layer.Parameters[1].Shape) && weights[0].Shape.SequenceEqual(layer.Parameters[0].Shape);

    /// <summary>Kernel, recurrent kernel and bias.</summary>
    public static IReadOnlyList<float[]> Convert(IReadOnlyList<Hdf5Dataset> weights, RecurrentLayer layer)
    {
        int units = layer.Units, gates = layer.GateCount, inputs = weights[0].Shape[0];
        float[] bias = weights[2].ReadSingles();
        return
        [
            Rearranged(weights[0].ReadSingles(), inputs, units, gates, (row, unit) => row + inputs * unit),
            Rearranged(weights[1].ReadSingles(), units, units, gates, (row, unit) => unit * units + row),
            layer is LSTM ? [.. Enumerable.Range(0, gates * units).Select(i => bias[i] + bias[gates * units + i])] : bias,
        ];
    }

    /// <param name="source">[rows, gates · units].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="units">Columns of a gate's block.</param>
    /// <param name="gates">Number of gates.</param>
    /// <param name="place">Where an element of a block stands in it, counted row by row.</param>
    private static float[] Rearranged(float[] source, int rows, int units, int gates, Func<int, int, int> place)
    {
        var target = new float[source.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int gate = 0; gate < gates; gate++)
            {
                for (int unit = 0; unit < units; unit++)
                {
                    int from = place(row, unit);
                    target[(row * gates + gate) * units + unit] = source[(from / units * gates + gate) * units + from % units];
                }
            }
        }

        return target;
    }
}
