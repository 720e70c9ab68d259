using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// GRU of Cho et al. (2014), the reset gate before the recurrent product (Keras' <c>reset_after=False</c>):
/// hh = act(xh + (r·h)·Rh), h' = z·h + (1 − z)·hh. Rows of <c>Gates</c>: hh, z, r, and r·h.
/// The recurrent matrices: all but the last are z and r, the last is h.
/// </summary>
internal sealed unsafe class GruResetBeforeKernel<TSimd, TVector, TActivation, TRecurrent> : RecurrentKernel
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
        int last = w.Products.Length - 1;

        float* hiddenBefore = s.InitialState.Pointer;
        for (int t = 0; t < s.Steps; t++)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* hidden = s.Hidden.Pointer + (nint)t * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            RecurrentProducts<TSimd, TVector>.SetGates(s, w.Products, 0, last, s.StateOrNull(hiddenBefore, t), gates, t);
            OpenGates(gates, size, hiddenBefore);
            RecurrentProducts<TSimd, TVector>.SetGates(s, w.Products, last, 1, s.StateOrNull(gates + 3 * size, t), gates, t);
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
        int last = w.RecurrentTransposed.Length - 1;
        float* dHidden = s.Passing;
        float* dResetHidden = dHidden + size;
        RecurrentProducts<TSimd, TVector>.BeginBackward(s, dHidden, null);

        for (int t = s.Steps - 1; t >= 0; t--)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* hiddenBefore = t == 0 ? s.InitialState.Pointer : s.Hidden.Pointer + (nint)(t - 1) * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            if (s.ReturnSequences && !s.OutputGradient.IsEmpty)
                RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer + (nint)t * stride, dHidden, size);
            DifferentiateCandidate(gates, size, lanes, hiddenBefore, mask, dHidden);
            new Span<float>(dResetHidden, size).Clear();
            RecurrentProducts<TSimd, TVector>.AddHiddenGradient(s, w.RecurrentTransposed, last, 1, 2, gates, dResetHidden, t);
            DifferentiateReset(gates, size, hiddenBefore, dResetHidden, dHidden);
            if (s.HasStateBefore(t)) RecurrentProducts<TSimd, TVector>.AddHiddenGradient(s, w.RecurrentTransposed, 0, last, 0, gates + size, dHidden, t);
            RecurrentProducts<TSimd, TVector>.SetInputGradient(s, w.KernelTransposed, gates, t);
        }

        RecurrentProducts<TSimd, TVector>.EndBackward(s, dHidden, null);
        GruGradients<TSimd, TVector>.AddInputSide(s, gatesStride);
        int parts = s.HasRecurrentMaskPerGate ? 2 : 1;
        int columns = 2 * units / parts;
        for (int g = 0; g < parts; g++)
            RecurrentProducts<TSimd, TVector>.AddRecurrentGradient(s, gatesStride, units + g * columns, columns, g * columns, 3 * units, g);
        RecurrentProducts<TSimd, TVector>.AddOverTime(
            s, s.Gates.Pointer + 3 * size, gatesStride, units, s.Gates.Pointer, gatesStride, units, 0, s.Steps,
            s.RecurrentDropout, parts == 2 ? 2 : 0, s.RecurrentGradient.Pointer + 2 * units, 3 * units);
    }

    public override void ForwardRow(RowSequence sequence, RowWeights weights) =>
        throw new NotSupportedException("A GRU whose reset gate comes first needs two products a step; it has no form for single rows.");

    public override void StepRow(float* gates, int size, float* cell, float* cellActivation, float* hidden) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OpenGates(float* gates, int size, float* hiddenBefore)
    {
        float* update = gates + size, reset = gates + 2 * size, inner = gates + 3 * size;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector z = TSimd.Load(update + k), r = TSimd.Load(reset + k);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref z, ref r);
            TSimd.Store(update + k, z);
            TSimd.Store(reset + k, r);
            TSimd.Store(inner + k, TSimd.Multiply(r, TSimd.Load(hiddenBefore + k)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(float* gates, int size, int lanes, float* hiddenBefore, float* mask, float* hidden)
    {
        float* update = gates + size;
        int lane = 0;
        for (int k = 0; k < size; k += 2 * TSimd.Count)
        {
            int l = k + TSimd.Count < size ? k + TSimd.Count : k; // an odd last vector goes with itself
            TVector hh0 = TSimd.Load(gates + k), hh1 = TSimd.Load(gates + l);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref hh0, ref hh1);
            TSimd.Store(gates + k, hh0);
            TSimd.Store(gates + l, hh1);
            TVector before0 = TSimd.Load(hiddenBefore + k), before1 = TSimd.Load(hiddenBefore + l);
            TVector h0 = TSimd.Fma(TSimd.Load(update + k), TSimd.Subtract(before0, hh0), hh0);
            TVector h1 = TSimd.Fma(TSimd.Load(update + l), TSimd.Subtract(before1, hh1), hh1);
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
    private static void DifferentiateCandidate(
        float* gates, int size, int lanes, float* hiddenBefore, float* mask, float* dHidden)
    {
        float* candidate = gates, update = gates + size;
        TVector one = TSimd.Broadcast(1f);
        int lane = 0;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector hh = TSimd.Load(candidate + k), z = TSimd.Load(update + k), dh = TSimd.Load(dHidden + k);
            TVector dz = TSimd.Multiply(
                TSimd.Multiply(dh, TSimd.Subtract(TSimd.Load(hiddenBefore + k), hh)), TRecurrent.Derivative<TSimd, TVector>(z));
            TVector da = TSimd.Multiply(
                TSimd.Multiply(dh, TSimd.Subtract(one, z)), TActivation.Derivative<TSimd, TVector>(hh));
            TVector passed = TSimd.Multiply(dh, z);
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                dz = TSimd.SelectNonZero(use, dz, TSimd.Zero);
                da = TSimd.SelectNonZero(use, da, TSimd.Zero);
                passed = TSimd.SelectNonZero(use, passed, dh);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(candidate + k, da);
            TSimd.Store(update + k, dz);
            TSimd.Store(dHidden + k, passed);
        }
    }

    /// <summary>A masked step has a zero candidate gradient, hence zeros here without a further look at the mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DifferentiateReset(float* gates, int size, float* hiddenBefore, float* dResetHidden, float* dHidden)
    {
        float* reset = gates + 2 * size;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector r = TSimd.Load(reset + k), drh = TSimd.Load(dResetHidden + k);
            TVector dr = TSimd.Multiply(
                TSimd.Multiply(drh, TSimd.Load(hiddenBefore + k)), TRecurrent.Derivative<TSimd, TVector>(r));
            TSimd.Store(dHidden + k, TSimd.Fma(drh, r, TSimd.Load(dHidden + k)));
            TSimd.Store(reset + k, dr);
        }
    }
}
