using Unroll.Kernels.Simd;

namespace Unroll.Plan;

/// <summary>How a model runs; changes the time, never the results.</summary>
/// <param name="Threads">Threads inside a step, at most: a fit uses them as far as they make it faster.</param>
/// <param name="Width">Vector width.</param>
internal readonly record struct ExecutionOptions(int Threads, VectorWidth Width);

/// <summary>What is run.</summary>
/// <param name="Plan">The calls.</param>
/// <param name="Trainable">Weights that training changes.</param>
/// <param name="Seed">Key of everything random.</param>
internal sealed record SessionModel(GraphPlan Plan, IReadOnlyList<Parameter> Trainable, int Seed);

/// <summary>What outputs are scored by.</summary>
internal abstract class SessionLoss
{
    /// <summary>The loss of an output; null: none.</summary>
    public abstract Losses.Loss? Of(int output);

    /// <summary>What it counts for.</summary>
    public abstract double WeightOf(int output);
}
