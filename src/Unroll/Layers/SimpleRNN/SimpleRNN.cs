using Unroll.Configuration;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Fully connected recurrent network (Elman 1990): h' = activation(x·K + b + h·R). Weights: kernel <c>[F, U]</c>,
/// recurrent kernel <c>[U, U]</c>, bias <c>[U]</c>: U(F + U + 1) parameters.
/// </summary>
public sealed class SimpleRNN : RecurrentLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public SimpleRNN(int units) : base(units, gateCount: 1)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "SimpleRNN";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SimpleRNN>("SimpleRNN")
    {
        Arguments = AllArguments(isGated: false, afterBias: [], last: []),
        Positional = FirstArguments(isGated: false),
        Make = a => new SimpleRNN(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer Create() => new SimpleRNN(Units);

    internal override CellKind Cell => CellKind.SimpleRnn;
}
