using Unroll.Configuration;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>Attention (Bahdanau et al. 2015): probabilities <c>softmax(Σ_d scale_d · tanh(q_d + k_d))</c> and their mean of the values.</summary>
public sealed class AdditiveAttention : AttentionLayer
{
    private static readonly Argument<bool> UseScaleArgument = Argument.Flag("use_scale", true);

    /// <summary>Creates the layer.</summary>
    /// <param name="useScale">Whether the summands have trained factors.</param>
    public AdditiveAttention(bool useScale = true) => UseScale = useScale;

    /// <inheritdoc/>
    public override string ClassName => "AdditiveAttention";

    /// <summary>Whether the summands have trained factors.</summary>
    public bool UseScale { get => Get(UseScaleArgument); init => Set(UseScaleArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, AdditiveAttention>("AdditiveAttention")
    {
        Arguments = [.. CommonArguments, UseScaleArgument, DropoutArgument, SeedArgument],
        Make = _ => new AdditiveAttention(),
    };

    private protected override bool IsAdditive => true;

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(CallInputs inputs)
    {
        if (UseScale) yield return ("scale", [inputs.First[1]!.Value], new GlorotUniform());
    }
}
