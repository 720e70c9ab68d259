using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Optimizers;

/// <summary>
/// A table whose rows are updated when a step uses them and else lag behind. Whoever needs a row has it caught up; then
/// every bit is that of an update of all rows at every step.
/// </summary>
/// <param name="optimizer">Updates the rows.</param>
/// <param name="table">The table.</param>
/// <param name="slots">The optimizer's arrays for it.</param>
/// <param name="width">Vector width.</param>
/// <param name="rowWidth">Floats of a row.</param>
internal sealed class LaggingRows(Optimizer optimizer, Parameter table, Block[] slots, VectorWidth width, int rowWidth) : ILaggingRows
{
    private readonly int[] _all = [.. Enumerable.Range(0, table.Count / rowWidth)];
    private float[] _rates = new float[64];
    private int _rateCount;

    public VectorWidth Width => width;

    public int RowWidth => rowWidth;

    /// <summary>The table as it is, some rows of it behind.</summary>
    public Block Weights => table.Stored;

    public ReadOnlySpan<Block> Slots => slots;

    /// <summary>The last step.</summary>
    public long Iteration { get; private set; }

    /// <summary>For every row the step up to which it is.</summary>
    public long[] LastSteps { get; } = new long[table.Count / rowWidth];

    /// <summary>Rates of the last steps for which a row may wait, for optimizers that note them.</summary>
    public ReadOnlySpan<float> Rates => _rates.AsSpan(0, _rateCount);

    /// <summary>No rate was larger in size.</summary>
    public float LargestRate { get; private set; }

    /// <summary>Starts with all rows at a step.</summary>
    public void Start(long iteration)
    {
        Iteration = iteration;
        Array.Fill(LastSteps, iteration);
        if (optimizer.MovesIdleRows) table.Lagging = this;
    }

    /// <summary>Makes the next step for the rows that have a gradient.</summary>
    public void Update(Block gradient, ReadOnlySpan<int> rows)
    {
        CatchUp(rows); // usually done before the forward pass
        Iteration++;
        optimizer.UpdateRows(this, gradient, rows);
    }

    /// <summary>Brings some rows to the last step; a row may be named again.</summary>
    public void CatchUp(ReadOnlySpan<int> rows)
    {
        if (optimizer.MovesIdleRows) optimizer.CatchUp(this, rows);
    }

    /// <summary>Brings all rows to the last step.</summary>
    public void CatchUp()
    {
        if (_rateCount == 0 && optimizer.MovesIdleRows) return;
        optimizer.CatchUp(this, _all);
        _rateCount = 0;
        LargestRate = 0;
    }

    /// <summary>Notes the rate of the last step.</summary>
    public void AddRate(float rate)
    {
        if (_rateCount == _rates.Length) Array.Resize(ref _rates, 2 * _rateCount);
        _rates[_rateCount++] = rate;
        LargestRate = Math.Max(LargestRate, Math.Abs(rate));
    }

    /// <summary>Nobody need wait for this any more.</summary>
    public void End()
    {
        CatchUp();
        table.Lagging = null;
    }
}
