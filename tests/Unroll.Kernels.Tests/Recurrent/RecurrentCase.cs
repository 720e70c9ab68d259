using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Kernels.Tests.Recurrent;

/// <summary>One recurrent layer on one batch, run by a kernel and by the scalar reference.</summary>
internal sealed class RecurrentCase(CellKind cell, ActivationKind activation, ActivationKind recurrentActivation, int units)
{
    private const int Rows = 19, Lanes = 32, Steps = 4, Inputs = 3;

    private readonly float[][] _weights = Random(cell, Inputs, units);
    private readonly float[] _input = Floats.Values(new System.Random(2), Rows * Steps * Inputs);
    private readonly float[] _outputGradient = Floats.Values(new System.Random(3), Rows * units);

    // Rows 4, 9, 14 … hold their state at one step each.
    private readonly bool[] _mask = [.. Enumerable.Range(0, Rows * Steps).Select(i => i / Steps % 5 != 4 || i % Steps != i / Steps % Steps)];

    private int Gates => GateCount(cell);

    /// <summary>Kernel, recurrent kernel and bias in Keras' shapes and order.</summary>
    public static T[][] Weights<T>(CellKind cell, int inputs, int units, Func<int, T[]> draw) =>
        [draw(inputs * GateCount(cell) * units), draw(units * GateCount(cell) * units), draw((cell == CellKind.Gru ? 6 : GateCount(cell)) * units)];

    /// <summary>Last hidden state, gradients of the weights, gradient of the input; all row-major.</summary>
    public double[][] Reference()
    {
        var layer = new ReferenceRecurrent
        {
            Weights = [.. _weights.Select(Doubles)],
            Cell = cell,
            Inputs = Inputs,
            Units = units,
            Activation = activation,
            RecurrentActivation = recurrentActivation,
        };
        double[] output = layer.Forward(Doubles(_input), _mask, Rows, Steps);
        double[] inputGradient = layer.Backward(Doubles(_outputGradient));
        return [output, .. layer.Gradients, inputGradient];
    }

    /// <summary>The same from the kernel.</summary>
    public float[][] Run(VectorWidth width)
    {
        var arena = new Arena();
        int rows = cell == CellKind.SimpleRnn ? 1 : 4, stride = RecurrentSequence.Stride(units, Lanes);
        int inputStride = RecurrentSequence.Stride(Inputs, Lanes), columns = Gates * units;
        Block States() => arena.Allocate(Steps * stride);
        var sequence = new RecurrentSequence
        {
            Steps = Steps,
            Lanes = Lanes,
            Inputs = Inputs,
            Units = units,
            Input = arena.Allocate(Steps * inputStride),
            InputGradient = arena.Allocate(Steps * inputStride),
            Gates = arena.Allocate(Steps * RecurrentSequence.Stride(rows * units, Lanes)),
            Hidden = States(),
            Cell = States(),
            CellActivation = States(),
            InitialState = arena.Allocate(units * Lanes),
            Mask = arena.Allocate(Steps * Lanes),
            Scratch = arena.Allocate(RecurrentSequence.ScratchRows(Inputs, units) * Lanes),
            OutputGradient = arena.Allocate(units * Lanes),
            KernelGradient = arena.Allocate(Inputs * columns),
            RecurrentGradient = arena.Allocate(units * columns),
            BiasGradient = arena.Allocate(_weights[2].Length),
        };
        for (int row = 0; row < Rows; row++)
        {
            for (int t = 0; t < Steps; t++)
            {
                sequence.Mask.Span[t * Lanes + row] = _mask[row * Steps + t] ? 1 : 0;
                for (int i = 0; i < Inputs; i++) sequence.Input.Span[t * inputStride + i * Lanes + row] = _input[(row * Steps + t) * Inputs + i];
            }

            for (int j = 0; j < units; j++) sequence.OutputGradient.Span[j * Lanes + row] = _outputGradient[row * units + j];
        }

        RecurrentWeights weights = Pack(arena, width);
        RecurrentKernel kernel = RecurrentKernels.Create(width, cell, activation, recurrentActivation);
        kernel.Forward(sequence, weights);
        kernel.Backward(sequence, weights);
        var output = new float[Rows * units];
        var inputGradient = new float[_input.Length];
        for (int row = 0; row < Rows; row++)
        {
            for (int j = 0; j < units; j++) output[row * units + j] = sequence.Hidden.Span[(Steps - 1) * stride + j * Lanes + row];
            for (int i = 0; i < Steps * Inputs; i++)
                inputGradient[row * Steps * Inputs + i] = sequence.InputGradient.Span[i / Inputs * inputStride + i % Inputs * Lanes + row];
        }

        float[][] result =
        [
            output, sequence.KernelGradient.Span.ToArray(), sequence.RecurrentGradient.Span.ToArray(),
            sequence.BiasGradient.Span.ToArray(), inputGradient,
        ];
        arena.Free();
        return result;
    }

    private RecurrentWeights Pack(Arena arena, VectorWidth width)
    {
        var weights = new RecurrentWeights(arena, width, new RecurrentShape(cell, Inputs, units, activation, recurrentActivation));
        weights.Pack(Copy(arena, _weights[0]), Copy(arena, _weights[1]), Copy(arena, _weights[2]));
        return weights;
    }

    private static int GateCount(CellKind cell) => cell switch { CellKind.SimpleRnn => 1, CellKind.Lstm => 4, _ => 3 };

    private static float[][] Random(CellKind cell, int inputs, int units)
    {
        var random = new System.Random(1);
        return Weights(cell, inputs, units, count => Floats.Values(random, count, 0.8f));
    }

    private static Block Copy(Arena arena, float[] values)
    {
        Block block = arena.Allocate(values.Length);
        values.CopyTo(block.Span);
        return block;
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
