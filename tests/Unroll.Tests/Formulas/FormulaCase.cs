using Unroll.Formulas;
using Unroll.Formulas.Compilation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Tests.Formulas;

/// <summary>A formula on one group of rows, run by the kernels and by the float64 interpreter; arrays row-major.</summary>
internal sealed class FormulaCase
{
    private const double Difference = 1e-5; // of the numeric gradient

    private readonly System.Random _random = new(7);

    public FormulaCase(Recording recording)
    {
        Recording = recording;
        Weights = [.. recording.Weights.Select(weight => Floats.Values(_random, Math.Max(1, weight.Rows) * weight.Features, 0.8f))];
    }

    public Recording Recording { get; }

    public int Steps { get; init; } = 3;

    public int Lanes { get; init; } = 16;

    public bool ReturnSequences { get; init; }

    public bool GoBackwards { get; init; }

    public bool Masked { get; init; }

    public bool HasStates { get; init; }

    public float[][] Weights { get; init; }

    /// <summary>Sequences start with more room than they use.</summary>
    public int SpareSteps { get; init; }

    public float[] Input => Values(1, Lanes * Steps * Recording.Input.Features);

    private int OutputFeatures => Recording.Output.Features;

    private float[] OutputGradient => Values(2, Lanes * (ReturnSequences ? Steps : 1) * OutputFeatures);

    private float[] Initial(int state) => Values(10 + state, Lanes * Recording.States[state].Features);

    private float[] StateGradient(int state) => Values(20 + state, Lanes * Recording.States[state].Features);

    private bool Used(int row, int t) => !Masked || (row * 5 + t * 3) % 4 != 1;

    private static float[] Values(int seed, int count) => Floats.Values(new System.Random(seed), count);

    /// <summary>Output, final states, then gradients of input, initial states and weights; the latter two chunk by chunk.</summary>
    public List<(string Name, float[] Values)> Run(VectorWidth width, bool training = true)
    {
        var arena = new Arena();
        var formula = new CompiledFormula(arena, width, Recording, new FormulaOptions(training, OutputApart: Masked && HasStates));
        FormulaSequence s = formula.CreateSequence(arena, Steps + SpareSteps, 32, ReturnSequences);
        (s.Steps, s.Lanes, s.GoBackwards) = (Steps, Lanes, GoBackwards);
        Block[] weights = [.. Weights.Select(values => Copy(arena, values))];
        formula.Pack(weights);
        int inputs = Recording.Input.Features;
        s.Input = Laid(arena, Input, Steps, inputs);
        s.InputGradient = arena.Allocate(RecurrentSequence.Extent(Steps, inputs, Lanes));
        s.InputGradient.Span.Fill(float.NaN); // must be set, not added to
        s.OutputGradient = Laid(arena, OutputGradient, ReturnSequences ? Steps : 1, OutputFeatures);
        if (Masked)
        {
            s.Mask = arena.Allocate(Steps * Lanes);
            for (int t = 0; t < Steps; t++)
                for (int row = 0; row < Lanes; row++) s.Mask.Span[t * Lanes + row] = Used(row, t) ? 1 : 0;
        }

        for (int i = 0; HasStates && i < Recording.States.Count; i++)
        {
            s.InitialStates[i] = Laid(arena, Initial(i), 1, Recording.States[i].Features);
            s.StateGradients[i] = Laid(arena, StateGradient(i), 1, Recording.States[i].Features);
        }

        s.ChunkGradientStride = Weights.Max(values => values.Length) + 3;
        for (int i = 0; i < Weights.Length; i++) s.WeightGradients[i] = arena.Allocate(2 * s.ChunkGradientStride);

        List<(string, float[])> results = [];
        for (int repeat = 0; repeat < 2; repeat++) // a second run finds the memory used
        {
            results = [];
            formula.Forward(s);
            results.Add(("Output", Rows(s.Output, ReturnSequences ? Steps : 1, OutputFeatures)));
            for (int i = 0; i < Recording.States.Count; i++) results.Add(($"State {i}", Rows(s.FinalState(i), 1, Recording.States[i].Features)));
            if (!training) continue;
            foreach (Block gradient in s.WeightGradients) gradient.Clear();
            formula.Backward(s);
            results.Add(("Input gradient", Rows(s.InputGradient, Steps, inputs)));
            for (int i = 0; i < Recording.States.Count; i++)
                results.Add(($"Initial gradient {i}", Rows(s.InitialStateGradient(i), 1, Recording.States[i].Features)));
            for (int i = 0; i < Weights.Length; i++)
            {
                for (int chunk = 0; chunk < Lanes / 16; chunk++)
                    results.Add(($"Gradient of {Recording.Weights[i].Name}, chunk {chunk}", s.WeightGradients[i].Slice(chunk * s.ChunkGradientStride, Weights[i].Length).Span.ToArray()));
            }
        }

        arena.Free();
        return results;
    }

    /// <summary>Output and final states of every row in float64.</summary>
    public List<(string Name, double[] Values)> Expected()
    {
        List<double> output = [];
        var states = new List<double>[Recording.States.Count];
        for (int i = 0; i < states.Length; i++) states[i] = [];
        var data = new Data(this);
        for (int row = 0; row < Lanes; row++)
        {
            (double[] put, double[][] last) = RunRow(data, row);
            output.AddRange(put);
            for (int i = 0; i < states.Length; i++) states[i].AddRange(last[i]);
        }

        return [("Output", [.. output]), .. states.Select((values, i) => ($"State {i}", values.ToArray()))];
    }

