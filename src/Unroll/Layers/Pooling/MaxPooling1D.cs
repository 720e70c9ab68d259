using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>The largest value of every window; of several the first has the gradient. <c>[B, T, F] → [B, T', F]</c>; masks end here, as in Keras.</summary>
public sealed class MaxPooling1D : PoolingLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="poolSize">Steps of a window.</param>
    /// <param name="strides">Steps from one window to the next; null: windows lie side by side.</param>
    /// <param name="padding">What windows do at the ends of time; not causal.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public MaxPooling1D(int poolSize = 2, int? strides = null, WindowPadding padding = WindowPadding.Valid) => (PoolSize, Strides, Padding) = (poolSize, strides, padding);

    /// <inheritdoc/>
    public override string ClassName => "MaxPooling1D";

    internal static Registration<Layer> Registration { get; } = Register("MaxPooling1D", "MaxPool1D", () => new MaxPooling1D());

    internal override LayerProgram CreateProgram(ProgramContext context) => Program(context, takesLargest: true);
}
