using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>Runs a compiled formula over whole sequences, forward and backward.</summary>
internal abstract class FormulaKernel
{
    /// <summary>The kernel for a vector width.</summary>
    public static FormulaKernel Create(VectorWidth width, FormulaPlan plan) => width switch
    {
        VectorWidth.Bits512 => new FormulaKernel<Simd512, Vector512<float>>(plan),
        VectorWidth.Bits256 => new FormulaKernel<Simd256, Vector256<float>>(plan),
        _ => new FormulaKernel<Simd128, Vector128<float>>(plan),
    };

    /// <summary>Fills states and output from the input.</summary>
    public abstract void Forward(FormulaSequence sequence, FormulaWeights weights);

    /// <summary>Adds the weights' gradients, sets the input's and the initial states', from the gradients at output and final states.</summary>
    public abstract void Backward(FormulaSequence sequence, FormulaWeights weights);
}

internal sealed unsafe class FormulaKernel<TSimd, TVector>(FormulaPlan plan) : FormulaKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(FormulaSequence s, FormulaWeights w)
    {
        s.RequireForward();
        int lanes = s.Lanes;
        float** bases = stackalloc float*[plan.Bases];
        SetFixed(bases, s);
        FormulaPasses<TSimd, TVector>.Fill(w.Constants.Pointer, plan.ConstantRows, lanes, s.Constants.Pointer);
        for (int i = 0; i < plan.States.Length; i++)
        {
            var target = new Span<float>(s.States[i].Pointer, plan.States[i] * lanes);
            if (s.InitialStates[i].IsEmpty) target.Clear();
            else s.InitialStates[i].Span[..target.Length].CopyTo(target);
        }

        for (int t = 0; t < s.Steps; t++)
        {
            SetStep(bases, s, t);
            Run(plan.Forward, bases, lanes, w);
            if (s.Mask.IsEmpty) continue;
            float* mask = s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            for (int i = 0; i < plan.States.Length; i++)
                FormulaPasses<TSimd, TVector>.Hold(mask, bases[FormulaBases.Before(i)], bases[FormulaBases.After(i)], plan.States[i], lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(FormulaSequence s, FormulaWeights w)
    {
        s.RequireBackward();
        int lanes = s.Lanes, output = plan.Output;
        float** bases = stackalloc float*[plan.Bases];
        SetFixed(bases, s);
        new Span<float>(s.Accumulators.Pointer, plan.AccumulatorRows * lanes).Clear();
        for (int i = 0; i < plan.States.Length; i++)
        {
            bases[FormulaBases.GradientAfter(i)] = s.Gradients[2 * i].Pointer;
            bases[FormulaBases.GradientBefore(i)] = s.Gradients[2 * i + 1].Pointer;
            var after = new Span<float>(s.Gradients[2 * i].Pointer, plan.States[i] * lanes);
            if (s.StateGradients[i].IsEmpty) after.Clear();
            else s.StateGradients[i].Span[..after.Length].CopyTo(after);
        }

        int outputSize = plan.States[output] * lanes, outputStride = RecurrentSequence.Stride(plan.States[output], lanes);
        bool hasGradient = !s.OutputGradient.IsEmpty;
        if (hasGradient && !s.ReturnSequences)
            RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer, bases[FormulaBases.GradientAfter(output)], outputSize);
        for (int t = s.Steps - 1; t >= 0; t--)
        {
            SetStep(bases, s, t);
            if (hasGradient && s.ReturnSequences)
                RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer + (nint)t * outputStride, bases[FormulaBases.GradientAfter(output)], outputSize);
            for (int i = 0; i < plan.States.Length; i++)
            {
                float* before = bases[FormulaBases.GradientBefore(i)], after = bases[FormulaBases.GradientAfter(i)];
                if (s.Mask.IsEmpty) new Span<float>(before, plan.States[i] * lanes).Clear();
                else FormulaPasses<TSimd, TVector>.Split(s.Mask.Pointer + (nint)s.TimeOf(t) * lanes, before, after, plan.States[i], lanes);
            }

            Run(plan.Backward, bases, lanes, w);
            for (int i = 0; i < plan.States.Length; i++)
            {
                float* before = bases[FormulaBases.GradientBefore(i)];
                bases[FormulaBases.GradientBefore(i)] = bases[FormulaBases.GradientAfter(i)];
                bases[FormulaBases.GradientAfter(i)] = before;
            }
        }

        for (int i = 0; i < plan.States.Length; i++)
            s.SetInitialGradient(i, s.Gradients[2 * i + (s.Steps & 1)].Slice(0, plan.States[i] * lanes));
        AddWeightGradients(s);
    }

    private void AddWeightGradients(FormulaSequence s)
    {
        int lanes = s.Lanes, frameStride = RecurrentSequence.Stride(plan.FrameRows, lanes);
        foreach (FormulaContraction contraction in plan.Contractions)
        {
            if (s.WeightGradients[contraction.Weight].IsEmpty) continue;
            (nint first, nint step) = OverTime(s, contraction.Operand.Place);
            Contraction<TSimd, TVector>.Add(
                (float*)first, step, contraction.Operand.Features, s.Frame.Pointer + (nint)contraction.Row * lanes, frameStride, contraction.Columns,
                s.Steps, lanes, null, s.WeightGradients[contraction.Weight].Pointer + contraction.Column, plan.Weights[contraction.Weight].Columns,
                s.ChunkGradientStride);
        }

        foreach (FormulaVector sum in plan.BiasSums) AddSum(sum, s.Frame.Pointer, frameStride, s.Steps);
        foreach (FormulaVector sum in plan.VectorSums) AddSum(sum, s.Accumulators.Pointer, 0, 1);

        void AddSum(FormulaVector sum, float* deltas, int stride, int steps)
        {
            if (s.WeightGradients[sum.Weight].IsEmpty) return;
            Contraction<TSimd, TVector>.AddBias(
                deltas + (nint)sum.Row * lanes, stride, sum.Features, steps, lanes,
                s.WeightGradients[sum.Weight].Pointer + sum.First, s.ChunkGradientStride);
        }
    }

    /// <summary>First step and floats from step to step of what a place holds over time.</summary>
    private (nint First, nint Step) OverTime(FormulaSequence s, FormulaPlace place)
    {
        float** first = stackalloc float*[plan.Bases];
        SetFixed(first, s);
        SetStep(first, s, 0);
        float* start = first[place.Base] + (nint)place.Row * s.Lanes;
        if (s.Steps == 1) return ((nint)start, 0);
        SetStep(first, s, 1);
        return ((nint)start, (nint)(first[place.Base] + (nint)place.Row * s.Lanes - start));
    }

    private static void SetFixed(float** bases, FormulaSequence s)
    {
        bases[FormulaBases.Scratch] = s.Scratch.Pointer;
        bases[FormulaBases.Constants] = s.Constants.Pointer;
        bases[FormulaBases.Accumulators] = s.Accumulators.Pointer;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetStep(float** bases, FormulaSequence s, int t)
    {
        int lanes = s.Lanes, inputStride = RecurrentSequence.Stride(plan.Inputs, lanes);
        bases[FormulaBases.Frame] = s.Frame.Pointer + (plan.Training ? (nint)t * RecurrentSequence.Stride(plan.FrameRows, lanes) : 0);
        bases[FormulaBases.Input] = s.Input.Pointer + (nint)s.TimeOf(t) * inputStride;
        bases[FormulaBases.InputGradient] = s.InputGradient.IsEmpty ? null : s.InputGradient.Pointer + (nint)s.TimeOf(t) * inputStride;
        for (int i = 0; i < plan.States.Length; i++)
        {
            nint stride = RecurrentSequence.Stride(plan.States[i], lanes);
            bases[FormulaBases.Before(i)] = s.States[i].Pointer + s.SlotOf(i, t) * stride;
            bases[FormulaBases.After(i)] = s.States[i].Pointer + s.SlotOf(i, t + 1) * stride;
        }

        for (int i = 0; i < plan.Factors.Length; i++)
            bases[FormulaBases.Factor(i, plan.States.Length)] = s.Factors[i].Pointer + (nint)t * s.FactorSteps[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(FormulaInstruction[] instructions, float** bases, int lanes, FormulaWeights w)
    {
        for (int i = 0; i < instructions.Length; i++)
        {
            ref readonly FormulaInstruction each = ref instructions[i];
            float* target = bases[each.Target.Base] + (nint)each.Target.Row * lanes;
            float* a = bases[each.A.Base] + (nint)each.A.Row * lanes;
            if (each.Code == FormulaCode.Product)
            {
                SetForms(plan.Products[each.Product], w.Products[each.Product], w.Biases[each.Product], bases, target, lanes);
            }
            else if (each.Code == FormulaCode.TransposedProduct)
            {
                if (each.Adds) Product<TSimd, TVector>.Accumulate(w.Transposed[each.Product], a, target, lanes);
                else Product<TSimd, TVector>.Assign(w.Transposed[each.Product], a, target, lanes);
            }
            else
            {
                float* b = bases[each.B.Base] + (nint)each.B.Row * lanes, c = bases[each.C.Base] + (nint)each.C.Row * lanes;
                if (each.Code is FormulaCode.Function or FormulaCode.FunctionSlope) RunFunction(each, a, b, c, target, lanes);
                else FormulaStep<TSimd, TVector>.Run(each, a, b, c, target, lanes);
            }
        }
    }

    private void RunFunction(in FormulaInstruction each, float* a, float* b, float* c, float* target, int lanes)
    {
        int size = each.Features * lanes;
        ILaneFunction function = plan.Functions[each.Product];
        var first = new ReadOnlySpan<float>(a, size);
        var result = new Span<float>(target, size);
        if (each.Code == FormulaCode.Function) function.Apply(first, result, lanes);
        else function.Differentiate(new ReadOnlySpan<float>(b, size), new ReadOnlySpan<float>(c, size), first, result, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SetForms(FormulaProduct product, PackedWeights weights, Block bias, float** bases, float* target, int lanes)
    {
        FormulaOperand[] operands = product.Operands;
        float* first = bases[operands[0].Place.Base] + (nint)operands[0].Place.Row * lanes;
        if (product.Adds)
        {
            Product<TSimd, TVector>.Accumulate(weights, first, target, lanes);
            return;
        }

        bool two = operands.Length == 2;
        float* second = two ? bases[operands[1].Place.Base] + (nint)operands[1].Place.Row * lanes : null;
        Product<TSimd, TVector>.AssignWithBias(
            weights, first, operands[0].Features, second, two ? operands[1].Features : 0, target, bias.Pointer, lanes);
    }
}
