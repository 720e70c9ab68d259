namespace Unroll;

/// <summary>
/// The loss became NaN or infinite: training can't go on. The weights are those before the failing step, unless the message
/// names a weight that is no number any more: then the step before blew up.
/// </summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    /// <summary>Creates the exception.</summary>
    public NonFiniteLossException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public NonFiniteLossException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public NonFiniteLossException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>The last step of an epoch, which no loss follows, made a weight NaN or infinite.</summary>
    internal static NonFiniteLossException OfWeight(string weight, float value, int epoch) => new(
        $"After the last step of epoch {epoch + 1} the weight {weight} holds {value}. Lower the learning rate, or look for huge values in the inputs; the model needs its weights from before, or new ones.");

    /// <summary>The validation gave no number.</summary>
    internal static NonFiniteLossException OfValidation(double loss, int epoch) => new(
        $"The validation loss is {loss} after epoch {epoch + 1}. Lower the learning rate, or look for huge values in the validation data.");

    internal NonFiniteLossException(double loss, int epoch, int step)
        : this($"The loss is {loss} in epoch {epoch + 1}, step {step + 1}. Lower the learning rate, or look for NaN or huge values in the inputs.")
    {
    }
}
