using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary><c>y = x · scale + offset</c>, for values of any shape: <c>new Rescaling(1 / 255.0)</c>.</summary>
public sealed class Rescaling : ElementwiseLayer
{
    private static readonly Argument<double> ScaleArgument = Argument.Number("scale");

    private static readonly Argument<double> OffsetArgument = Argument.Number("offset", 0);

    /// <summary>Creates the layer.</summary>
    /// <param name="scale">The factor.</param>
    /// <param name="offset">What is added.</param>
    public Rescaling(double scale, double offset = 0.0) => (Scale, Offset) = (scale, offset);

    /// <inheritdoc/>
    public override string ClassName => "Rescaling";

    /// <summary>The factor.</summary>
    public double Scale { get => Get(ScaleArgument); init => Set(ScaleArgument, value); }

    /// <summary>What is added.</summary>
    public double Offset { get => Get(OffsetArgument); init => Set(OffsetArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Rescaling>("Rescaling")
    {
        Arguments = [.. CommonArguments, ScaleArgument, OffsetArgument],
        Make = a => new Rescaling(a.Get(ScaleArgument)),
    };

    internal override int[] PlacesOf(IReadOnlyList<int> sample) => new int[sample.Aggregate(1, (product, size) => checked(product * size))];

    internal override ElementLine LineOf(int place) => new(0, 1, (float)Scale, (float)Offset);
}
