using System.Runtime.CompilerServices;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>The matrix products that all recurrent cells share, with dropout masks where a layer has them.</summary>
internal static unsafe class RecurrentProducts<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// Gates of step t before their activations, from the step's input and the hidden state, for some of the products.
    /// </summary>
    /// <param name="s">The sequence.</param>
    /// <param name="products">All products of a step.</param>
    /// <param name="first">The first one wanted.</param>
    /// <param name="count">Number of those wanted.</param>
    /// <param name="hidden">The state before the step; null if it is zero.</param>
    /// <param name="gates">The step's gates.</param>
    /// <param name="t">Step in processing order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SetGates(RecurrentSequence s, GateProduct[] products, int first, int count, float* hidden, float* gates, int t)
    {
        int lanes = s.Lanes, inputSize = s.Inputs * lanes, size = s.Units * lanes;
        float* input = s.Input.IsEmpty ? null : s.Input.Pointer + (nint)s.TimeOf(t) * RecurrentSequence.Stride(s.Inputs, lanes);
        float* inputMask = s.FactorsAt(s.InputDropout, t), mask = s.FactorsAt(s.RecurrentDropout, t);
        bool inputPerGate = s.HasInputMaskPerGate, perGate = s.HasRecurrentMaskPerGate;
        int firstMask = products[first].RecurrentMask; // masks of neighbouring products are neighbours, too
        if (input != null && inputMask != null && first == 0)
            MultiplyEach(input, inputMask, s.MaskedInput, inputSize, s.InputDropout.Length / inputSize / (s.HasMasksPerStep ? s.Steps : 1));
        if (hidden != null && mask != null)
        {
            int masks = perGate ? products[first + count - 1].RecurrentMask - firstMask + 1 : 1;
            MultiplyEach(hidden, mask + (perGate ? (nint)firstMask * size : 0), s.MaskedHidden, size, masks);
        }

        for (int i = first; i < first + count; i++)
        {
            GateProduct product = products[i];
            float* from = inputMask == null ? input : s.MaskedInput + (inputPerGate ? (nint)product.InputMask * inputSize : 0);
            float* state = mask == null ? hidden : s.MaskedHidden + (perGate ? (nint)(product.RecurrentMask - firstMask) * size : 0);
            int units = hidden == null ? 0 : product.Units;
            float* target = gates + (nint)product.Row * lanes;
            if (!product.Adds)
                Product<TSimd, TVector>.AssignWithBias(product.Weights, from, product.Inputs, state, units, target, product.Bias.Pointer, lanes);
            else if (units > 0)
                Product<TSimd, TVector>.Accumulate(product.Weights, state, target, lanes);
        }
    }

    /// <summary>dHidden += recurrent kernelᵀ · dGates, through the dropout masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddHiddenGradient(
        RecurrentSequence s, PackedWeights[] packs, int first, int count, int firstMask, float* deltas, float* dHidden, int t)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        float* mask = s.FactorsAt(s.RecurrentDropout, t), products = s.MaskedHidden;
        for (int g = first; g < first + count; g++)
        {
            if (mask == null) Product<TSimd, TVector>.Accumulate(packs[g], deltas, dHidden, lanes);
            else Product<TSimd, TVector>.Assign(packs[g], deltas, products + (nint)(g - first) * size, lanes);
            deltas += (nint)packs[g].Depth * lanes;
        }

        if (mask != null) AddProducts(products, mask + (s.HasRecurrentMaskPerGate ? (nint)firstMask * size : 0), dHidden, size, count);
    }

    /// <summary>dInput = kernelᵀ · dGates at step t, while the gates' gradients are still at hand, through the dropout masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SetInputGradient(RecurrentSequence s, PackedWeights[] packs, float* deltas, int t)
    {
        if (s.InputGradient.IsEmpty) return;
        int lanes = s.Lanes, inputSize = s.Inputs * lanes;
        float* mask = s.FactorsAt(s.InputDropout, t);
        bool perGate = s.HasInputMaskPerGate;
        float* target = s.InputGradient.Pointer + (nint)s.TimeOf(t) * RecurrentSequence.Stride(s.Inputs, lanes);
        for (int g = 0; g < packs.Length; g++)
        {
            float* result = g == 0 ? target : s.MaskedInput;
            Product<TSimd, TVector>.Assign(packs[g], deltas, result, lanes);
            float* factor = mask == null ? null : mask + (perGate ? (nint)g * inputSize : 0);
            if (g == 0 && mask != null) Multiply(target, factor, target, inputSize);
            else if (g > 0 && mask != null) AddProduct(result, factor, target, inputSize);
            else if (g > 0) AddTo(result, target, inputSize);
            deltas += (nint)packs[g].Depth * lanes;
        }
    }

    /// <summary>Adds one gate range's part of the kernel's gradient; rows of <c>Gates</c> from <paramref name="row"/> on.</summary>
    public static void AddKernelGradient(
        RecurrentSequence s, int gatesStride, int row, int columns, int column, int totalColumns, int mask)
    {
        if (s.Input.IsEmpty) return;
        int lanes = s.Lanes;
        int inputStride = RecurrentSequence.Stride(s.Inputs, lanes);
        AddOverTime(
            s, s.Input.Pointer + (nint)s.TimeOf(0) * inputStride, s.GoBackwards ? -inputStride : inputStride, s.Inputs,
            s.Gates.Pointer + (nint)row * lanes, gatesStride, columns, 0, s.Steps,
            s.InputDropout, s.HasInputMaskPerGate ? mask : 0, s.KernelGradient.Pointer + column, totalColumns);
    }

    /// <summary>Adds one gate range's part of the recurrent kernel's gradient: hidden state of the step before × dGates.</summary>
    public static void AddRecurrentGradient(
        RecurrentSequence s, int gatesStride, int row, int columns, int column, int totalColumns, int mask)
    {
        int lanes = s.Lanes;
        int factor = s.HasRecurrentMaskPerGate ? mask : 0;
        float* gates = s.Gates.Pointer + (nint)row * lanes, gradient = s.RecurrentGradient.Pointer + column;
        if (s.HasInitialState) AddOverTime(s, s.InitialState.Pointer, 0, s.Units, gates, gatesStride, columns, 0, 1, s.RecurrentDropout, factor, gradient, totalColumns);
        AddOverTime(
            s, s.Hidden.Pointer, RecurrentSequence.Stride(s.Units, lanes), s.Units, gates + gatesStride, gatesStride, columns, 1, s.Steps - 1,
            s.RecurrentDropout, factor, gradient, totalColumns);
    }

    /// <summary>
    /// Adds what came in × dGates, over <paramref name="steps"/> steps of which the first is step <paramref name="first"/> of the
    /// sequence. Factors that hold for the sequence are common to the sum over time. For those that change with the steps, what
    /// entered the products is made once more; the sum keeps its order.
    /// </summary>
    public static void AddOverTime(
        RecurrentSequence s, float* input, nint inputStep, int inputs, float* delta, nint deltaStep, int columns, int first, int steps,
        Block factors, int mask, float* gradient, int totalColumns)
    {
        int size = inputs * s.Lanes;
        nint offset = (nint)mask * size;
        float* scale = factors.IsEmpty ? null : factors.Pointer + offset;
        if (s.HasMasksPerStep && scale != null)
        {
            float* masked = s.MaskedSteps.Pointer;
            int stride = RecurrentSequence.Stride(inputs, s.Lanes);
            for (int t = 0; t < steps; t++, input += inputStep, masked += stride)
                Multiply(input, s.FactorsAt(factors, first + t) + offset, masked, size);
            input = s.MaskedSteps.Pointer;
            inputStep = stride;
            scale = null;
        }

        Contraction<TSimd, TVector>.Add(
            input, inputStep, inputs, delta, deltaStep, columns, steps, s.Lanes, scale, gradient, totalColumns, s.ChunkGradientStride);
    }

    /// <summary>Adds dGates over all steps to the bias' gradient.</summary>
    public static void AddBiasGradient(RecurrentSequence s, int gatesStride, int row, int columns, int column)
    {
        if (s.BiasGradient.IsEmpty) return;
        Contraction<TSimd, TVector>.AddBias(
            s.Gates.Pointer + (nint)row * s.Lanes, gatesStride, columns, s.Steps, s.Lanes,
            s.BiasGradient.Pointer + column, s.ChunkGradientStride);
    }

    /// <summary>Begins the way back: the gradients that come in behind the last step, at the output and at the states.</summary>
    public static void BeginBackward(RecurrentSequence s, float* dHidden, float* dCell)
    {
        int size = s.Units * s.Lanes;
        new Span<float>(dHidden, size).Clear();
        if (!s.ReturnSequences && !s.OutputGradient.IsEmpty) AddTo(s.OutputGradient.Pointer, dHidden, size);
        if (!s.FinalStateGradient.IsEmpty) AddTo(s.FinalStateGradient.Pointer, dHidden, size);
        if (dCell == null) return;
        new Span<float>(dCell, size).Clear();
        if (!s.FinalCellGradient.IsEmpty) AddTo(s.FinalCellGradient.Pointer, dCell, size);
    }

    /// <summary>Ends it: what is left is the gradient at the states before the first step.</summary>
    public static void EndBackward(RecurrentSequence s, float* dHidden, float* dCell)
    {
        int size = s.Units * s.Lanes;
        if (!s.InitialStateGradient.IsEmpty) new Span<float>(dHidden, size).CopyTo(s.InitialStateGradient.Span);
        if (dCell != null && !s.InitialCellGradient.IsEmpty) new Span<float>(dCell, size).CopyTo(s.InitialCellGradient.Span);
    }

    /// <summary>target = a ⊙ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, float* b, float* target, int count)
    {
        for (int i = 0; i < count; i += TSimd.Count)
            TSimd.Store(target + i, TSimd.Multiply(TSimd.Load(a + i), TSimd.Load(b + i)));
    }

    /// <summary>targets[i] = a ⊙ b[i], the arrays one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyEach(float* a, float* b, float* targets, int size, int count)
    {
        for (int k = 0; k < count; k++, b += size, targets += size)
        {
            for (int i = 0; i < size; i += TSimd.Count)
                TSimd.Store(targets + i, TSimd.Multiply(TSimd.Load(a + i), TSimd.Load(b + i)));
        }
    }

    /// <summary>target += a[0] ⊙ b[0], then a[1] ⊙ b[1] …, the arrays one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts(float* a, float* b, float* target, int size, int count)
    {
        for (int i = 0; i < size; i += TSimd.Count)
        {
            TVector sum = TSimd.Load(target + i);
            int at = i;
            for (int k = 0; k < count; k++, at += size) sum = TSimd.Fma(TSimd.Load(a + at), TSimd.Load(b + at), sum);
            TSimd.Store(target + i, sum);
        }
    }

    /// <summary>target += a ⊙ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct(float* a, float* b, float* target, int count)
    {
        for (int i = 0; i < count; i += TSimd.Count)
            TSimd.Store(target + i, TSimd.Fma(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(target + i)));
    }

    /// <summary>target += a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(float* a, float* target, int count)
    {
        for (int i = 0; i < count; i += TSimd.Count)
            TSimd.Store(target + i, TSimd.Add(TSimd.Load(a + i), TSimd.Load(target + i)));
    }
}
