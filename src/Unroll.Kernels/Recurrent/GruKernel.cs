using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// GRU with the reset gate after the recurrent product (Keras' <c>reset_after=True</c>):
/// hh = act(xh + r·(h·Rh + br)), h' = z·h + (1 − z)·hh.
/// Rows of <c>Gates</c>: hh, z, r, and the recurrent part of hh (its gradient after backward), so that both products
/// read and write neighbouring rows.
/// </summary>
internal sealed unsafe class GruKernel<TSimd, TVector, TActivation, TRecurrent> : RecurrentKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
    where TRecurrent : struct, IActivation
{
    private const int Rows = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(RecurrentSequence s, RecurrentWeights w)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        int gatesStride = s.StateStride(Rows * s.Units);
        int stride = s.ReturnSequences ? RecurrentSequence.Stride(s.Units, lanes) : s.StateStride(s.Units);

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
        int gatesStride = RecurrentSequence.Stride(Rows * units, lanes);
        int stride = RecurrentSequence.Stride(units, lanes);
        float* dHidden = s.Passing;
        RecurrentProducts<TSimd, TVector>.BeginBackward(s, dHidden, null);

        for (int t = s.Steps - 1; t >= 0; t--)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* hiddenBefore = t == 0 ? s.InitialState.Pointer : s.Hidden.Pointer + (nint)(t - 1) * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            if (s.ReturnSequences && !s.OutputGradient.IsEmpty)
                RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer + (nint)t * stride, dHidden, size);
            Differentiate(gates, size, lanes, hiddenBefore, mask, dHidden);
            if (s.HasStateBefore(t))
                RecurrentProducts<TSimd, TVector>.AddHiddenGradient(s, w.RecurrentTransposed, 0, w.RecurrentTransposed.Length, 0, gates + size, dHidden, t);
            RecurrentProducts<TSimd, TVector>.SetInputGradient(s, w.KernelTransposed, gates, t);
        }

        RecurrentProducts<TSimd, TVector>.EndBackward(s, dHidden, null);
        GruGradients<TSimd, TVector>.AddInputSide(s, gatesStride);
        int parts = s.HasRecurrentMaskPerGate ? 3 : 1;
        int columns = 3 * units / parts;
        for (int g = 0; g < parts; g++)
            RecurrentProducts<TSimd, TVector>.AddRecurrentGradient(s, gatesStride, units + g * columns, columns, g * columns, 3 * units, g);
        RecurrentProducts<TSimd, TVector>.AddBiasGradient(s, gatesStride, units, 3 * units, 3 * units);
    }

    public override void ForwardRow(RowSequence sequence, RowWeights weights) => RowRecurrence<TSimd, TVector>.Run(this, sequence, weights);

    public override void StepRow(float* gates, int size, float* cell, float* cellActivation, float* hidden) =>
        Activate(gates, size, size, hidden, null, hidden);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(float* gates, int size, int lanes, float* hiddenBefore, float* mask, float* hidden)
    {
        float* candidate = gates, update = gates + size, reset = gates + 2 * size, inner = gates + 3 * size;
        int lane = 0;
        for (int k = 0; k < size; k += 2 * TSimd.Count)
        {
            int l = k + TSimd.Count < size ? k + TSimd.Count : k; // an odd last vector goes with itself
            TVector r0 = TSimd.Load(reset + k), r1 = TSimd.Load(reset + l);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref r0, ref r1);
            TVector hh0 = TSimd.Fma(r0, TSimd.Load(inner + k), TSimd.Load(candidate + k));
            TVector hh1 = TSimd.Fma(r1, TSimd.Load(inner + l), TSimd.Load(candidate + l));
            TVector z0 = TSimd.Load(update + k), z1 = TSimd.Load(update + l);
            TSimd.Store(reset + k, r0);
            TSimd.Store(reset + l, r1);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref z0, ref z1);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref hh0, ref hh1);
            TSimd.Store(update + k, z0);
            TSimd.Store(update + l, z1);
            TSimd.Store(candidate + k, hh0);
            TSimd.Store(candidate + l, hh1);
            TVector before0 = TSimd.Load(hiddenBefore + k), before1 = TSimd.Load(hiddenBefore + l);
            TVector h0 = TSimd.Fma(z0, TSimd.Subtract(before0, hh0), hh0);
            TVector h1 = TSimd.Fma(z1, TSimd.Subtract(before1, hh1), hh1);
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                h0 = TSimd.SelectNonZero(use, h0, before0);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
                if (l != k) use = TSimd.Load(mask + lane);
                h1 = TSimd.SelectNonZero(use, h1, before1);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(hidden + k, h0);
            TSimd.Store(hidden + l, h1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(float* gates, int size, int lanes, float* hiddenBefore, float* mask, float* dHidden)
    {
        float* candidate = gates, update = gates + size, reset = gates + 2 * size, inner = gates + 3 * size;
        TVector one = TSimd.Broadcast(1f);
        TVector unscale = TSimd.Broadcast(1f / ScaledActivation<TSimd, TVector, TActivation>.Scale); // inner carries the scale of hh
        int lane = 0;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector hh = TSimd.Load(candidate + k), z = TSimd.Load(update + k), r = TSimd.Load(reset + k);
            TVector dh = TSimd.Load(dHidden + k);
            TVector dz = TSimd.Multiply(
                TSimd.Multiply(dh, TSimd.Subtract(TSimd.Load(hiddenBefore + k), hh)), TRecurrent.Derivative<TSimd, TVector>(z));
            TVector da = TSimd.Multiply(
                TSimd.Multiply(dh, TSimd.Subtract(one, z)), TActivation.Derivative<TSimd, TVector>(hh));
            TVector dr = TSimd.Multiply(TSimd.Multiply(da, TSimd.Multiply(unscale, TSimd.Load(inner + k))), TRecurrent.Derivative<TSimd, TVector>(r));
            TVector passed = TSimd.Multiply(dh, z);
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                dz = TSimd.SelectNonZero(use, dz, TSimd.Zero);
                da = TSimd.SelectNonZero(use, da, TSimd.Zero);
                dr = TSimd.SelectNonZero(use, dr, TSimd.Zero);
                passed = TSimd.SelectNonZero(use, passed, dh);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(candidate + k, da);
            TSimd.Store(update + k, dz);
            TSimd.Store(reset + k, dr);
            TSimd.Store(inner + k, TSimd.Multiply(da, r));
            TSimd.Store(dHidden + k, passed);
        }
    }
}

/// <summary>The weight gradients at the input, which both forms of the GRU share.</summary>
internal static class GruGradients<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows hh, z, r of the gates go to the columns h, z, r, which Keras keeps in the order z, r, h.</summary>
    public static void AddInputSide(RecurrentSequence s, int gatesStride)
    {
        int units = s.Units;
        bool perGate = s.HasInputMaskPerGate;
        RecurrentProducts<TSimd, TVector>.AddKernelGradient(s, gatesStride, 0, units, 2 * units, 3 * units, 0);
        int parts = perGate ? 2 : 1;
        int columns = 2 * units / parts;
        for (int g = 0; g < parts; g++)
            RecurrentProducts<TSimd, TVector>.AddKernelGradient(s, gatesStride, units + g * columns, columns, g * columns, 3 * units, g + 1);
        RecurrentProducts<TSimd, TVector>.AddBiasGradient(s, gatesStride, 0, units, 2 * units);
        RecurrentProducts<TSimd, TVector>.AddBiasGradient(s, gatesStride, units, 2 * units, 0);
    }
}
