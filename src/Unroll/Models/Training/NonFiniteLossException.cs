namespace Unroll;

/// <summary>The loss became NaN or infinite: training can't go on. The weights are those before the failing step.</summary>
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

    internal NonFiniteLossException(double loss, int epoch, int step)
        : this($"The loss is {loss} in epoch {epoch + 1}, step {step + 1}. Lower the learning rate, or look for NaN or huge values in the inputs.")
    {
    }
}
