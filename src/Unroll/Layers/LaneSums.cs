using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Layers;

/// <summary>
/// Adds to the gradient of a weight element by element: the lanes of a chunk by the tree of
/// <see cref="Kernels.Gemm.Contraction{TSimd, TVector}"/>, chunk by chunk, so that neither grouping nor width changes a bit.
/// </summary>
internal readonly ref struct LaneSums(GradientStore gradients, Parameter parameter, BatchGroup group)
{
    private readonly Block _target = gradients.ForGroup(parameter, group);
    private readonly int _stride = gradients.ChunkStride;

    /// <summary>Adds the sum over the lanes to an element.</summary>
    /// <param name="element">Row-major place in the weight.</param>
    /// <param name="values">One value per lane.</param>
    public void Add(int element, ReadOnlySpan<float> values)
    {
        for (int chunk = 0; chunk * VectorWidths.Chunk < values.Length; chunk++)
        {
            ReadOnlySpan<float> v = values.Slice(chunk * VectorWidths.Chunk, VectorWidths.Chunk);
            float a = v[0] + v[2] + (v[1] + v[3]), b = v[4] + v[6] + (v[5] + v[7]);
            float c = v[8] + v[10] + (v[9] + v[11]), d = v[12] + v[14] + (v[13] + v[15]);
            _target.Span[chunk * _stride + element] += a + c + (b + d);
        }
    }
}
