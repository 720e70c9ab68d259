using Unroll.Configuration;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>How <see cref="Attention"/> scores a key for a query.</summary>
public enum ScoreMode
{
    /// <summary>Their product.</summary>
    Dot,

    /// <summary>The sum over the tanh of their sum.</summary>
    Concat,
}

/// <summary>
/// Attention (Luong et al. 2015): probabilities <c>softmax(scale · q·kᵀ)</c>, or with <see cref="ScoreMode.Concat"/>
/// <c>softmax(w · Σ tanh(scale · (q + k)))</c>, and their mean of the values. There is no 1/√d.
/// </summary>
public sealed class Attention : AttentionLayer
{
    private static readonly Argument<bool> UseScaleArgument = Argument.Flag("use_scale");

    private static readonly Argument<ScoreMode> ScoreModeArgument = Argument.Choice("score_mode", ScoreMode.Dot, ("dot", ScoreMode.Dot), ("concat", ScoreMode.Concat));

    /// <summary>Creates the layer.</summary>
    /// <param name="useScale">Whether a trained number multiplies the scores.</param>
    /// <param name="scoreMode">How keys are scored.</param>
    public Attention(bool useScale = false, ScoreMode scoreMode = ScoreMode.Dot) => (UseScale, ScoreMode) = (useScale, scoreMode);

    /// <inheritdoc/>
    public override string ClassName => "Attention";

    /// <summary>Whether a trained number multiplies the scores.</summary>
    public bool UseScale { get => Get(UseScaleArgument); init => Set(UseScaleArgument, value); }

    /// <summary>How keys are scored.</summary>
    public ScoreMode ScoreMode { get => Get(ScoreModeArgument); init => Set(ScoreModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Attention>("Attention")
    {
        Arguments = [.. CommonArguments, UseScaleArgument, ScoreModeArgument, DropoutArgument, SeedArgument],
        Make = _ => new Attention(),
    };

    private protected override bool IsAdditive => ScoreMode == ScoreMode.Concat;

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(CallInputs inputs)
    {
        if (UseScale) yield return ("scale", [], new Ones());
        if (ScoreMode == ScoreMode.Concat) yield return ("concat_score_weight", [], new Ones());
    }
}
