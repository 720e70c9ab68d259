using Unroll.Configuration;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Ends the training when the loss becomes NaN or infinite, instead of letting it fail with a
/// <see cref="NonFiniteLossException"/>. The epoch in which it happens is in the history. Unlike in Keras the weights
/// are those before the failing step: it is not carried out.
/// </summary>
public sealed class TerminateOnNaN : Callback
{
    private static readonly Argument<bool> RaiseErrorArgument = Argument.Flag("raise_error");

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, TerminateOnNaN>("TerminateOnNaN")
    {
        Arguments = [RaiseErrorArgument],
        Make = _ => new TerminateOnNaN(),
    };

    /// <summary>True: throw all the same, with Keras' message.</summary>
    public bool RaiseError { get => Get(RaiseErrorArgument); init => Set(RaiseErrorArgument, value); }

    /// <inheritdoc/>
    /// <exception cref="NonFiniteLossException">The loss is NaN or infinite, and <see cref="RaiseError"/> is set.</exception>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        double loss = logs["loss"];
        if (double.IsFinite(loss)) return;
        if (RaiseError)
            throw new NonFiniteLossException($"NaN or Inf loss encountered at batch {batch}. Loss value: {PythonFormat.Repr(loss)}. Terminating training immediately.");
        Print($"Batch {batch}: Invalid loss, terminating training");
        Model.StopTraining = true;
    }
}
