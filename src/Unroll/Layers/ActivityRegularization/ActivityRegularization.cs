using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>Passes its input on and adds <c>(l1 · Σ|x| + l2 · Σx²) / rows of the batch</c> to the loss. Any shape; masks pass.</summary>
public sealed class ActivityRegularization : WeightlessLayer
{
    private static readonly Argument<double> L1Argument = Argument.Number("l1", 0).AtLeast(0.0), L2Argument = Argument.Number("l2", 0).AtLeast(0.0);

    /// <summary>Creates the layer.</summary>
    /// <param name="l1">Factor of the sum of magnitudes, 0 or more.</param>
    /// <param name="l2">Factor of the sum of squares, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public ActivityRegularization(double l1 = 0.0, double l2 = 0.0) => (L1, L2) = (l1, l2);

    /// <inheritdoc/>
    public override string ClassName => "ActivityRegularization";

    /// <summary>Factor of the sum of magnitudes.</summary>
    public double L1 { get => Get(L1Argument); init => Set(L1Argument, value); }

    /// <summary>Factor of the sum of squares.</summary>
    public double L2 { get => Get(L2Argument); init => Set(L2Argument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ActivityRegularization>("ActivityRegularization")
    {
        Arguments = [.. CommonArguments, L1Argument, L2Argument],
        Make = _ => new ActivityRegularization(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override Regularizer OutputRegularizer => new L1L2(L1, L2);

    internal override LayerProgram CreateProgram(ProgramContext context) => new DropoutProgram(context, 0, null, noiseOf: null);
}
