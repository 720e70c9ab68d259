using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>What a stateful layer remembers from batch to batch, for every row; zeros at first.</summary>
internal sealed class RecurrentStates
{
    private float[][] _states = [];
    private int[] _sizes = [];
    private int _rows;

    /// <summary>Forgets everything: the next batch starts from zeros.</summary>
    public void Reset()
    {
        foreach (float[] state in _states) Array.Clear(state);
        _rows = 0;
    }

    /// <summary>Makes room for a batch.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="sizes">Features of every state.</param>
    /// <exception cref="ArgumentException">The batch before had another size.</exception>
    public void Require(int rows, IReadOnlyList<int> sizes)
    {
        if (_rows == rows) return;
        if (_rows > 0)
            throw new ArgumentException($"A stateful layer keeps a state for every row of a batch: the last batch had {_rows} rows, this one has {rows}. Take a number of samples that the batch size divides, or reset the states.");
        _rows = rows;
        _sizes = [.. sizes];
        for (int i = 0; i < _states.Length; i++)
            if (_states[i].Length != rows * _sizes[i]) _states = [];
        if (_states.Length == 0) _states = [.. sizes.Select(size => new float[checked(rows * size)])];
    }

    /// <summary>Sets a state before the first step, and returns it.</summary>
    public Block Restore(int state, Block target, BatchGroup group)
    {
        int size = _sizes[state];
        Span<float> lanes = target.Span[..(size * group.Lanes)];
        lanes.Clear();
        for (int row = 0; row < group.Rows; row++)
            for (int u = 0; u < size; u++) lanes[u * group.Lanes + row] = _states[state][(group.FirstRow + row) * size + u];
        return target;
    }

    /// <summary>Takes over a state after the last step.</summary>
    public void Keep(int state, Block source, BatchGroup group)
    {
        int size = _sizes[state];
        ReadOnlySpan<float> lanes = source.Span;
        for (int row = 0; row < group.Rows; row++)
            for (int u = 0; u < size; u++) _states[state][(group.FirstRow + row) * size + u] = lanes[u * group.Lanes + row];
    }
}
