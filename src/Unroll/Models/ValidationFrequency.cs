namespace Unroll;

/// <summary>
/// After which epochs a fit validates: a number n for every n-th, or a list of epochs counted from 1. Converts from both:
/// <c>validationFreq: 2</c>, <c>validationFreq: new[] { 1, 2, 10 }</c>.
/// </summary>
public sealed class ValidationFrequency
{
    private readonly int _every;
    private readonly int[]? _epochs;

    private ValidationFrequency(int every, int[]? epochs) => (_every, _epochs) = (every, epochs);

    /// <summary>After every epoch.</summary>
    public static ValidationFrequency EveryEpoch { get; } = new(1, null);

    /// <summary>After every n-th epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static implicit operator ValidationFrequency(int every) => Every(every);

    /// <summary>After the epochs of a list, counted from 1.</summary>
    public static implicit operator ValidationFrequency(int[] epochs) => After(epochs);

    /// <summary>After every n-th epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static ValidationFrequency Every(int epochs) => epochs >= 1
        ? new ValidationFrequency(epochs, null)
        : throw new ArgumentOutOfRangeException(nameof(epochs), epochs, $"validationFreq is {epochs}; it must be 1 or more.");

    /// <summary>After the epochs of a list, counted from 1.</summary>
    public static ValidationFrequency After(params int[] epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return new ValidationFrequency(0, [.. epochs]);
    }

    /// <summary>True if the fit validates after this epoch, counted from 0.</summary>
    internal bool Contains(int epoch) => _epochs is null ? (epoch + 1) % _every == 0 : _epochs.Contains(epoch + 1);
}
