using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Kernels.Math;

namespace Unroll.Layers;

/// <summary>x above 0, α·(e^x − 1) below (Clevert et al. 2016). Any shape; masks pass.</summary>
public sealed class ELU : WeightlessLayer
{
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 1.0).AtLeast(0.0);

    /// <summary>Creates the layer.</summary>
    /// <param name="alpha">What the output goes to far below 0, with the sign turned.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public ELU(double alpha = 1.0) => Alpha = alpha;

    /// <inheritdoc/>
    public override string ClassName => "ELU";

    /// <summary>What the output goes to far below 0, with the sign turned.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ELU>("ELU")
    {
        Arguments = [NameEntry, AlphaArgument, TrainableArgument, DType.AsPolicy],
        Make = _ => new ELU(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        double alpha = Alpha;
        return new PointwiseProgram(
            context, x => x > 0 ? x : (float)(alpha * (Portable.Exp(x) - 1)), (x, y) => x > 0 ? 1 : (float)(y + alpha), passesMask: true);
    }
}
