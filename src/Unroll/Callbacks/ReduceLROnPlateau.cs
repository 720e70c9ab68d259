using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Lowers the learning rate when a value has stopped getting better. Adds <c>learning_rate</c> to the logs: the rate of the
/// epoch that ended. Needs an optimizer with a number as its rate: a schedule can't be set.
/// </summary>
public sealed class ReduceLROnPlateau : MonitorCallback
{
    private int _coolingDown;

    /// <summary>What the rate is multiplied by, below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, 1 or more, or NaN.</exception>
    public double Factor
    {
        get;
        init => field = value is >= 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value, $"ReduceLROnPlateau: Factor is {PythonFormat.Repr(value)}; it must be at least 0 and below 1.");
    } = 0.1;

    /// <summary>Epochs without improvement after which the rate is lowered; 0 and 1 both mean the first one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Patience { get; init => field = CallbackArguments.NotNegative(typeof(ReduceLROnPlateau), nameof(Patience), value); } = 10;

    /// <summary>A value must be better by more than this to count; its sign is ignored.</summary>
    public double MinDelta { get; init; } = 1e-4;

    /// <summary>Epochs after a reduction in which nothing is counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Cooldown { get; init => field = CallbackArguments.NotNegative(typeof(ReduceLROnPlateau), nameof(Cooldown), value); }

    /// <summary>The rate does not go below this.</summary>
    public double MinLr { get; init; }

    /// <summary>Epochs since the last improvement or reduction.</summary>
    public int Wait { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        (Wait, _coolingDown) = (0, 0);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        double rate = Model.LearningRate;
        logs["learning_rate"] = rate;
        RequireDirection(logs.Keys);
        if (!TryGet(logs, out double? current))
        {
            Warn($"Learning rate reduction is conditioned on metric `{Monitor}` which is not available. Available metrics are: {string.Join(",", logs.Keys)}.");
            return;
        }

        if (_coolingDown > 0)
        {
            _coolingDown--;
            Wait = 0;
        }

        if (IsBetter(current.Value, Best, MinDelta))
        {
            Best = current;
            Wait = 0;
        }
        else if (_coolingDown == 0 && ++Wait >= Patience && rate > (float)MinLr)
        {
            double lower = Math.Max(rate * Factor, MinLr);
            Model.LearningRate = lower;
            if (Verbose > 0) Print($"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {PythonFormat.Repr(lower)}.");
            (_coolingDown, Wait) = (Cooldown, 0);
        }
    }
}
