using System.Runtime.CompilerServices;
using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>
/// Takes an embedding and the kernel of the recurrent layer above it in one: each distinct token of a batch is
/// projected once, and tokens then pick their gates' inputs. Pays where gates are fewer than embedding features, because
/// less is moved per token, and where there are many features, because the arithmetic that repeated tokens save outweighs
/// the moves. The order of all sums follows from the batch alone, so neither threads nor grouping change a bit.
/// </summary>
internal sealed class EmbeddingProjection
{
    private const int Lanes = InputProjection.Lanes;

    // From here on three products per token cost more than two moves as soon as every seventh token is a repeated one.
    private const int ManyFeatures = 32;

    private readonly Parameter _table, _kernel;
    private readonly int[] _columns;
    private readonly RecurrentWeights _weights;
    private readonly ProgramContext _context;
    private readonly InputProjection _projection;
    private readonly int _width, _gates;

    private readonly DistinctIds _distinct;

    // [batch row, time]: places of the batch's tokens, with rows of zeros behind for groups that are padded.
    private readonly int[] _places;
    private readonly int[] _ids, _identity; // [lane, block]

    private readonly Block _rows, _rowsGradient; // [blocks][features][32]
    private readonly Block _blocks; // [blocks][gates][32]
    private readonly Block _projected, _projectedGradient; // [distinct][gates], row-major

    public EmbeddingProjection(Embedding embedding, Parameter kernel, int[] columns, RecurrentWeights weights, ProgramContext context)
    {
        (_table, _kernel, _columns, _weights, _context) = (embedding.Parameters[0], kernel, columns, weights, context);
        (_width, _gates) = (embedding.Options.OutputDim, columns.Length);
        _projection = InputProjection.Create(context.Width);
        int vocabulary = embedding.Options.InputDim;
        _distinct = new DistinctIds(vocabulary, (long)context.MaxRows * context.InputSteps);
        _places = new int[checked((context.MaxRows + BatchGroup.MaxLanes) * context.InputSteps)];

        int distinct = (int)Math.Min(vocabulary, (long)context.MaxRows * context.InputSteps);
        int blocks = (distinct + Lanes - 1) / Lanes;
        _ids = new int[blocks * Lanes];
        _identity = new int[blocks * Lanes];
        Arena arena = context.Arena;
        _rows = arena.Allocate((long)blocks * RecurrentSequence.Stride(_width, Lanes));
        _blocks = arena.Allocate((long)blocks * RecurrentSequence.Stride(_gates, Lanes));
        _projected = arena.Allocate((long)blocks * Lanes * _gates);
        if (!context.IsTraining) return;
        _rowsGradient = arena.Allocate(_rows.Length);
        _projectedGradient = arena.Allocate(_projected.Length);
    }

    /// <summary>Whether to project: decided by the layers alone, never by the machine, so that results agree everywhere.</summary>
    public static bool Pays(Embedding embedding, RecurrentLayer layer) =>
        (layer.GateCount * layer.BaseOptions.Units < embedding.Options.OutputDim || embedding.Options.OutputDim >= ManyFeatures)
        && layer.BaseOptions is { Dropout: 0, GoBackwards: false };

    /// <summary>Finds the batch's distinct tokens and projects them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(Inputs inputs, ReadOnlySpan<int> rows)
    {
        int steps = _context.InputSteps;
        _distinct.Find(inputs, rows, steps, _places);
        _places.AsSpan(rows.Length * steps).Clear();
        _table.Lagging?.CatchUp(_distinct.Ids.Span);
        int blocks = Blocks;
        ToBlocks(blocks);
        EmbeddingKernel.Gather(_table.Stored, _width, _ids, blocks, Lanes, _rows);
        _projection.Project(_weights.InputKernel!, _weights.Bias, _rows, _blocks, blocks);
        _projected.Slice(0, blocks * Lanes * _gates).Clear();
        EmbeddingKernel.AddGradient(_projected, _gates, _identity, blocks, Lanes, Lanes, _blocks);
        if (_context.IsTraining) _projectedGradient.Slice(0, blocks * Lanes * _gates).Clear();
    }

    /// <summary>Sets the gates of a group to their inputs' part, bias included.</summary>
    public void Fill(Block gates, int stride, BatchGroup group) =>
        EmbeddingKernel.Gather(_projected, _gates, Places(group), group.Steps, group.Lanes, gates, stride);

    /// <summary>Adds the gradients at a group's gates to their tokens'.</summary>
    public void Collect(Block gates, int stride, BatchGroup group) => EmbeddingKernel.AddGradient(
        _projectedGradient, _gates, Places(group), group.Steps, group.Lanes, group.Rows, gates, stride);

    /// <summary>From the tokens' gradients to those of kernel and table.</summary>
    public void AddGradients()
    {
        int blocks = Blocks;
        GradientStore gradients = _context.Gradients!;
        EmbeddingKernel.Gather(_projectedGradient, _gates, _identity, blocks, Lanes, _blocks);
        for (int row = 0; row < _gates;)
        {
            int count = 1; // gates' rows may stand in another order than the kernel's columns: take runs that agree
            while (row + count < _gates && _columns[row + count] == _columns[row] + count) count++;
            _projection.AddKernelGradient(
                _rows, _width, _blocks, _gates, row, count, gradients.Total(_kernel), _columns[row], _gates, blocks);
            row += count;
        }

        _projection.InputGradient(_weights.KernelTransposed[0], _blocks, _rowsGradient, blocks);
        EmbeddingKernel.AddGradient(gradients.Total(_table), _width, _ids, blocks, Lanes, Lanes, _rowsGradient);
        gradients.SetUsedRows(_table, _distinct.Ids, _width); // read before the next batch replaces them
    }

    private int Blocks => (_distinct.Count + Lanes - 1) / Lanes;

    private ReadOnlySpan<int> Places(BatchGroup group) =>
        _places.AsSpan(group.FirstRow * _context.InputSteps, group.Lanes * _context.InputSteps);

    /// <summary>Kernels take ids as [lane, block]; the k-th distinct token is lane k mod 32 of block k / 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToBlocks(int blocks)
    {
        ReadOnlySpan<int> ids = _distinct.Ids.Span;
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
