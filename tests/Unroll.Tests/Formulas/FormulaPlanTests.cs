using Unroll.Formulas;
using Unroll.Formulas.Compilation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Formulas;

/// <summary>What the compiler makes of formulas, and that running them costs no memory.</summary>
public class FormulaPlanTests
{
    [Theory]
    [InlineData("LSTM", 1, 2, 6)] // gates of one function lie together; those are no neighbours in Keras' matrices
    [InlineData("LSTM of separate weights", 1, 2, 8)]
    [InlineData("MinimalGatedUnit", 2, 3, 4)]
    [InlineData("GRU", 3, 2, 4)] // z and r of both, h of each alone; two neighbours in the kernel are not those of the frame
    [InlineData("SimpleRNN", 1, 2, 2)]
    public void LinearFormsOfTheSameOperandsShareAProduct(string name, int products, int transposed, int contractions)
    {
        FormulaPlan plan = FormulaCompiler.Compile(Cells.Create(name, 3, 4), new FormulaOptions());
        Assert.Equal((products, transposed, contractions), (plan.Products.Length, plan.Transposed.Length, plan.Contractions.Length));
    }

    /// <summary>The fused LSTM keeps four gates, their activated cell state and two states; so does the formula.</summary>
    [Fact]
    public void AnLstmKeepsNoMoreThanItsKernel()
    {
        FormulaPlan plan = FormulaCompiler.Compile(Cells.Create("LSTM", 3, 4), new FormulaOptions());
        Assert.Equal(5 * 4, plan.FrameRows);
        Assert.DoesNotContain(plan.Backward, instruction => instruction.Code == FormulaCode.Copy);
        Assert.Equal(1, plan.Forward.Count(instruction => instruction.Code == FormulaCode.ScaledSigmoid)); // three gates in one pass
    }

    [Fact]
    public void APredictionKeepsOneStep()
    {
        FormulaPlan plan = FormulaCompiler.Compile(Cells.Create("LSTM", 3, 4), new FormulaOptions(Training: false));
        Assert.Equal((4 * 4, 0, 0), (plan.FrameRows, plan.Backward.Length, plan.Contractions.Length));
        var arena = new Arena();
        var sequence = new FormulaSequence(arena, plan, 100, 32, returnSequences: false);
        Assert.Throws<InvalidOperationException>(sequence.RequireBackward);
        Assert.Equal(RecurrentSequence.Stride(16, 32), sequence.Frame.Length);
        Assert.All(sequence.States, state => Assert.Equal(2 * RecurrentSequence.Stride(4, 32), state.Length));
        arena.Free();
    }

    [Fact]
    public void AWarmStepAllocatesNothing()
    {
        foreach (string name in Cells.Names)
        {
            var arena = new Arena();
            Recording recording = Cells.Create(name, 3, 4);
            var formula = new CompiledFormula(arena, VectorWidths.Best, recording, new FormulaOptions());
            Block[] weights = [.. recording.Weights.Select(weight => arena.Allocate(Math.Max(1, weight.Rows) * weight.Features))];
            FormulaSequence sequence = formula.CreateSequence(arena, 4, 16, returnSequences: true);
            sequence.Input = arena.Allocate(4 * RecurrentSequence.Stride(3, 16));
            sequence.InputGradient = arena.Allocate(4 * RecurrentSequence.Stride(3, 16));
            for (int i = 0; i < weights.Length; i++) sequence.WeightGradients[i] = arena.Allocate(weights[i].Length);
            Step();
            Assert.Equal(0, Allocations.Of(Step));
            arena.Free();

            void Step()
            {
                formula.Pack(weights);
                formula.Forward(sequence);
                formula.Backward(sequence);
            }
        }
    }

    [Fact]
    public void WrongSizesAreNamed()
    {
        var arena = new Arena();
        var formula = new CompiledFormula(arena, VectorWidths.Best, Cells.Create("SimpleRNN", 3, 4), new FormulaOptions(InputDropout: true));
        Assert.Equal([3], formula.Factors);
        Assert.Equal("The formula has 3 weights, not 1. (Parameter 'weights')", Assert.Throws<ArgumentException>(() => formula.Pack([default])).Message);
        FormulaSequence sequence = formula.CreateSequence(arena, 4, 16, returnSequences: true);
        Assert.StartsWith("Input has 0 floats", Assert.Throws<ArgumentException>(() => formula.Forward(sequence)).Message, StringComparison.Ordinal);
        sequence.Input = arena.Allocate(4 * RecurrentSequence.Stride(3, 16));
        Assert.StartsWith("Factors has 0 floats", Assert.Throws<ArgumentException>(() => formula.Forward(sequence)).Message, StringComparison.Ordinal);
        sequence.Steps = 5;
        Assert.Equal("There is room for 1 to 4 steps, not 5.", Assert.Throws<ArgumentException>(() => formula.Forward(sequence)).Message);
        (sequence.Steps, sequence.Lanes) = (4, 32);
        Assert.Throws<ArgumentException>(() => formula.Forward(sequence));
        sequence.Lanes = 16;
        Assert.StartsWith("InputGradient has 0 floats", Assert.Throws<ArgumentException>(() => formula.Backward(sequence)).Message, StringComparison.Ordinal);
        arena.Free();
    }
}
