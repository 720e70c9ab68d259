using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>The fully connected recurrent network of Elman (1990): h' = act(x·K + b + h·R).</summary>
internal sealed unsafe class SimpleRnnKernel<TSimd, TVector, TActivation> : RecurrentKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(RecurrentSequence s, RecurrentWeights w)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        int gatesStride = s.StateStride(s.Units);
        int stride = s.ReturnSequences ? RecurrentSequence.Stride(s.Units, lanes) : gatesStride;

        float* hiddenBefore = s.InitialState.Pointer;
        for (int t = 0; t < s.Steps; t++)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* hidden = s.Hidden.Pointer + (nint)t * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            RecurrentProducts<TSimd, TVector>.SetGates(s, w.Products, 0, w.Products.Length, s.StateOrNull(hiddenBefore, t), gates, t);
            Activate(gates, size, lanes, hiddenBefore, mask, hidden);
            hiddenBefore = hidden;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(RecurrentSequence s, RecurrentWeights w)
    {
        int lanes = s.Lanes, units = s.Units, size = units * lanes;
        int stride = RecurrentSequence.Stride(units, lanes);
        float* dHidden = s.Passing;
        RecurrentProducts<TSimd, TVector>.BeginBackward(s, dHidden, null);

        for (int t = s.Steps - 1; t >= 0; t--)
        {
            float* gates = s.Gates.Pointer + (nint)t * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            if (s.ReturnSequences && !s.OutputGradient.IsEmpty)
                RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer + (nint)t * stride, dHidden, size);
            Differentiate(gates, size, lanes, mask, dHidden);
            if (s.HasStateBefore(t)) RecurrentProducts<TSimd, TVector>.AddHiddenGradient(s, w.RecurrentTransposed, 0, 1, 0, gates, dHidden, t);
            RecurrentProducts<TSimd, TVector>.SetInputGradient(s, w.KernelTransposed, gates, t);
        }

        RecurrentProducts<TSimd, TVector>.EndBackward(s, dHidden, null);
        RecurrentProducts<TSimd, TVector>.AddKernelGradient(s, stride, 0, units, 0, units, 0);
        RecurrentProducts<TSimd, TVector>.AddRecurrentGradient(s, stride, 0, units, 0, units, 0);
        RecurrentProducts<TSimd, TVector>.AddBiasGradient(s, stride, 0, units, 0);
    }

    public override void ForwardRow(RowSequence sequence, RowWeights weights) => RowRecurrence<TSimd, TVector>.Run(this, sequence, weights);

    public override void StepRow(float* gates, int size, float* cell, float* cellActivation, float* hidden) =>
        Activate(gates, size, size, hidden, null, hidden);

    /// <summary>Leaves the activated value in <paramref name="gates"/>: behind a mask it is not the hidden state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(float* gates, int size, int lanes, float* hiddenBefore, float* mask, float* hidden)
    {
        int lane = 0;
        for (int k = 0; k < size; k += 2 * TSimd.Count)
        {
            int l = k + TSimd.Count < size ? k + TSimd.Count : k; // an odd last vector goes with itself
            TVector h0 = TSimd.Load(gates + k), h1 = TSimd.Load(gates + l);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref h0, ref h1);
            TSimd.Store(gates + k, h0);
            TSimd.Store(gates + l, h1);
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                h0 = TSimd.SelectNonZero(use, h0, TSimd.Load(hiddenBefore + k));
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
                if (l != k) use = TSimd.Load(mask + lane);
                h1 = TSimd.SelectNonZero(use, h1, TSimd.Load(hiddenBefore + l));
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(hidden + k, h0);
            TSimd.Store(hidden + l, h1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(float* gates, int size, int lanes, float* mask, float* dHidden)
    {
        int lane = 0;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector dh = TSimd.Load(dHidden + k);
            TVector delta = TSimd.Multiply(dh, TActivation.Derivative<TSimd, TVector>(TSimd.Load(gates + k)));
            TVector passed = TSimd.Zero;
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                delta = TSimd.SelectNonZero(use, delta, TSimd.Zero);
                passed = TSimd.SelectNonZero(use, TSimd.Zero, dh);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(gates + k, delta);
            TSimd.Store(dHidden + k, passed);
        }
    }
}
