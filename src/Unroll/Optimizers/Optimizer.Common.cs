using Unroll.Configuration;

namespace Unroll.Optimizers;

/// <summary>The arguments that all optimizers have in common, with Keras' names and defaults.</summary>
public abstract partial class Optimizer
{
    private double? _weightDecay, _clipnorm, _globalClipnorm, _clipvalue;
    private double _emaMomentum = 0.99;
    private bool _useEma;
    private int? _emaOverwriteFrequency;

    /// <summary>Share of every weight, times the learning rate, that is subtracted before a step; null: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double? WeightDecay
    {
        get => _weightDecay;
        init => SetWeightDecay(value);
    }

    /// <summary>Longest gradient (L2 norm) of each weight; longer ones are shortened. Null: any.</summary>
    /// <exception cref="ArgumentException">Not above 0, or gradients are clipped in another way already.</exception>
    public double? Clipnorm
    {
        get => _clipnorm;
        init => SetClipping(ref _clipnorm, "clipnorm", value);
    }

    /// <summary>Longest gradient of all weights together; null: any.</summary>
    /// <exception cref="ArgumentException">Not above 0, or gradients are clipped in another way already.</exception>
    public double? GlobalClipnorm
    {
        get => _globalClipnorm;
        init => SetClipping(ref _globalClipnorm, "global_clipnorm", value);
    }

    /// <summary>Largest element of a gradient, positive or negative; null: any.</summary>
    /// <exception cref="ArgumentException">Not above 0, or gradients are clipped in another way already.</exception>
    public double? Clipvalue
    {
        get => _clipvalue;
        init => SetClipping(ref _clipvalue, "clipvalue", value);
    }

    /// <summary>True: a moving average of each weight is kept, which becomes the weight when a fit ends.</summary>
    public bool UseEma { get => _useEma; init => _useEma = value; }

    /// <summary>Share of the average that stays at each step, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double EmaMomentum
    {
        get => _emaMomentum;
        init => SetEmaMomentum(value);
    }

    /// <summary>Steps after which the averages become the weights, again and again; null: at the end of a fit only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? EmaOverwriteFrequency
    {
        get => _emaOverwriteFrequency;
        init => SetEmaOverwriteFrequency(value);
    }

    /// <summary>True if gradients are changed before the update.</summary>
    internal bool Clips => Clipnorm is not null || GlobalClipnorm is not null || Clipvalue is not null;

    /// <summary>
    /// True if rows of a table of so many floats may be left for later while they have no gradient: nothing but the rule
    /// itself touches them.
    /// </summary>
    internal bool LeavesRowsAlone(int floats) => CanUpdateRows(floats) && WeightDecay is null && !Clips && !UseEma;

    /// <summary>Takes what is written of the common arguments.</summary>
    /// <exception cref="ArgumentException">A value is wrong.</exception>
    internal void TakeCommon(ArgumentReader a)
    {
        if (a.Has("weight_decay")) SetWeightDecay(a.OptionalDouble("weight_decay"));
        SetClipping(ref _clipnorm, "clipnorm", a.OptionalDouble("clipnorm"));
        SetClipping(ref _globalClipnorm, "global_clipnorm", a.OptionalDouble("global_clipnorm"));
        SetClipping(ref _clipvalue, "clipvalue", a.OptionalDouble("clipvalue"));
        _useEma = a.Bool("use_ema", false);
        SetEmaMomentum(a.Double("ema_momentum", 0.99));
        SetEmaOverwriteFrequency(a.OptionalInt("ema_overwrite_frequency"));
    }

    private void SetWeightDecay(double? value)
    {
        if (value is { } decay) RequireNotNegative("weight_decay", decay);
        _weightDecay = value;
    }

    private void SetClipping(ref double? field, string argument, double? value)
    {
        if (value is not { } limit) return;
        RequirePositive(argument, limit);
        if (Clips)
        {
            throw new ArgumentException(
                $"{GetType().Name}: only one of the arguments clipnorm, global_clipnorm and clipvalue can be given; drop '{argument}' or the other.", argument);
        }

        field = value;
    }

    private void SetEmaMomentum(double value)
    {
        Require(value is >= 0 and <= 1, "ema_momentum", value, "between 0 and 1");
        _emaMomentum = value;
    }

    private void SetEmaOverwriteFrequency(int? value)
    {
        if (value is { } frequency) Require(frequency >= 1, "ema_overwrite_frequency", frequency, "1 or more");
        _emaOverwriteFrequency = value;
    }
}
