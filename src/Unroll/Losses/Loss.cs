using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// What training makes small, by its Keras name. Converts from a string: <c>loss: "binary_crossentropy"</c>. The loss of a
/// batch is the mean over its rows (and time steps, if the output has them), each multiplied by its sample weight, unless
/// <see cref="Reduction"/> says otherwise. One of your own overrides
/// <see cref="Evaluate(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{double})"/>; if it is a mean over the outputs,
/// <see cref="ElementwiseLoss"/> is simpler, and one that needs the whole batch is a <see cref="BatchLoss"/>.
/// </summary>
public abstract partial class Loss : Configurable
{
    /// <summary>Keras' guard against logarithms of 0 and divisions by 0.</summary>
    private protected const double Epsilon = 1e-7;

    /// <summary>All losses that are known by name.</summary>
    public static Catalog<Loss> Catalog => LossCatalog.Instance;

    /// <summary>What Keras writes first for every loss: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> CommonArguments { get; } =
        [Argument.Shown<Loss>("name", loss => loss.Name), LossReductionForm.Argument];

    /// <summary>How the values of a batch become one number.</summary>
    public LossReduction Reduction { get => Get(LossReductionForm.Argument); init => Set(LossReductionForm.Argument, value); }

    /// <summary>Keras' name; for one of your own, unless overridden, the class's name in snake case.</summary>
    public virtual string Name => SnakeCase.Of(GetType().Name);

    /// <summary>True if a target is the number of the right class, false if it has a value for every output.</summary>
    public virtual bool TakesClassIds => false;

    /// <summary>The smallest and the largest target that make sense. Others are refused before anything is computed.</summary>
    public virtual (float Least, float Most) TargetRange => (float.MinValue, float.MaxValue);

    /// <summary>What messages advise about targets outside of <see cref="TargetRange"/>; empty: nothing.</summary>
    public virtual string TargetAdvice => "";

    /// <summary>
    /// The activation that the loss takes over if it is the last layer's: it is then fed logits. That is exact where
    /// probabilities would round to 0 or 1, and the gradient at the logit is simply p − y. Null: none.
    /// </summary>
    internal virtual string? FusedActivation => null;

    /// <summary>
    /// The axis of <c>[samples, …, outputs]</c> that one value of the loss is told from. Usually −1: the outputs of a sample at
    /// one time step; 0: one output of all samples of the batch; null: everything at once.
    /// </summary>
    protected virtual int? Along => -1;

    /// <summary>The loss of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static implicit operator Loss(string name) => FromName(name);

    /// <summary>The loss of that name, without regard to case and underscores, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static Loss FromName(string name) => Catalog.Create(name);

    /// <summary>The loss of one row at one time step.</summary>
    /// <param name="output">What the model puts out.</param>
    /// <param name="target">What it should be: one value per output, or the number of the class if <see cref="TakesClassIds"/>.</param>
    /// <param name="gradient">The slope of the loss at every output, to be set.</param>
    public abstract double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient);

    /// <summary>What a value is told from.</summary>
    /// <exception cref="ArgumentException">The outputs have no such axis.</exception>
    internal virtual SliceKind KindFor(bool hasTime) => Slices.KindOf(Along, hasTime, GetType().Name);

    /// <summary>The loss that outputs and targets of these shapes call for: itself, unless it stands for several.</summary>
    internal virtual Loss For(int steps, int units, int targets) => this;

    /// <summary>True for a target that asks for nothing: such a row counts neither for the sum nor for what it is divided by.</summary>
    internal virtual bool IsIgnored(float target) => false;

    /// <summary>True if some targets ask for nothing.</summary>
    internal virtual bool IgnoresSome => false;

    /// <summary>What is wrong with targets; null: nothing.</summary>
    /// <param name="steps">Time steps of the outputs.</param>
    /// <param name="units">Outputs per step.</param>
    /// <param name="size">Target values of a sample.</param>
    internal virtual string? WrongSize(int steps, int units, int size)
    {
        int expected = TakesClassIds ? steps : steps * units;
        if (size == expected) return null;
        string each = steps > 1 ? $" ({steps} steps of {units})" : "";
        return TakesClassIds
            ? $"{Name} needs {expected}: the number of the right class for each answer of the model{each}."
            : $"the model's output has {expected}{each}.";
    }

    /// <summary>What is wrong with the value of a target; null: nothing.</summary>
    internal virtual string? WrongTarget(float target, int units) =>
        !TakesClassIds || IsIgnored(target) || (target >= 0 && target < units && target == MathF.Floor(target))
            ? null
            : $"the model's {units} outputs stand for the classes 0 … {units - 1}.";

    /// <summary>The loss of one row at one time step.</summary>
    /// <param name="output">What came out: logits if the loss took over the activation.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isFused">Whether the loss took over the activation.</param>
    /// <param name="prediction">What metrics see, one per output.</param>
    /// <param name="gradient">The gradient at what came in, one per output.</param>
    internal virtual double Evaluate(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, bool isFused, Span<float> prediction, Span<double> gradient)
    {
        output.CopyTo(prediction);
        return Evaluate(output, target, gradient);
    }
}
