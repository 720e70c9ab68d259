using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Rows of some data, ready to go through a model.</summary>
/// <param name="Session">The model made ready for inputs of this shape.</param>
/// <param name="X">Inputs.</param>
/// <param name="Y">Targets in the order of the outputs, with weights; null if nothing is scored.</param>
/// <param name="Rows">The rows of the batch.</param>
internal readonly record struct LoadedBatch(ModelSession Session, Inputs X, Targets Y, ReadOnlyMemory<int> Rows);

/// <summary>Where a fit or a test gets its batches from.</summary>
internal abstract class BatchFeed : IDisposable
{
    /// <summary>Batches of an epoch; null: as many as come.</summary>
    public abstract int? Steps { get; }

    /// <summary>Batches of a pass over the data, for messages; null: not known.</summary>
    public abstract int? StepsPerPass { get; }

    /// <summary>A batch like those to come, for what must be known beforehand.</summary>
    public abstract LoadedBatch Sample { get; }

    /// <summary>True if all batches go through one session and have weights, or have none.</summary>
    public abstract bool IsSteady { get; }

    /// <summary>The batch at work.</summary>
    public LoadedBatch Current { get; protected set; }

    /// <summary>Begins a new pass, unless the last epoch has left something of one.</summary>
    /// <param name="epoch">Epochs that the model was trained for so far.</param>
    public abstract void BeginEpoch(int epoch);

    /// <summary>Goes on to the next batch; false: the pass has come to its end.</summary>
    public abstract bool MoveNext();

    /// <summary>Takes over the weights as they are now, for a pass that does not change them.</summary>
    public abstract void TakeWeights();

    public abstract void Dispose();
}

/// <summary>Batches of arrays.</summary>
/// <param name="session">Disposed with the feed.</param>
/// <param name="x">Inputs.</param>
/// <param name="y">Targets with weights.</param>
/// <param name="rows">Which rows make a batch.</param>
internal sealed class ArrayFeed(ModelSession session, Inputs x, Targets y, TrainingRows rows) : BatchFeed
{
    public override int? Steps => rows.Steps;

    public override int? StepsPerPass => rows.StepsPerPass;

    public override LoadedBatch Sample => new(session, x, y, default);

    public override bool IsSteady => true;

    public override void BeginEpoch(int epoch) => rows.BeginEpoch(epoch);

    public override bool MoveNext()
    {
        if (rows.AreUsedUp) return false;
        Current = new LoadedBatch(session, x, y, rows.Next());
        return true;
    }

    public override void TakeWeights() => session.Prepare();

    public override void Dispose() => session.Dispose();
}
