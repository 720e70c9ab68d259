using Unroll.Configuration;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>The arguments that all optimizers have in common, with Keras' names and defaults.</summary>
public abstract partial class Optimizer
{
    private protected static readonly Argument<LearningRateSchedule> LearningRateArgument = LearningRateSchedule.AsArgument(0.001);

    private protected static readonly Argument<double?> WeightDecayArgument = Argument.OptionalNumber("weight_decay").AtLeast(0.0).KeywordOnly();

    private static readonly Argument<string?> NameArgument = Argument.OptionalText("name").KeywordOnly();

    private static readonly Argument<double?>
        ClipnormArgument = Argument.OptionalNumber("clipnorm").AtLeast(0.0).KeywordOnly(),
        GlobalClipnormArgument = Argument.OptionalNumber("global_clipnorm").AtLeast(0.0).KeywordOnly(),
        ClipvalueArgument = Argument.OptionalNumber("clipvalue").AtLeast(0.0).KeywordOnly(),
        LossScaleFactorArgument = Argument.OptionalNumber("loss_scale_factor").Above(0.0).KeywordOnly();

    private static readonly Argument<bool> UseEmaArgument = Argument.Flag("use_ema").KeywordOnly();

    private static readonly Argument<double> EmaMomentumArgument = Argument.Number("ema_momentum", 0.99).Between(0, 1).KeywordOnly();

    private static readonly Argument<int?> EmaOverwriteFrequencyArgument = Argument.OptionalWhole("ema_overwrite_frequency").AtLeast(1).KeywordOnly();

    private static readonly Argument<int?> GradientAccumulationStepsArgument =
        Argument.OptionalWhole("gradient_accumulation_steps").AtLeast(2).KeywordOnly();

    private static readonly Argument<IReadOnlyList<string>> ExcludeFromWeightDecayArgument =
        PathPattern.Check(Argument.Texts("exclude_from_weight_decay", [])).Own();

    /// <summary>What Keras writes first for every optimizer: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> CommonArguments { get; } =
    [
        NameArgument,
        LearningRateArgument,
        WeightDecayArgument,
        ClipnormArgument,
        GlobalClipnormArgument,
        ClipvalueArgument,
        UseEmaArgument,
        EmaMomentumArgument,
        EmaOverwriteFrequencyArgument,
        LossScaleFactorArgument,
        GradientAccumulationStepsArgument,
        ExcludeFromWeightDecayArgument,
        Argument.Outdated("decay", 0.0), // Keras 2
    ];

    /// <summary>Share of every weight, times the learning rate, that is subtracted before a step; null: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double? WeightDecay { get => Get(WeightDecayArgument); init => Set(WeightDecayArgument, value); }

    /// <summary>
    /// Weights that <see cref="WeightDecay"/> leaves alone: regular expressions, as in Keras'
    /// <c>exclude_from_weight_decay(var_names=…)</c>, that are looked for in the names of layer and weight, <c>dense/bias</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">One is no regular expression without look-around and back references.</exception>
    public IReadOnlyList<string> ExcludeFromWeightDecay { get => Get(ExcludeFromWeightDecayArgument); init => Set(ExcludeFromWeightDecayArgument, value); }

    /// <summary>
    /// Training steps whose gradients are summed up before the weights are changed by their mean, 2 or more; null: every step
    /// changes the weights.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 2.</exception>
    public int? GradientAccumulationSteps { get => Get(GradientAccumulationStepsArgument); init => Set(GradientAccumulationStepsArgument, value); }

    /// <summary>
    /// What gradients are divided by because the loss was multiplied by it. In a fit both cancel, and float32 needs neither;
    /// it counts where gradients come from elsewhere, see <see cref="OptimizerSteps"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public double? LossScaleFactor { get => Get(LossScaleFactorArgument); init => Set(LossScaleFactorArgument, value); }

    /// <summary>Longest gradient (L2 norm) of each weight; longer ones are shortened. Null or 0: any.</summary>
    /// <exception cref="ArgumentException">Negative, or gradients are clipped in another way already.</exception>
    public double? Clipnorm { get => Get(ClipnormArgument); init => Set(ClipnormArgument, value); }

    /// <summary>Longest gradient of all weights together; null or 0: any.</summary>
    /// <exception cref="ArgumentException">Negative, or gradients are clipped in another way already.</exception>
    public double? GlobalClipnorm { get => Get(GlobalClipnormArgument); init => Set(GlobalClipnormArgument, value); }

    /// <summary>Largest element of a gradient, positive or negative; null or 0: any.</summary>
    /// <exception cref="ArgumentException">Negative, or gradients are clipped in another way already.</exception>
    public double? Clipvalue { get => Get(ClipvalueArgument); init => Set(ClipvalueArgument, value); }

    /// <summary>True: a moving average of each weight is kept, which becomes the weight when a fit ends.</summary>
    public bool UseEma { get => Get(UseEmaArgument); init => Set(UseEmaArgument, value); }

    /// <summary>Share of the average that stays at each step, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double EmaMomentum { get => Get(EmaMomentumArgument); init => Set(EmaMomentumArgument, value); }

    /// <summary>Steps after which the averages become the weights, again and again; null: at the end of a fit only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? EmaOverwriteFrequency { get => Get(EmaOverwriteFrequencyArgument); init => Set(EmaOverwriteFrequencyArgument, value); }

    /// <summary>True if gradients are changed before the update.</summary>
    internal bool Clips => Clipnorm > 0 || GlobalClipnorm > 0 || Clipvalue > 0;

    /// <summary>True if gradients of several calls are summed up.</summary>
    internal bool Accumulates => GradientAccumulationSteps is not null;

    /// <summary>Calls with gradients that make one step.</summary>
    internal int CallsPerStep => GradientAccumulationSteps ?? 1;

    /// <summary>
    /// True if rows of a table of so many floats may be left for later while they have no gradient: nothing but the rule
    /// itself touches them.
    /// </summary>
    internal bool LeavesRowsAlone(int floats) => CanUpdateRows(floats) && WeightDecay is null && !Clips && !UseEma && !Accumulates;

    internal override object? ValueOf<T>(Argument<T> argument) => ReferenceEquals(argument, NameArgument) ? Name : base.ValueOf(argument);

    /// <summary>True if the weight of that name does not decay.</summary>
    private protected bool IsExcludedFromDecay(string path) => PathPattern.Matches(ExcludeFromWeightDecay, path);

    /// <inheritdoc/>
    protected override void OnSet(Argument argument)
    {
        Argument<double?>[] clipping = [ClipnormArgument, GlobalClipnormArgument, ClipvalueArgument];
        if (!clipping.Contains(argument) || clipping.Count(one => Get(one) is not null) < 2) return;
        throw new ArgumentException(
            $"{TypeName}: only one of the arguments clipnorm, global_clipnorm and clipvalue can be given; drop '{argument}' or the other.", argument.Name);
    }
}
