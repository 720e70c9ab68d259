using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>For many gates: tokens stand 32 side by side in the lanes, as batch rows do, for the same products.</summary>
internal sealed class WideTokenProjection : TokenProjection
{
    private const int Lanes = InputProjection.Lanes;

    private readonly RecurrentWeights _weights;
    private readonly int[] _columns;
    private readonly InputProjection _projection;
    private readonly int _features, _gates;
    private readonly int[] _ids, _identity; // [lane, block]
    private readonly Block _rows, _rowsGradient; // [blocks][features][32]
    private readonly Block _blocks; // [blocks][gates][32]

    public WideTokenProjection(int features, int maxDistinct, RecurrentWeights weights, ProgramContext context)
    {
        (_features, _weights, _columns, _gates) = (features, weights, weights.InputColumns, weights.InputColumns.Length);
        _projection = InputProjection.Create(context.Width);
        int blocks = Blocks(maxDistinct);
        _ids = new int[blocks * Lanes];
        _identity = new int[blocks * Lanes];
        _rows = context.Arena.Allocate((long)blocks * RecurrentSequence.Stride(features, Lanes));
        _blocks = context.Arena.Allocate((long)blocks * RecurrentSequence.Stride(_gates, Lanes));
        if (context.IsTraining) _rowsGradient = context.Arena.Allocate(_rows.Length);
    }

    public override int Stride => _gates;

    public override int Room(int distinct) => Blocks(distinct) * Lanes;

    public override void Project(Block table, ReadOnlySpan<int> ids, Block projected)
    {
        int blocks = Blocks(ids.Length);
        ToBlocks(ids, blocks);
        EmbeddingKernel.Gather(table, _features, _ids, blocks, Lanes, _rows);
        _projection.Project(_weights.InputKernel!, _weights.Bias, _rows, _blocks, blocks);
        projected.Slice(0, blocks * Lanes * _gates).Clear();
        EmbeddingKernel.AddGradient(projected, _gates, _identity, blocks, Lanes, Lanes, _blocks);
    }

    public override void AddGradients(Block table, ReadOnlySpan<int> ids, Block delta, Block kernelGradient, Block tableGradient)
    {
        int blocks = Blocks(ids.Length);
        EmbeddingKernel.Gather(delta, _gates, _identity, blocks, Lanes, _blocks);
        for (int row = 0; row < _gates;)
        {
            int count = 1; // gates' rows may stand in another order than the kernel's columns: take runs that agree
            while (row + count < _gates && _columns[row + count] == _columns[row] + count) count++;
            _projection.AddKernelGradient(_rows, _features, _blocks, _gates, row, count, kernelGradient, _columns[row], _gates, blocks);
            row += count;
        }

        _projection.InputGradient(_weights.KernelTransposed[0], _blocks, _rowsGradient, blocks);
        EmbeddingKernel.AddGradient(tableGradient, _features, _ids, blocks, Lanes, Lanes, _rowsGradient);
    }

    private static int Blocks(int distinct) => (distinct + Lanes - 1) / Lanes;

    /// <summary>Kernels take ids as [lane, block]; the k-th distinct token is lane k mod 32 of block k / 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToBlocks(ReadOnlySpan<int> ids, int blocks)
    {
        for (int block = 0, k = 0; block < blocks; block++)
        {
            for (int at = block; at < Lanes * blocks; at += blocks, k++)
            {
                _ids[at] = k < ids.Length ? ids[k] : ids[0]; // what pads has a gradient of zero
                _identity[at] = k;
            }
        }
    }
}
