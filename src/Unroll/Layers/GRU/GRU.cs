using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Gated recurrent unit (Cho et al. 2014). Gates in the order z, r, h: h' = z·h + (1 − z)·hh with
/// hh = activation(xh + r·(h·Rh + br)), or activation(xh + (r·h)·Rh) without <see cref="ResetAfter"/>. Weights: kernel
/// <c>[F, 3U]</c>, recurrent kernel <c>[U, 3U]</c>, bias <c>[2, 3U]</c> (input, recurrent) or <c>[3U]</c>:
/// 3U(F + U + 2) or 3U(F + U + 1) parameters. With recurrent dropout every gate has masks of its own (Keras 3.8 on).
/// </summary>
public sealed class GRU : RecurrentLayer
{
    internal static readonly Argument<bool> ResetAfterArgument = Argument.Flag("reset_after", true);

    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public GRU(int units) : base(units, gateCount: 3)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "GRU";

    /// <summary>Activation of the gates; default sigmoid.</summary>
    public Activation RecurrentActivation { get => Get(RecurrentActivationArgument); init => Set(RecurrentActivationArgument, value); }

    /// <summary>True: the reset gate acts after the recurrent product, which then has a bias of its own.</summary>
    public bool ResetAfter { get => Get(ResetAfterArgument); init => Set(ResetAfterArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GRU>("GRU")
    {
        Arguments = AllArguments(isGated: true, afterBias: [], last: [ResetAfterArgument, Argument.Ignored("seed", null)]),
        Positional = FirstArguments(isGated: true),
        Make = a => new GRU(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer Create() => new GRU(Units);

    internal override CellKind Cell => ResetAfter ? CellKind.Gru : CellKind.GruResetBefore;

    internal override Activation GateActivation => RecurrentActivation;

    private protected override int[] BiasShape => ResetAfter ? [2, 3 * Units] : [3 * Units];
}
