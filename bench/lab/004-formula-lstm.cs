#:project ../../src/Unroll/Unroll.csproj

// What does an LSTM cost that is written as a formula, beside the fused kernel? Forward and backward over 80 steps of 32
// rows, 8 inputs, both in turns, medians of 200 repetitions (128 units: 60).
//
// 2-core AMD EPYC (Zen 4), idle but for this; forward + backward in µs:
//
//   512 bits,   8 units: fused    52 +    64, formula    58 +    80: 1.20 times
//   512 bits,  32 units: fused   335 +   549, formula   365 +   605: 1.10 times
//   512 bits, 128 units: fused  3760 +  7581, formula  4057 +  8036: 1.07 times
//   256 bits,   8 units: fused    64 +    83, formula    68 +    99: 1.14 times
//   256 bits,  32 units: fused   397 +   819, formula   435 +   890: 1.09 times
//   256 bits, 128 units: fused  4311 + 11961, formula  4556 + 12622: 1.06 times
//
// Outputs agree to the bit. Without AggressiveOptimization on the loop over instructions 8 units took 1.9 times as long:
// what remains are passes over memory that the fused kernel spares itself, 11 in the backward pass of a step.
using System.Diagnostics;
using Unroll.Formulas;
using Unroll.Formulas.Compilation;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using static Unroll.Formulas.Formula;

foreach (VectorWidth width in new[] { VectorWidth.Bits512, VectorWidth.Bits256 })
{
    if (width > VectorWidths.Best) continue;
    foreach (int units in new[] { 8, 32, 128 }) Measure(width, units);
}

static void Measure(VectorWidth width, int units)
{
    const int Steps = 80, Lanes = 32, Inputs = 8;
    int repeats = units > 64 ? 60 : 200;
    var arena = new Arena();
    var random = new System.Random(1);
    Block Fill(long count, float scale)
    {
        Block block = arena.Allocate(count);
        foreach (ref float value in block.Span) value = ((float)random.NextDouble() * 2 - 1) * scale;
        return block;
    }

    float small = 1 / MathF.Sqrt(units);
    Block kernel = Fill(Inputs * 4 * units, small), recurrent = Fill(units * 4 * units, small), bias = Fill(4 * units, small);
    int stride = RecurrentSequence.Stride(units, Lanes), inputStride = RecurrentSequence.Stride(Inputs, Lanes);
    Block input = Fill(Steps * inputStride, 1), outputGradient = Fill(units * Lanes, 1);

    var fused = new RecurrentSequence
    {
        Steps = Steps,
        Lanes = Lanes,
        Inputs = Inputs,
        Units = units,
        Input = input,
        InputGradient = arena.Allocate(Steps * inputStride),
        Gates = arena.Allocate((long)Steps * RecurrentSequence.Stride(4 * units, Lanes)),
        Hidden = arena.Allocate((long)Steps * stride),
        Cell = arena.Allocate((long)Steps * stride),
        CellActivation = arena.Allocate((long)Steps * stride),
        InitialState = arena.Allocate(units * Lanes),
        Scratch = arena.Allocate((long)RecurrentSequence.ScratchRows(Inputs, units) * Lanes),
        OutputGradient = outputGradient,
        KernelGradient = arena.Allocate(kernel.Length),
        RecurrentGradient = arena.Allocate(recurrent.Length),
        BiasGradient = arena.Allocate(bias.Length),
    };
    var fusedWeights = new RecurrentWeights(arena, width, new RecurrentShape(CellKind.Lstm, Inputs, units, ActivationKind.Tanh, ActivationKind.Sigmoid));
    fusedWeights.Pack(kernel, recurrent, bias);
    RecurrentKernel fusedKernel = RecurrentKernels.Create(width, CellKind.Lstm, ActivationKind.Tanh, ActivationKind.Sigmoid);

    Value k = Value.Matrix("kernel", Inputs, 4 * units), r = Value.Matrix("recurrent_kernel", units, 4 * units), b = Value.Vector("bias", 4 * units);
    Recording recording = Recording.OfCell(Inputs, [units, units], [k, r, b], (x, states) =>
    {
        (Value h, Value c) = states;
        Values gates = Split(x * k + h * r + b, 4);
        c = Sigmoid(gates[1]) * c + Sigmoid(gates[0]) * Tanh(gates[2]);
        return (Sigmoid(gates[3]) * Tanh(c), c);
    });
    var formula = new CompiledFormula(arena, width, recording, new FormulaOptions());
    formula.Pack([kernel, recurrent, bias]);
    FormulaSequence sequence = formula.CreateSequence(arena, Steps, Lanes, returnSequences: false);
    sequence.Input = input;
    sequence.InputGradient = arena.Allocate(Steps * inputStride);
    sequence.OutputGradient = outputGradient;
    sequence.WeightGradients[0] = arena.Allocate(kernel.Length);
    sequence.WeightGradients[1] = arena.Allocate(recurrent.Length);
    sequence.WeightGradients[2] = arena.Allocate(bias.Length);

    double[][] times = [new double[repeats], new double[repeats], new double[repeats], new double[repeats]];
    for (int i = -20; i < repeats; i++)
    {
        Time(0, i, () => fusedKernel.Forward(fused, fusedWeights));
        Time(1, i, () => fusedKernel.Backward(fused, fusedWeights));
        Time(2, i, () => formula.Forward(sequence));
        Time(3, i, () => formula.Backward(sequence));
    }

    float worst = 0;
    ReadOnlySpan<float> expected = fused.Hidden.Span.Slice((Steps - 1) * stride, units * Lanes), actual = sequence.Output.Span;
    for (int i = 0; i < expected.Length; i++) worst = MathF.Max(worst, MathF.Abs(expected[i] - actual[i]));
    double[] m = [.. times.Select(Median)];
    Console.WriteLine(
        $"{(int)width * 32} bits, {units,3} units: fused {m[0],7:F0} + {m[1],7:F0} µs, formula {m[2],7:F0} + {m[3],7:F0} µs: "
        + $"{m[2] / m[0]:F2} and {m[3] / m[1]:F2}, together {(m[2] + m[3]) / (m[0] + m[1]):F2} times; outputs differ by {worst:E1} at most");
    arena.Free();

    void Time(int which, int at, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        if (at >= 0) times[which][at] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
