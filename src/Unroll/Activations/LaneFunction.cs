using System.Buffers;
using Unroll.Kernels.Activation;

namespace Unroll.Activations;

/// <summary>Brings an activation that has no kernel to arrays of [features][lanes], row by row unless it works value by value.</summary>
internal sealed class LaneFunction(Activation activation) : ILaneFunction
{
    public void Apply(ReadOnlySpan<float> x, Span<float> y, int lanes)
    {
        if (activation is ElementwiseActivation)
        {
            activation.Apply(x, y);
            return;
        }

        int inputs = x.Length / lanes, outputs = y.Length / lanes;
        float[] memory = ArrayPool<float>.Shared.Rent(inputs + outputs);
        Span<float> own = memory.AsSpan(0, inputs), put = memory.AsSpan(inputs, outputs);
        for (int lane = 0; lane < lanes; lane++)
        {
            Load(x, own, lane, lanes);
            activation.Apply(own, put);
            Store(put, y, lane, lanes);
        }

        ArrayPool<float>.Shared.Return(memory);
    }

    public void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int lanes)
    {
        if (activation is ElementwiseActivation)
        {
            activation.Differentiate(x, y, dy, dx);
            return;
        }

        int inputs = x.Length / lanes, outputs = y.Length / lanes;
        float[] memory = ArrayPool<float>.Shared.Rent(2 * (inputs + outputs));
        Span<float> own = memory.AsSpan(0, inputs), put = memory.AsSpan(inputs, outputs);
        Span<float> putGradient = memory.AsSpan(inputs + outputs, outputs), gradient = memory.AsSpan(inputs + 2 * outputs, inputs);
        for (int lane = 0; lane < lanes; lane++)
        {
            Load(x, own, lane, lanes);
            Load(y, put, lane, lanes);
            Load(dy, putGradient, lane, lanes);
            activation.Differentiate(own, put, putGradient, gradient);
            Store(gradient, dx, lane, lanes);
        }

        ArrayPool<float>.Shared.Return(memory);
    }

    private static void Load(ReadOnlySpan<float> values, Span<float> row, int lane, int lanes)
    {
        for (int f = 0; f < row.Length; f++) row[f] = values[f * lanes + lane];
    }

    private static void Store(ReadOnlySpan<float> row, Span<float> values, int lane, int lanes)
    {
        for (int f = 0; f < row.Length; f++) values[f * lanes + lane] = row[f];
    }
}
