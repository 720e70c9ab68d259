using Unroll.Execution;
using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>For few gates: tokens stay rows, and nothing is turned into lanes and back.</summary>
internal sealed class NarrowTokenProjection : TokenProjection
{
    private readonly RowProjection _projection;
    private readonly RecurrentWeights _weights;
    private readonly Parameter _kernel;
    private readonly int[] _columns;
    private readonly float[] _factors;
    private readonly int _features;
    private readonly Block _packed, _transposed, _bias, _kernelGradient;

    public NarrowTokenProjection(int features, Parameter kernel, RecurrentWeights weights, ProgramContext context)
    {
        (_features, _kernel, _weights) = (features, kernel, weights);
        (_columns, _factors) = (weights.InputColumns, weights.InputFactors);
        _projection = RowProjection.Create(context.Width, _columns.Length);
        Arena arena = context.Arena;
        _packed = arena.Allocate((long)features * Stride);
        _bias = arena.Allocate(Stride);
        if (!context.IsTraining) return;
        _transposed = arena.Allocate((long)features * _columns.Length);
        _kernelGradient = arena.Allocate((long)features * Stride);
    }

    public override int Stride => _projection.Stride;

    public override int Room(int distinct) => (distinct + 7) / 8 * 8;

    public override void Project(Block table, ReadOnlySpan<int> ids, Block projected)
    {
        ReadOnlySpan<float> kernel = _kernel.Value.Span;
        Span<float> packed = _packed.Span, transposed = _transposed.Span;
        int columns = _columns.Length;
        for (int g = 0; g < columns; g++)
        {
            for (int e = 0; e < _features; e++)
            {
                float value = kernel[e * columns + _columns[g]];
                packed[e * Stride + g] = value * _factors[g];
                if (!transposed.IsEmpty) transposed[g * _features + e] = value;
            }
        }

        _weights.Bias.Span[..columns].CopyTo(_bias.Span);
        _projection.Project(table, _features, ids, _packed, _bias, projected);
    }

    public override void AddGradients(Block table, ReadOnlySpan<int> ids, Block delta, Block kernelGradient, Block tableGradient)
    {
        _projection.KernelGradient(table, _features, ids, delta, _kernelGradient);
        ReadOnlySpan<float> own = _kernelGradient.Span;
        Span<float> total = kernelGradient.Span;
        int columns = _columns.Length;
        for (int e = 0; e < _features; e++)
        {
            for (int g = 0; g < columns; g++) total[e * columns + _columns[g]] += own[e * Stride + g];
        }

        _projection.SetTableGradient(_transposed, _features, ids, delta, tableGradient);
    }
}
