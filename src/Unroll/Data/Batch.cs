namespace Unroll;

/// <summary>Samples that go through a model together, as a <see cref="BatchSource"/> gives them: <c>yield return new(x, y);</c>.</summary>
/// <param name="X">Inputs.</param>
/// <param name="Y">Targets; null in sources for predictions.</param>
/// <param name="SampleWeight">What each sample counts for in the loss; null: all the same.</param>
public sealed record Batch(Inputs X, Targets? Y = null, SampleWeights? SampleWeight = null);
