using Unroll.Configuration;
using Unroll.Formulas;
using Unroll.Layers;
using static Unroll.Formulas.Formula;

namespace Unroll.Studies;

/// <summary>
/// The minimal gated unit (Zhou et al., "Minimal gated unit for recurrent neural networks", 2016) as a formula: a GRU whose
/// forget gate is reset gate and update gate at once. Study files know it as <c>rnn(minimal_gated_cell(16))</c>.
/// </summary>
public sealed class MinimalGatedCell : RecurrentCell
{
    /// <summary>Creates the cell.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public MinimalGatedCell(int units) : base(units)
    {
    }

    /// <summary>Its name and arguments.</summary>
    public static Registration<Layer> Registration { get; } = new Registration<Layer, MinimalGatedCell>("MinimalGatedCell")
    {
        Arguments = CellArguments,
        Make = arguments => new MinimalGatedCell(arguments.Get(UnitsArgument)),
    };

    /// <inheritdoc/>
    protected override Value Step(Value x, Value h)
    {
        Value f = Sigmoid(x * Kernel("kernel_f") + h * RecurrentKernel("recurrent_f") + Bias("bias_f"));
        return (1 - f) * h + f * Tanh(x * Kernel("kernel_n") + (f * h) * RecurrentKernel("recurrent_n") + Bias("bias_n"));
    }
}
