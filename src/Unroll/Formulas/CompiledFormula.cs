using Unroll.Formulas.Compilation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Formulas;

/// <summary>
/// A formula ready to run at a vector width: <see cref="Pack"/> before every training step, then <see cref="Forward"/> and
/// <see cref="Backward"/> on the sequences of any number of groups, from any number of threads.
/// </summary>
internal sealed class CompiledFormula
{
    private readonly FormulaPlan _plan;
    private readonly FormulaWeights _weights;
    private readonly FormulaKernel _kernel;

    public CompiledFormula(Arena arena, VectorWidth width, Recording recording, FormulaOptions options)
    {
        _plan = FormulaCompiler.Compile(recording, options);
        _weights = new FormulaWeights(arena, width, _plan);
        _kernel = FormulaKernel.Create(width, _plan);
        Weights = recording.Weights;
    }

    /// <summary>The weights, in the order in which <see cref="Pack"/> and <see cref="FormulaSequence.WeightGradients"/> have them.</summary>
    public IReadOnlyList<Value> Weights { get; }

    /// <summary>The dropout factors that a sequence wants, by features: that of the input, then those of the states, as far as the options ask for them.</summary>
    public IReadOnlyList<int> Factors => _plan.Factors;

    /// <summary>Takes over the weights as they are now: matrices row-major, in the order of <see cref="Weights"/>.</summary>
    public void Pack(ReadOnlySpan<Block> weights) => _weights.Pack(weights);

    /// <summary>Working memory for one group of rows.</summary>
    public FormulaSequence CreateSequence(Arena arena, int maxSteps, int maxLanes, bool returnSequences) =>
        new(arena, _plan, maxSteps, maxLanes, returnSequences);

    public void Forward(FormulaSequence sequence) => _kernel.Forward(sequence, _weights);

    public void Backward(FormulaSequence sequence) => _kernel.Backward(sequence, _weights);
}
