using Unroll.Kernels.Activation;
using Unroll.Kernels.Dense;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Dense;

/// <summary>Every dense kernel against the scalar reference, with and without bias, with the same bits at all widths.</summary>
public class DenseKernelTests
{
    private const int Lanes = 32, Rows = 21, Steps = 2, Inputs = 5;
    private static readonly string[] Names = ["Output", "Kernel gradient", "Input gradient", "Bias gradient"];

    [Theory]
    [InlineData(nameof(ActivationKind.Linear))]
    [InlineData(nameof(ActivationKind.Tanh))]
    [InlineData(nameof(ActivationKind.Sigmoid))]
    [InlineData(nameof(ActivationKind.Relu))]
    [InlineData(nameof(ActivationKind.HardSigmoid))]
    [InlineData(nameof(ActivationKind.HardSigmoidKeras2))]
    [InlineData(nameof(ActivationKind.Softsign))]
    public void EveryActivationWorks(string name)
    {
        ActivationKind activation = Enum.Parse<ActivationKind>(name);
        foreach (int units in new[] { 1, 3, 8, 13 })
        {
            foreach (bool useBias in new[] { true, false })
            {
                var random = new System.Random(units);
                float[] kernel = Floats.Values(random, Inputs * units), bias = Floats.Values(random, units);
                float[] input = Floats.Values(random, Rows * Steps * Inputs), gradient = Floats.Values(random, Rows * Steps * units);
                var layer = new ReferenceDense
                {
                    Weights = useBias ? [Doubles(kernel), Doubles(bias)] : [Doubles(kernel)],
                    Inputs = Inputs,
                    Units = units,
                    Activation = activation,
                };
                double[] output = layer.Forward(Doubles(input), null, Rows, Steps);
                double[] inputGradient = layer.Backward(Doubles(gradient));
                double[][] expected = [output, layer.Gradients[0], inputGradient, .. layer.Gradients.Skip(1)];
                float[][] first = Run(Widths.All[0], activation, units, kernel, useBias ? bias : null, input, gradient);
                for (int i = 0; i < expected.Length; i++) Floats.AssertNear(expected[i], first[i], 5e-6, Names[i]);
                foreach (VectorWidth width in Widths.All)
                {
                    float[][] actual = Run(width, activation, units, kernel, useBias ? bias : null, input, gradient);
                    for (int i = 0; i < first.Length; i++) Floats.AssertSameBits(first[i], actual[i], $"{Names[i]} at {width}");
                }
            }
        }
    }

    private static float[][] Run(
        VectorWidth width, ActivationKind activation, int units, float[] kernel, float[]? bias, float[] input, float[] gradient)
    {
        var arena = new Arena();
        int inputSize = Steps * RecurrentSequence.Stride(Inputs, Lanes), size = Steps * RecurrentSequence.Stride(units, Lanes);
        Block weights = arena.Allocate(kernel.Length);
        kernel.CopyTo(weights.Span);
        Block biasBlock = bias is null ? default : arena.Allocate(units);
        bias?.CopyTo(biasBlock.Span);
        var s = new DenseSequence
        {
            Steps = Steps,
            Lanes = Lanes,
            Inputs = Inputs,
            Units = units,
            Input = arena.Allocate(inputSize),
            Output = arena.Allocate(size),
            OutputGradient = arena.Allocate(size),
            InputGradient = arena.Allocate(inputSize),
            Kernel = new PackedWeights(arena, width, Inputs, units),
            KernelTransposed = new PackedWeights(arena, width, units, Inputs),
            Bias = biasBlock,
            KernelGradient = arena.Allocate(kernel.Length),
            BiasGradient = bias is null ? default : arena.Allocate(units),
        };
        s.Kernel.Pack(weights, 0, units);
        s.KernelTransposed.Pack(weights, 0, units, transposed: true);
        ToLanes(input, Inputs, s.Input);
        ToLanes(gradient, units, s.OutputGradient);
        DenseKernel dense = DenseKernel.Create(width, activation);
        dense.Forward(s);
        float[] output = FromLanes(s.Output, units);
        dense.Backward(s);
        float[][] result = [output, s.KernelGradient.Span.ToArray(), FromLanes(s.InputGradient, Inputs), s.BiasGradient.Span.ToArray()];
        arena.Free();
        return result;
    }

    /// <summary>[row][step][feature] to [step][feature][lane].</summary>
    private static void ToLanes(float[] values, int features, Block target)
    {
        for (int i = 0; i < values.Length; i++) target.Span[Place(i, features)] = values[i];
    }

    private static float[] FromLanes(Block source, int features)
    {
        var values = new float[Rows * Steps * features];
        for (int i = 0; i < values.Length; i++) values[i] = source.Span[Place(i, features)];
        return values;
    }

    private static int Place(int i, int features)
    {
        int feature = i % features, t = i / features % Steps, row = i / features / Steps;
        return t * RecurrentSequence.Stride(features, Lanes) + feature * Lanes + row;
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
