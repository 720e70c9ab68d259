using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>How an attention core treats what it may not look at.</summary>
internal enum AttentionMasking
{
    /// <summary>Scores become the lowest number; a query without any key sees all of them alike.</summary>
    Lowest,

    /// <summary>What is masked has the probability 0, so that a query without any key gets zeros.</summary>
    Zero,

    /// <summary>Scores are lowered by 1e9; the output of a masked query is 0, and it masks no keys.</summary>
    Lowered,
}

/// <summary>What an attention core does.</summary>
/// <param name="Heads">Heads that features are cut into.</param>
/// <param name="Factor">Factor of the scores.</param>
/// <param name="Masking">How masks are treated.</param>
/// <param name="IsCausal">Whether a query sees only keys up to its own step.</param>
/// <param name="ReturnsScores">Whether the probabilities are a second output.</param>
/// <param name="HasHeadAxis">Whether they have an axis of heads.</param>
/// <param name="Dropout">Share of the probabilities that training drops.</param>
/// <param name="Seed">Key of what is dropped; null: the model's.</param>
/// <param name="IsAdditive">Whether scores are Σ w · tanh(c · (q + k)) instead of products.</param>
internal sealed record AttentionRule(
    int Heads, float Factor, AttentionMasking Masking, bool IsCausal, bool ReturnsScores, bool HasHeadAxis, double Dropout, int? Seed, bool IsAdditive = false);

/// <summary>
/// The part of attention layers between their products: scores of queries and keys, probabilities, mean of values.
/// Inputs: query <c>[T, H · d]</c>, value <c>[S, H · v]</c>, key <c>[S, H · d]</c> and perhaps a mask <c>[T, S]</c> or
/// <c>[H, T, S]</c>; outputs: <c>[T, H · v]</c> and perhaps the probabilities.
/// </summary>
internal sealed class AttentionCore(AttentionRule rule) : Layer
{
    public override string ClassName => "AttentionCore";

    public AttentionRule Rule => rule;

    /// <summary>Factor inside of tanh or of products; null: 1. A vector stands in front of tanh.</summary>
    public Parameter? Scale => Parameters.FirstOrDefault(parameter => parameter.Name == "scale");

    /// <summary>Factor in front of tanh; null: 1.</summary>
    public Parameter? ScoreWeight => Parameters.FirstOrDefault(parameter => parameter.Name == "concat_score_weight");

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<int?> query = inputs.Shapes[0], value = inputs.Shapes[1];
        IReadOnlyList<int?> output = [query[0], value[1]];
        if (!rule.ReturnsScores) return [output];
        return [output, rule.HasHeadAxis ? [rule.Heads, query[0], value[0]] : [query[0], value[0]]];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new AttentionProgram(this, context);
}
