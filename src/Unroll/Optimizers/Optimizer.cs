namespace Unroll.Optimizers;

/// <summary>Turns gradients into weight updates.</summary>
public abstract class Optimizer
{
    /// <summary>Number of variables that the optimizer keeps for <paramref name="weights"/> weights, the counter and the learning rate included.</summary>
    public abstract long VariableCount(long weights);
}
