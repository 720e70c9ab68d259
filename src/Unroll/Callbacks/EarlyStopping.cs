using Unroll.Configuration;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Ends the training when a value has stopped getting better, and if asked to puts the best weights back. Semantics of
/// Keras 3: with <see cref="Patience"/> 2 the second epoch in a row that is not better is the last; weights are put back
/// also when the training ran to its last epoch.
/// </summary>
public sealed class EarlyStopping : MonitorCallback
{
    private static readonly Argument<double> MinDeltaArgument = Argument.Number("min_delta", 0);

    private static readonly Argument<int> PatienceArgument = Argument.Whole("patience", 0).AtLeast(0);

    private static readonly Argument<double?> BaselineArgument = Argument.OptionalNumber("baseline");

    private static readonly Argument<bool> RestoreBestWeightsArgument = Argument.Flag("restore_best_weights");

    private static readonly Argument<int> StartFromEpochArgument = Argument.Whole("start_from_epoch", 0).AtLeast(0);

    private IReadOnlyList<float[]>? _bestWeights;

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, EarlyStopping>("EarlyStopping")
    {
        Arguments =
        [
            MonitorArgument, MinDeltaArgument, PatienceArgument, VerboseArgument, ModeArgument, BaselineArgument, RestoreBestWeightsArgument,
            StartFromEpochArgument,
        ],
        Make = _ => new EarlyStopping(),
    };

    /// <summary>A value must be better by more than this to count; its sign is ignored.</summary>
    public double MinDelta { get => Get(MinDeltaArgument); init => Set(MinDeltaArgument, value); }

    /// <summary>Epochs in a row without improvement after which training ends; 0 and 1 both mean the first one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Patience { get => Get(PatienceArgument); init => Set(PatienceArgument, value); }

    /// <summary>A value that must be beaten, too: improvements that don't are kept as the best, but do not end the waiting.</summary>
    public double? Baseline { get => Get(BaselineArgument); init => Set(BaselineArgument, value); }

    /// <summary>True: the model ends with the weights of its best epoch; false: with those of the last.</summary>
    public bool RestoreBestWeights { get => Get(RestoreBestWeightsArgument); init => Set(RestoreBestWeightsArgument, value); }

    /// <summary>Epochs before this one, from 0, are not looked at.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int StartFromEpoch { get => Get(StartFromEpochArgument); init => Set(StartFromEpochArgument, value); }

    /// <summary>The epoch, from 0, that ended the training; 0 if none did.</summary>
    public int StoppedEpoch { get; private set; }

    /// <summary>The epoch, from 0, with the best value.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Epochs since the last improvement.</summary>
    public int Wait { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        (Wait, StoppedEpoch, BestEpoch, _bestWeights) = (0, 0, 0, null);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        RequireDirection(logs.Keys);
        if (!TryGet(logs, out double? current))
        {
            Warn($"Early stopping conditioned on metric `{Monitor}` which is not available. Available metrics are: {string.Join(",", logs.Keys)}");
            return;
        }

        if (epoch < StartFromEpoch) return;
        if (RestoreBestWeights && _bestWeights is null) Remember(epoch);
        Wait++;
        if (IsBetter(current.Value, Best, MinDelta))
        {
            Best = current;
            Remember(epoch);
            if (Baseline is null || IsBetter(current.Value, Baseline, MinDelta)) Wait = 0;
        }
        else if (Wait >= Patience && epoch > 0)
        {
            StoppedEpoch = epoch;
            Model.StopTraining = true;
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs)
    {
        if (StoppedEpoch > 0 && Verbose > 0) Print($"Epoch {StoppedEpoch + 1}: early stopping");
        if (_bestWeights is null) return;
        if (Verbose > 0) Print($"Restoring model weights from the end of the best epoch: {BestEpoch + 1}.");
        Model.SetWeights(_bestWeights);
        _bestWeights = null;
    }

    internal override CallbackMemory GetMemory() => new(Numbers(("wait", Wait), ("best_epoch", BestEpoch), ("stopped_epoch", StoppedEpoch)), _bestWeights);

    internal override void SetMemory(CallbackMemory memory)
    {
        base.SetMemory(memory);
        (Wait, BestEpoch, StoppedEpoch, _bestWeights) = (memory.Count("wait"), memory.Count("best_epoch"), memory.Count("stopped_epoch"), memory.Weights);
    }

    private void Remember(int epoch)
    {
        BestEpoch = epoch;
        if (RestoreBestWeights) _bestWeights = Model.GetWeights();
    }
}
