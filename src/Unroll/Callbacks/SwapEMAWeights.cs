using Unroll.Configuration;

namespace Unroll.Callbacks;

/// <summary>
/// Validates, tests and predicts with the moving averages of the weights that an optimizer with <c>UseEma</c> keeps, and
/// goes on training with the weights themselves.
/// </summary>
public sealed class SwapEMAWeights : Callback
{
    private static readonly Argument<bool> SwapOnEpochArgument = Argument.Flag("swap_on_epoch");

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, SwapEMAWeights>("SwapEMAWeights")
    {
        Arguments = [SwapOnEpochArgument],
        Make = _ => new SwapEMAWeights(),
    };

    /// <summary>
    /// True: the averages are also in place from the end of an epoch to the beginning of the next, so that a
    /// <see cref="ModelCheckpoint"/> later in the list saves them. A <see cref="BackupAndRestore"/> belongs before this.
    /// </summary>
    public bool SwapOnEpoch { get => Get(SwapOnEpochArgument); init => Set(SwapOnEpochArgument, value); }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => Use(false);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => Use(SwapOnEpoch);

    /// <inheritdoc/>
    public override void OnTestBegin() => Use(true);

    /// <inheritdoc/>
    public override void OnTestEnd(IReadOnlyDictionary<string, double> logs) => Use(false);

    /// <inheritdoc/>
    public override void OnPredictBegin() => Use(true);

    /// <inheritdoc/>
    public override void OnPredictEnd() => Use(false);

    /// <exception cref="InvalidOperationException">The optimizer keeps no averages.</exception>
    private void Use(bool averages)
    {
        if (Model.Optimizer is not { UseEma: true })
            throw new InvalidOperationException("SwapEMAWeights must be used with an optimizer that has UseEma = true; this model's has not.");
        Model.State!.UseAverages(averages);
    }
}
