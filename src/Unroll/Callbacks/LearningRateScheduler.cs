using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Sets the learning rate at the beginning of every epoch, and adds <c>learning_rate</c> to the logs.
/// <code>new LearningRateScheduler { Schedule = (epoch, rate) => epoch &lt; 10 ? rate : rate * 0.9 }</code>
/// For a rate that changes with every step give the optimizer a schedule instead.
/// </summary>
public sealed class LearningRateScheduler : Callback
{
    /// <summary>The rate for an epoch, counted from 0, from that and the present rate.</summary>
    public Func<int, double, double>? Schedule { get; init; }

    /// <summary>1: tell what is done; 0: do it silently.</summary>
    public int Verbose { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no <see cref="Schedule"/>.</exception>
    public override void OnTrainBegin()
    {
        if (Schedule is null) throw new InvalidOperationException("LearningRateScheduler: Schedule is not set; give a function of epoch and learning rate.");
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The schedule gave no rate.</exception>
    public override void OnEpochBegin(int epoch)
    {
        double rate = Schedule!(epoch, Model.LearningRate);
        if (!double.IsFinite(rate) || rate < 0)
        {
            throw new InvalidOperationException(
                $"LearningRateScheduler: the output of Schedule for epoch {epoch} is {PythonFormat.Repr(rate)}; it must be a number that is 0 or more.");
        }

        Model.LearningRate = rate;
        if (Verbose > 0) Print($"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {PythonFormat.Repr(rate)}.");
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => logs["learning_rate"] = Model.LearningRate;
}
