using Unroll.Configuration;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Lowers the learning rate when a value has stopped getting better. Adds <c>learning_rate</c> to the logs: the rate of the
/// epoch that ended. Needs an optimizer with a number as its rate: a schedule can't be set.
/// </summary>
public sealed class ReduceLROnPlateau : MonitorCallback
{
    private static readonly Argument<double> FactorArgument = Argument.Number("factor", 0.1).Share();

    private static readonly Argument<int> PatienceArgument = Argument.Whole("patience", 10).AtLeast(0);

    private static readonly Argument<double> MinDeltaArgument = Argument.Number("min_delta", 1e-4);

    private static readonly Argument<int> CooldownArgument = Argument.Whole("cooldown", 0).AtLeast(0);

    private static readonly Argument<double> MinLrArgument = Argument.Number("min_lr", 0);

    private int _coolingDown;

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, ReduceLROnPlateau>("ReduceLROnPlateau")
    {
        Arguments =
        [
            MonitorArgument, FactorArgument, PatienceArgument, VerboseArgument, ModeArgument, MinDeltaArgument, CooldownArgument, MinLrArgument,
        ],
        Make = _ => new ReduceLROnPlateau(),
    };

    /// <summary>What the rate is multiplied by, below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, 1 or more, or NaN.</exception>
    public double Factor { get => Get(FactorArgument); init => Set(FactorArgument, value); }

    /// <summary>Epochs without improvement after which the rate is lowered; 0 and 1 both mean the first one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Patience { get => Get(PatienceArgument); init => Set(PatienceArgument, value); }

    /// <summary>A value must be better by more than this to count; its sign is ignored.</summary>
    public double MinDelta { get => Get(MinDeltaArgument); init => Set(MinDeltaArgument, value); }

    /// <summary>Epochs after a reduction in which nothing is counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Cooldown { get => Get(CooldownArgument); init => Set(CooldownArgument, value); }

    /// <summary>The rate does not go below this.</summary>
    public double MinLr { get => Get(MinLrArgument); init => Set(MinLrArgument, value); }

    /// <summary>Epochs since the last improvement or reduction.</summary>
    public int Wait { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        (Wait, _coolingDown) = (0, 0);
    }

    internal override CallbackMemory GetMemory() => new(Numbers(("wait", Wait), ("cooling_down", _coolingDown)));

    internal override void SetMemory(CallbackMemory memory)
    {
        base.SetMemory(memory);
        (Wait, _coolingDown) = (memory.Count("wait"), memory.Count("cooling_down"));
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
