using Unroll.Formats.Hdf5;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Weights of Keras 1, which kept every gate's kernel, recurrent kernel and bias as arrays of their own: of an LSTM those of i, c,
/// f and o, of a GRU those of z, r and h.
/// </summary>
internal static class Keras1Weights
{
    private const int PerGate = 3;

    /// <summary>Where each gate of Keras 1's order stands today: i, f, c, o.</summary>
    private static readonly int[] s_lstm = [0, 2, 1, 3], s_gru = [0, 1, 2];

    /// <summary>Whether weights of a layer have the form of Keras 1: told by their number.</summary>
    public static bool Are(int count, Layer layer) =>
        layer is RecurrentLayer { UseBias: true } recurrent && layer is LSTM or GRU { ResetAfter: false } && count == PerGate * recurrent.GateCount;

    /// <summary>Kernel, recurrent kernel and bias.</summary>
    /// <exception cref="InvalidDataException">An array has another shape.</exception>
    public static IReadOnlyList<float[]> Convert(IReadOnlyList<Hdf5Dataset> weights, RecurrentLayer layer)
    {
        int units = layer.Units, inputs = layer.Parameters[0].Shape[0], columns = layer.GateCount * units;
        int[][] shapes = [[inputs, units], [units, units], [units]];
        float[][] joined = [new float[inputs * columns], new float[units * columns], new float[columns]];
        int[] places = layer is LSTM ? s_lstm : s_gru;
        for (int i = 0; i < weights.Count; i++)
        {
            (int place, int kind) = (places[i / PerGate], i % PerGate);
            if (!weights[i].Shape.SequenceEqual(shapes[kind]))
                throw weights[i].Bad($"has the shape {Hdf5Shape.Text(weights[i].Shape)}, but a gate of {layer.ClassName} '{layer.Name}' needs {Hdf5Shape.Text(shapes[kind])} there");
            float[] values = weights[i].ReadSingles();
            for (int k = 0; k < values.Length; k++) joined[kind][k / units * columns + place * units + k % units] = values[k];
        }

        return joined;
    }
}
