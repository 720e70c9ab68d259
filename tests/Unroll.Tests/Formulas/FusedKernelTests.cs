using Unroll.Formulas;
using Unroll.Formulas.Compilation;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Formulas;

/// <summary>The built-in cells as formulas give what their fused kernels give: outputs and all gradients, with masks and dropout.</summary>
public class FusedKernelTests
{
    private const int Lanes = 32, Steps = 5, Inputs = 3;
    private const double Tolerance = 1e-6; // of the largest value of an array, or of 1

    public static TheoryData<string, int, bool, string> Choices
    {
        get
        {
            var data = new TheoryData<string, int, bool, string>();
            foreach (string name in new[] { "SimpleRNN", "LSTM", "GRU", "GRU reset before" })
            {
                foreach (string dropout in new[] { "none", "whole sequence", "per step" })
                {
                    data.Add(name, 5, true, dropout);
                    data.Add(name, 16, false, dropout);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void Agrees(string name, int units, bool returnSequences, string dropout)
    {
        var arena = new Arena();
        var random = new System.Random(3);
        Recording recording = Cells.Create(name, Inputs, units);
        Block[] weights = [.. recording.Weights.Select(weight => Random(Math.Max(1, weight.Rows) * weight.Features))];
        int stride = RecurrentSequence.Stride(units, Lanes), inputStride = RecurrentSequence.Stride(Inputs, Lanes);
        Block input = Random(Steps * inputStride), outputGradient = Random(returnSequences ? Steps * stride : units * Lanes);
        Block mask = arena.Allocate(Steps * Lanes);
        for (int i = 0; i < mask.Length; i++) mask.Span[i] = i * 7 % 5 == 1 ? 0 : 1;
        bool perStep = dropout == "per step";
        Block inputFactors = dropout == "none" ? default : Factors((perStep ? Steps : 1) * Inputs * Lanes);
        Block stateFactors = dropout == "none" ? default : Factors((perStep ? Steps : 1) * units * Lanes);

        float[][] expected = Fused();
        float[][] actual = Formula();
        for (int i = 0; i < expected.Length; i++)
        {
            double[] values = Array.ConvertAll(expected[i], value => (double)value);
            Floats.AssertNear(values, actual[i], Tolerance * Math.Max(1, values.Max(Math.Abs)), $"Array {i}");
        }

        arena.Free();

        float[][] Fused()
        {
            CellKind cell = name switch { "SimpleRNN" => CellKind.SimpleRnn, "LSTM" => CellKind.Lstm, "GRU" => CellKind.Gru, _ => CellKind.GruResetBefore };
            var sequence = new RecurrentSequence
            {
                Steps = Steps,
                Lanes = Lanes,
                Inputs = Inputs,
                Units = units,
                GoBackwards = true,
                ReturnSequences = returnSequences,
                HasMasksPerStep = perStep,
                MaskedSteps = perStep ? arena.Allocate(Steps * RecurrentSequence.Stride(Math.Max(Inputs, units), Lanes)) : default,
                Input = input,
                Mask = mask,
                InputDropout = inputFactors,
                RecurrentDropout = stateFactors,
                InputGradient = arena.Allocate(Steps * inputStride),
                Gates = arena.Allocate(Steps * RecurrentSequence.Stride(4 * units, Lanes)),
                Hidden = arena.Allocate(Steps * stride),
                Cell = arena.Allocate(Steps * stride),
                CellActivation = arena.Allocate(Steps * stride),
                InitialState = arena.Allocate(units * Lanes),
                Scratch = arena.Allocate(RecurrentSequence.ScratchRows(Inputs, units) * Lanes),
                OutputGradient = Copy(outputGradient),
                KernelGradient = arena.Allocate(weights[0].Length),
                RecurrentGradient = arena.Allocate(weights[1].Length),
                BiasGradient = arena.Allocate(weights[2].Length),
            };
            var packed = new RecurrentWeights(arena, VectorWidths.Best, new RecurrentShape(cell, Inputs, units, ActivationKind.Tanh, ActivationKind.Sigmoid));
            packed.Pack(weights[0], weights[1], weights[2]);
            RecurrentKernel kernel = RecurrentKernels.Create(VectorWidths.Best, cell, ActivationKind.Tanh, ActivationKind.Sigmoid);
            kernel.Forward(sequence, packed);
            Block output = returnSequences ? sequence.Hidden : sequence.Hidden.Slice((Steps - 1) * stride, units * Lanes);
            float[] put = Rows(output, returnSequences ? Steps : 1, units);
            kernel.Backward(sequence, packed);
            return
            [
                put, Rows(sequence.InputGradient, Steps, Inputs), sequence.KernelGradient.Span.ToArray(), sequence.RecurrentGradient.Span.ToArray(),
                sequence.BiasGradient.Span.ToArray(),
            ];
        }

        float[][] Formula()
        {
            bool drops = dropout != "none";
            var formula = new CompiledFormula(arena, VectorWidths.Best, recording, new FormulaOptions(InputDropout: drops, StateDropout: drops));
            formula.Pack(weights);
            FormulaSequence sequence = formula.CreateSequence(arena, Steps, Lanes, returnSequences);
            sequence.GoBackwards = true;
            (sequence.Input, sequence.Mask, sequence.OutputGradient) = (input, mask, outputGradient);
            sequence.InputGradient = arena.Allocate(Steps * inputStride);
            for (int i = 0; i < sequence.Factors.Length; i++)
            {
                sequence.Factors[i] = i == 0 ? inputFactors : stateFactors;
                sequence.FactorSteps[i] = !perStep ? 0 : i == 0 ? Inputs * Lanes : units * Lanes;
            }

            for (int i = 0; i < weights.Length; i++) sequence.WeightGradients[i] = arena.Allocate(weights[i].Length);
            formula.Forward(sequence);
            formula.Backward(sequence);
            return
            [
                Rows(sequence.Output, returnSequences ? Steps : 1, units), Rows(sequence.InputGradient, Steps, Inputs),
                .. sequence.WeightGradients.Select(gradient => gradient.Span.ToArray()),
            ];
        }

        Block Random(int count) => Filled(Floats.Values(random, count, 0.7f));

        Block Factors(int count) => Filled([.. Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? 0f : 4f / 3)]);

        Block Copy(Block block) => Filled(block.Span.ToArray());

        Block Filled(float[] values)
        {
            Block block = arena.Allocate(values.Length);
            values.CopyTo(block.Span);
            return block;
        }
    }

    /// <summary>Without what lies between the steps.</summary>
    private static float[] Rows(Block block, int steps, int features) =>
        [.. Enumerable.Range(0, steps).SelectMany(t => block.Slice(t * RecurrentSequence.Stride(features, Lanes), features * Lanes).Span.ToArray())];
}
