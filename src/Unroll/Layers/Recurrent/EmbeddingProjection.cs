using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Takes an embedding and the kernel of the recurrent layer above it in one: each distinct token of a batch is
/// projected once, and tokens then pick their gates' inputs. Pays where gates are fewer than embedding features, because
/// less is moved per token, and where tokens repeat and have many features, because the arithmetic saved outweighs the
/// moves. The order of all sums follows from the batch alone, so neither threads nor grouping change a bit.
/// </summary>
internal sealed class EmbeddingProjection
{
    // Where a word is sure to occur twice in a batch, tokens are worth projecting from some features on; from many on,
    // the words that real text repeats are enough (bench/results, vocabulary and lstm128-v20k).
    private const int SomeFeatures = 32, ManyFeatures = 128;

    private readonly Parameter _table, _kernel;
    private readonly ProgramContext _context;
    private readonly TokenProjection _projection;
    private readonly int _features, _gates, _steps;
    private readonly DistinctIds _distinct;

    // [batch row, time]: places of the batch's tokens, with rows of zeros behind for groups that are padded.
    private readonly int[] _places;
    private readonly Block _projected, _projectedGradient; // [distinct][gates], row-major

    public EmbeddingProjection(Embedding embedding, Parameter kernel, RecurrentWeights weights, ProgramContext context)
    {
        (_table, _kernel, _context) = (embedding.Parameters[0], kernel, context);
        (_features, _gates, _steps) = (embedding.OutputDim, weights.InputColumns.Length, context.InputSteps);
        int vocabulary = embedding.InputDim;
        long tokens = (long)context.MaxRows * _steps;
        _distinct = new DistinctIds(vocabulary, tokens);
        _places = new int[checked((context.MaxRows + BatchGroup.MaxLanes) * _steps)];
        int distinct = (int)Math.Min(vocabulary, tokens);
        _projection = _gates <= RowProjection.MaxGates
            ? new NarrowTokenProjection(_features, kernel, weights, context)
            : new WideTokenProjection(_features, distinct, weights, context);
        _projected = context.Arena.Allocate((long)_projection.Room(distinct) * _projection.Stride);
        if (context.IsTraining) _projectedGradient = context.Arena.Allocate(_projected.Length);
    }

    /// <summary>Whether to project: decided by shapes alone, never by the machine, so that results agree everywhere.</summary>
    /// <param name="embedding">The embedding.</param>
    /// <param name="layer">The layer above.</param>
    /// <param name="tokens">Tokens of a whole batch.</param>
    public static bool Pays(Embedding embedding, RecurrentLayer layer, long tokens)
    {
        if (layer is not { Dropout: 0, GoBackwards: false }) return false;
        int features = embedding.OutputDim;
        return features > layer.GateCount * layer.Units
            || features >= ManyFeatures
            || (features >= SomeFeatures && tokens >= 2L * embedding.InputDim);
    }

    /// <summary>Finds the batch's distinct tokens and projects them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(Inputs inputs, ReadOnlySpan<int> rows)
    {
        _distinct.Find(inputs.Ids(_context.AbsorbedSource!.Value), rows, _steps, _places);
        _places.AsSpan(rows.Length * _steps).Clear();
        _table.Lagging?.CatchUp(_distinct.Ids.Span);
        _projection.Project(_table.Stored, _distinct.Ids.Span, _projected);
        if (_context.IsTraining) _projectedGradient.Slice(0, _projection.Room(_distinct.Count) * _projection.Stride).Clear();
    }

    /// <summary>Sets the gates of a group to their inputs' part, bias included.</summary>
    public void Fill(Block gates, int stride, BatchGroup group) => EmbeddingKernel.Gather(
        _projected, _gates, Places(group), _steps, group.Lanes, gates, stride, _projection.Stride);

    /// <summary>Adds the gradients at a group's gates to their tokens'.</summary>
    public void Collect(Block gates, int stride, BatchGroup group) => EmbeddingKernel.AddGradient(
        _projectedGradient, _gates, Places(group), _steps, group.Lanes, group.Rows, gates, stride, _projection.Stride);

    /// <summary>From the tokens' gradients to those of kernel and table.</summary>
    public void AddGradients()
    {
        GradientStore gradients = _context.Gradients!;
        _projection.AddGradients(_table.Stored, _distinct.Ids.Span, _projectedGradient, gradients.Total(_kernel), gradients.Total(_table));
        gradients.SetUsedRows(_table, _distinct.Ids, _features); // read before the next batch replaces them
    }

    private ReadOnlySpan<int> Places(BatchGroup group) =>
        _places.AsSpan(group.FirstRow * _steps, group.Lanes * _steps);
}
