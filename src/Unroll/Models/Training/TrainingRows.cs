using Unroll.Random;

namespace Unroll.Models.Training;

/// <summary>Hands out the training rows, batch by batch. With a given number of steps a pass over the data may span several epochs.</summary>
/// <param name="count">Number of rows.</param>
/// <param name="batchSize">Rows per step; the last step of a pass takes what is left.</param>
/// <param name="stepsPerEpoch">Steps of an epoch; null: an epoch is a pass.</param>
/// <param name="shuffleSeed">Seed of the order, a new one for each pass; null: as they stand.</param>
/// <param name="start">The first row.</param>
internal sealed class TrainingRows(int count, int batchSize, int? stepsPerEpoch, int? shuffleSeed, int start = 0)
{
    private int[] _order = [];
    private int _next = int.MaxValue; // the first pass is yet to begin

    /// <summary>Batches of a pass.</summary>
    public int StepsPerPass { get; } = DataChecks.Steps(count, batchSize);

    /// <summary>Batches of an epoch.</summary>
    public int Steps => stepsPerEpoch ?? StepsPerPass;

    /// <summary>True if the pass has come to its end.</summary>
    public bool AreUsedUp => _next >= count;

    /// <summary>Begins a new pass, unless the last epoch has left something of one.</summary>
    /// <param name="epoch">Epochs that the model was trained for so far.</param>
    public void BeginEpoch(int epoch)
    {
        if (!AreUsedUp) return;
        if (_order.Length == 0 || shuffleSeed is not null) _order = DataChecks.Rows(count, start);
        if (shuffleSeed is { } seed) new Philox(seed, RandomPurpose.Shuffle, epoch).Shuffle(_order.AsSpan());
        _next = 0;
    }

    /// <summary>The next batch.</summary>
    public ReadOnlyMemory<int> Next()
    {
        int first = _next;
        _next = Math.Min(count, first + batchSize);
        return _order.AsMemory(first, _next - first);
    }
}
