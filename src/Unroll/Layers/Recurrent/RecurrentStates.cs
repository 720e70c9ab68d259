using Unroll.Kernels.Memory;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>What a stateful layer remembers from batch to batch, for every row; zeros at first.</summary>
internal sealed class RecurrentStates
{
    private float[] _hidden = [], _cell = [];
    private int _rows;

    /// <summary>Forgets everything: the next batch starts from zeros.</summary>
    public void Reset()
    {
        Array.Clear(_hidden);
        Array.Clear(_cell);
        _rows = 0;
    }

    /// <summary>Makes room for a batch.</summary>
    /// <exception cref="ArgumentException">The batch before had another size.</exception>
    public void Require(int rows, int units, bool hasCell)
    {
        if (_rows == rows) return;
        if (_rows > 0)
            throw new ArgumentException($"A stateful layer keeps a state for every row of a batch: the last batch had {_rows} rows, this one has {rows}. Take a number of samples that the batch size divides, or reset the states.");
        _rows = rows;
        if (_hidden.Length == rows * units) return; // zeros since the reset
        _hidden = new float[checked(rows * units)];
        _cell = hasCell ? new float[_hidden.Length] : [];
    }

    /// <summary>Sets the states before the first step; <paramref name="cell"/> is empty without one.</summary>
    public void Restore(Block hidden, Block cell, BatchGroup group, int units)
    {
        Load(_hidden, hidden, group, units);
        if (!cell.IsEmpty) Load(_cell, cell, group, units);
    }

    /// <summary>Takes over the states after the last step.</summary>
    public void Keep(Block hidden, Block cell, BatchGroup group, int units)
    {
        Store(hidden, _hidden, group, units);
        if (!cell.IsEmpty) Store(cell, _cell, group, units);
    }

    private static void Load(float[] kept, Block target, BatchGroup group, int units)
    {
        Span<float> lanes = target.Span[..(units * group.Lanes)];
        lanes.Clear();
        for (int row = 0; row < group.Rows; row++)
            for (int u = 0; u < units; u++) lanes[u * group.Lanes + row] = kept[(group.FirstRow + row) * units + u];
    }

    private static void Store(Block source, float[] kept, BatchGroup group, int units)
    {
        ReadOnlySpan<float> lanes = source.Span;
        for (int row = 0; row < group.Rows; row++)
            for (int u = 0; u < units; u++) kept[(group.FirstRow + row) * units + u] = lanes[u * group.Lanes + row];
    }
}
