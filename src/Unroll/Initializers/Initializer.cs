using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>
/// How a weight gets its first values. Converts from Keras' names: <c>kernelInitializer: "he_uniform"</c>. The values
/// follow from the model's seed and the weight's place in the model alone.
/// </summary>
public abstract record Initializer
{
    /// <summary>The initializer of that name, with default arguments.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Initializer(string name) => FromName(name);

    /// <summary>The initializer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists what there is.</exception>
    public static Initializer FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Registry.CreateInitializer(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>Fills a weight of the given shape (row-major).</summary>
    internal abstract void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random);
}
