using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Activations;

/// <summary>
/// Keras' <c>relu</c> with arguments: min(x, maxValue) above the threshold, negativeSlope · (x − threshold) from there down.
/// Without arguments take <see cref="Activation.Relu"/>, which is fast.
/// </summary>
public sealed class Relu : ElementwiseActivation
{
    private static readonly Argument<double> NegativeSlopeArgument = Argument.Number("negative_slope", 0), ThresholdArgument = Argument.Number("threshold", 0);

    private static readonly Argument<double?> MaxValueArgument = Argument.OptionalNumber("max_value");

    /// <inheritdoc/>
    public override string Name => "relu";

    /// <summary>Slope at and below the threshold.</summary>
    public double NegativeSlope { get => Get(NegativeSlopeArgument); init => Set(NegativeSlopeArgument, value); }

    /// <summary>The largest value; null: none.</summary>
    public double? MaxValue { get => Get(MaxValueArgument); init => Set(MaxValueArgument, value); }

    /// <summary>Where the straight line begins.</summary>
    public double Threshold { get => Get(ThresholdArgument); init => Set(ThresholdArgument, value); }

    /// <summary>Without arguments the name is that of the activation that has a kernel.</summary>
    internal static Registration<Activation> Registration { get; } = new EitherRelu(new Registration<Activation, Relu>("relu")
    {
        Arguments = [NegativeSlopeArgument, MaxValueArgument, ThresholdArgument],
        Make = _ => new Relu(),
    });

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) =>
        x <= Threshold ? (NegativeSlope * (x - Threshold), NegativeSlope) : x > MaxValue ? (MaxValue.Value, 0) : (x, 1);

    private sealed class EitherRelu(Registration<Activation, Relu> withArguments) : Registration<Activation>(withArguments.Name)
    {
        public override IReadOnlyList<string> PositionalNames => withArguments.PositionalNames;

        internal override bool IsClassOf(Activation value) => value is Relu || value.Equals(Activation.Relu);

        internal override Activation Create(ObjectConfig config, IReadOnlyList<Argument>? alsoKnown)
        {
            Activation made = withArguments.Create(config, alsoKnown);
            return made.Equals(new Relu()) ? Activation.Relu : made;
        }

        internal override (JsonObject Config, JsonObject Own) Describe(Activation value) => value is Relu ? withArguments.Describe(value) : ([], []);
    }
}
