using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Initializers;
using Unroll.Kernels.Recurrent;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000). Gates in the order i, f, c, o:
/// c' = f·c + i·activation(zc), h' = o·activation(c'). Weights: kernel <c>[F, 4U]</c>, recurrent kernel <c>[U, 4U]</c>,
/// bias <c>[4U]</c>: 4U(F + U + 1) parameters. With recurrent dropout every gate has masks of its own (Keras 3.8 on).
/// </summary>
public sealed class LSTM : RecurrentLayer
{
    internal static readonly Argument<bool> UnitForgetBiasArgument = Argument.Flag("unit_forget_bias", true);

    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public LSTM(int units) : base(units, gateCount: 4)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "LSTM";

    /// <summary>Activation of the gates; default sigmoid.</summary>
    public Activation RecurrentActivation { get => Get(RecurrentActivationArgument); init => Set(RecurrentActivationArgument, value); }

    /// <summary>True: the forget gate's bias starts at 1 (Jozefowicz et al. 2015).</summary>
    public bool UnitForgetBias { get => Get(UnitForgetBiasArgument); init => Set(UnitForgetBiasArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, LSTM>("LSTM")
    {
        Arguments = AllArguments(isGated: true, afterBias: [UnitForgetBiasArgument], last: [Argument.Ignored("seed", null)]),
        Positional = FirstArguments(isGated: true),
        Make = a => new LSTM(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer Create() => new LSTM(Units);

    internal override CellKind Cell => CellKind.Lstm;

    internal override int StateCount => 2;

    internal override Activation GateActivation => RecurrentActivation;

    private protected override Initializer FirstBias => UnitForgetBias ? new ForgetBias(BiasInitializer, Units) : BiasInitializer;

    /// <summary>The bias initializer everywhere but in the forget gate's block, which starts at 1.</summary>
    internal sealed class ForgetBias(Initializer others, int units) : Initializer
    {
        public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
        {
            others.Start(values[..units], [units], random);
            values.Slice(units, units).Fill(1f);
            others.Start(values[(2 * units)..], [2 * units], random);
        }
    }
}