    /// <summary>
    /// Numeric gradients of Σ output · its gradient + Σ final states · their gradients, for some elements of each array
    /// in the order of <see cref="Run"/>; chunks summed.
    /// </summary>
    public List<(string Name, List<(int At, double Value)> Samples)> NumericGradients(int samples)
    {
        var data = new Data(this);
        List<(string, List<(int, double)>)> results = [("Input gradient", Differentiate(data.Input, i => i / (Steps * Recording.Input.Features)))];

        // Under a mask, states that nobody gives are no input: what is held before the first step counts as output of zeros.
        for (int k = 0; (HasStates || !Masked) && k < Recording.States.Count; k++)
            results.Add(($"Initial gradient {k}", Differentiate(data.Initial[k], i => i / Recording.States[k].Features)));
        for (int k = 0; k < Weights.Length; k++) results.Add(($"Gradient of {Recording.Weights[k].Name}", Differentiate(data.Weights[k], null)));
        return results;

        List<(int, double)> Differentiate(double[] array, Func<int, int>? rowOf)
        {
            List<(int, double)> found = [];
            for (int sample = 0; sample < Math.Min(samples, array.Length); sample++)
            {
                int i = array.Length <= samples ? sample : _random.Next(array.Length);
                int[] rows = rowOf is null ? [.. Enumerable.Range(0, Lanes)] : [rowOf(i)];
                double before = array[i];
                array[i] = before + Difference;
                double above = rows.Sum(row => Loss(data, row));
                array[i] = before - Difference;
                double below = rows.Sum(row => Loss(data, row));
                array[i] = before;
                found.Add((i, (above - below) / (2 * Difference)));
            }

            return found;
        }
    }

    private double Loss(Data data, int row)
    {
        (double[] output, double[][] states) = RunRow(data, row);
        double loss = 0;
        for (int i = 0; i < output.Length; i++) loss += output[i] * data.OutputGradient[row * output.Length + i];
        for (int k = 0; HasStates && k < states.Length; k++)
            for (int i = 0; i < states[k].Length; i++) loss += states[k][i] * data.StateGradient[k][row * states[k].Length + i];
        return loss;
    }

    private (double[] Output, double[][] States) RunRow(Data data, int row)
    {
        int inputs = Recording.Input.Features, count = Recording.States.Count;
        double[][] states = [.. Enumerable.Range(0, count).Select(k => Row(data.Initial[k], row, Recording.States[k].Features))];
        var output = new double[OutputFeatures];
        List<double> all = [];
        var known = new Dictionary<Value, double[]>();
        for (int i = 0; i < Weights.Length; i++) known[Recording.Weights[i]] = data.Weights[i];
        for (int k = 0; k < Steps; k++)
        {
            int t = GoBackwards ? Steps - 1 - k : k;
            if (Used(row, t))
            {
                known[Recording.Input] = data.Input[((row * Steps + t) * inputs)..((row * Steps + t + 1) * inputs)];
                for (int i = 0; i < count; i++) known[Recording.States[i]] = states[i];
                var interpreter = new Interpreter(known);
                output = interpreter.Evaluate(Recording.Output);
                states = [.. Recording.Next.Select(interpreter.Evaluate)];
            }

            if (ReturnSequences || k == Steps - 1) all.AddRange(output);
        }

        return ([.. all], states);
    }

    private static double[] Row(double[] values, int row, int features) => values[(row * features)..((row + 1) * features)];

    private static Block Copy(Arena arena, float[] values)
    {
        Block block = arena.Allocate(values.Length);
        values.CopyTo(block.Span);
        return block;
    }

    /// <summary>[rows][steps][features] to [steps][features][lanes].</summary>
    private Block Laid(Arena arena, float[] values, int steps, int features)
    {
        Block block = arena.Allocate(RecurrentSequence.Extent(steps, features, Lanes));
        for (int i = 0; i < values.Length; i++) block.Span[PlaceOf(i, steps, features)] = values[i];
        return block;
    }

    private float[] Rows(Block block, int steps, int features) =>
        [.. Enumerable.Range(0, Lanes * steps * features).Select(i => block.Span[PlaceOf(i, steps, features)])];

    private int PlaceOf(int i, int steps, int features)
    {
        int row = i / (steps * features), t = i / features % steps;
        return t * RecurrentSequence.Stride(features, Lanes) + i % features * Lanes + row;
    }

    private sealed class Data(FormulaCase test)
    {
        public double[] Input { get; } = Doubles(test.Input);

        public double[] OutputGradient { get; } = Doubles(test.OutputGradient);

        public double[][] Weights { get; } = [.. test.Weights.Select(Doubles)];

        public double[][] Initial { get; } = [.. test.Recording.States.Select((state, k) => test.HasStates ? Doubles(test.Initial(k)) : new double[test.Lanes * state.Features])];

        public double[][] StateGradient { get; } = [.. test.Recording.States.Select((_, k) => Doubles(test.StateGradient(k)))];

        private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
    }
}
