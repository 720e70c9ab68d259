using System.Runtime.CompilerServices;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>The matrix products that all recurrent cells share, with dropout masks where a layer has them.</summary>
internal static unsafe class RecurrentProducts<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>gates[t] = bias + kernel · input[t] for all steps. With a mask per gate, gate g takes input ⊙ mask[g].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ProjectInputs(RecurrentSequence s, RecurrentWeights w, int gatesStride)
    {
        if (s.Input.IsEmpty) return;
        int lanes = s.Lanes, inputSize = s.Inputs * lanes;
        int inputStride = RecurrentSequence.Stride(s.Inputs, lanes);
        float* bias = w.Bias.Pointer;
        float* mask = s.InputDropout.Pointer;
        for (int t = 0; t < s.Steps; t++)
        {
            float* input = s.Input.Pointer + (nint)s.TimeOf(t) * inputStride;
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            int outputs = 0;
            for (int g = 0; g < w.Kernel.Length; g++)
            {
                float* source = input;
                if (mask != null && (g == 0 || s.InputDropout.Length > inputSize))
                {
                    Multiply(input, mask + (nint)g * inputSize, s.Scratch.Pointer, inputSize);
                }

                if (mask != null) source = s.Scratch.Pointer;
                float* gateBias = bias == null ? null : bias + outputs;
                Product<TSimd, TVector>.AssignWithBias(w.Kernel[g], source, gates + (nint)outputs * lanes, gateBias, lanes);
                outputs += w.Kernel[g].Width;
            }
        }
    }

    /// <summary>gates += recurrent kernel · hidden, for the matrices <paramref name="first"/> … of <paramref name="packs"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRecurrent(
        RecurrentSequence s, PackedWeights[] packs, int first, int count, int firstMask, float* hidden, float* gates, int t)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        float* mask = s.RecurrentDropout.Pointer;
        for (int g = first; g < first + count; g++)
        {
            float* source = hidden;
            if (mask != null)
            {
                source = s.Scratch.Pointer;
                Multiply(hidden, mask + (nint)MaskOf(s, firstMask + g - first, t) * size, source, size);
            }

            Product<TSimd, TVector>.Accumulate(packs[g], source, gates, lanes);
            gates += (nint)packs[g].Width * lanes;
        }
    }

    /// <summary>dHidden += recurrent kernelᵀ · dGates, through the dropout masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddHiddenGradient(
        RecurrentSequence s, PackedWeights[] packs, int first, int count, int firstMask, float* deltas, float* dHidden, int t)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        float* mask = s.RecurrentDropout.Pointer;
        for (int g = first; g < first + count; g++)
        {
            if (mask == null)
            {
                Product<TSimd, TVector>.Accumulate(packs[g], deltas, dHidden, lanes);
            }
            else
            {
                Product<TSimd, TVector>.Assign(packs[g], deltas, s.Scratch.Pointer, lanes);
                AddProduct(s.Scratch.Pointer, mask + (nint)MaskOf(s, firstMask + g - first, t) * size, dHidden, size);
            }

            deltas += (nint)packs[g].Depth * lanes;
        }
    }

    /// <summary>dInput[t] = kernelᵀ · dGates[t] for all steps, through the dropout masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(RecurrentSequence s, RecurrentWeights w, int gatesStride)
    {
        if (s.InputGradient.IsEmpty) return;
        int lanes = s.Lanes, inputSize = s.Inputs * lanes;
        int inputStride = RecurrentSequence.Stride(s.Inputs, lanes);
        float* mask = s.InputDropout.Pointer;
        bool perGate = s.InputDropout.Length > inputSize;
        for (int t = 0; t < s.Steps; t++)
        {
            float* target = s.InputGradient.Pointer + (nint)s.TimeOf(t) * inputStride;
            float* deltas = s.Gates.Pointer + (nint)t * gatesStride;
            for (int g = 0; g < w.KernelTransposed.Length; g++)
            {
                PackedWeights pack = w.KernelTransposed[g];
                float* result = g == 0 ? target : s.Scratch.Pointer;
                Product<TSimd, TVector>.Assign(pack, deltas, result, lanes);
                float* factor = mask == null ? null : mask + (perGate ? (nint)g * inputSize : 0);
                if (g == 0 && mask != null) Multiply(target, factor, target, inputSize);
                else if (g > 0 && mask != null) AddProduct(result, factor, target, inputSize);
                else if (g > 0) AddTo(result, target, inputSize);
                deltas += (nint)pack.Depth * lanes;
            }
        }
    }

    /// <summary>Adds one gate range's part of the kernel's gradient; rows of <c>Gates</c> from <paramref name="row"/> on.</summary>
    public static void AddKernelGradient(
        RecurrentSequence s, int gatesStride, int row, int columns, int column, int totalColumns, int mask)
    {
        if (s.Input.IsEmpty) return;
        int lanes = s.Lanes;
        int inputStride = RecurrentSequence.Stride(s.Inputs, lanes);
        float* scale = s.InputDropout.IsEmpty
            ? null
            : s.InputDropout.Pointer + (s.InputDropout.Length > s.Inputs * lanes ? (nint)mask * s.Inputs * lanes : 0);
        Contraction<TSimd, TVector>.Add(
            s.Input.Pointer + (nint)s.TimeOf(0) * inputStride, s.GoBackwards ? -inputStride : inputStride, s.Inputs,
            s.Gates.Pointer + (nint)row * lanes, gatesStride, columns, s.Steps, lanes, scale,
            s.KernelGradient.Pointer + column, totalColumns, s.ChunkGradientStride);
    }

    /// <summary>Adds one gate range's part of the recurrent kernel's gradient: hidden state of the step before × dGates.</summary>
    public static void AddRecurrentGradient(
        RecurrentSequence s, int gatesStride, int row, int columns, int column, int totalColumns, int mask)
    {
        int lanes = s.Lanes;
        float* scale = s.RecurrentDropout.IsEmpty || s.RecurrentDropoutPerStep
            ? null
            : s.RecurrentDropout.Pointer + (nint)MaskOf(s, mask, 0) * s.Units * lanes;
        Contraction<TSimd, TVector>.Add(
            s.Hidden.Pointer, RecurrentSequence.Stride(s.Units, lanes), s.Units,
            s.Gates.Pointer + gatesStride + (nint)row * lanes, gatesStride, columns, s.Steps - 1, lanes, scale,
            s.RecurrentGradient.Pointer + column, totalColumns, s.ChunkGradientStride);
    }

    /// <summary>
    /// With a mask per step no factor is common to a sum over time: the hidden states become what entered the products.
    /// To be called once, after the time loop and before the recurrent kernel's gradient.
    /// </summary>
    public static void ApplyStepMasks(RecurrentSequence s, float* states, int stride, int firstStep)
    {
        if (!s.RecurrentDropoutPerStep || s.RecurrentDropout.IsEmpty) return;
        int size = s.Units * s.Lanes;
        for (int t = firstStep; t < s.Steps; t++, states += stride)
            Multiply(states, s.RecurrentDropout.Pointer + (nint)t * size, states, size);
    }

    /// <summary>True if gates have recurrent masks of their own.</summary>
    public static bool HasMaskPerGate(RecurrentSequence s) =>
        !s.RecurrentDropoutPerStep && s.RecurrentDropout.Length > s.Units * s.Lanes;

    /// <summary>Adds dGates over all steps to the bias' gradient.</summary>
    public static void AddBiasGradient(RecurrentSequence s, int gatesStride, int row, int columns, int column)
    {
        if (s.BiasGradient.IsEmpty) return;
        Contraction<TSimd, TVector>.AddBias(
            s.Gates.Pointer + (nint)row * s.Lanes, gatesStride, columns, s.Steps, s.Lanes,
            s.BiasGradient.Pointer + column, s.ChunkGradientStride);
    }

    /// <summary>target = a ⊙ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, float* b, float* target, int count)
    {
        for (int i = 0; i < count; i += TSimd.Count)
            TSimd.Store(target + i, TSimd.Multiply(TSimd.Load(a + i), TSimd.Load(b + i)));
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

    private static int MaskOf(RecurrentSequence s, int gate, int t) => s.RecurrentDropoutPerStep ? t : HasMaskPerGate(s) ? gate : 0;
}
