using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). Gates in the order i, f, c, o:
/// c' = f·c + i·act(zc), h' = o·act(c').
/// </summary>
internal sealed unsafe class LstmKernel<TSimd, TVector, TActivation, TRecurrent> : RecurrentKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TActivation : struct, IActivation
    where TRecurrent : struct, IActivation
{
    private const int GateCount = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(RecurrentSequence s, RecurrentWeights w)
    {
        int lanes = s.Lanes, size = s.Units * lanes;
        int gatesStride = s.StateStride(GateCount * s.Units);
        int cellStride = s.StateStride(s.Units);
        int stride = s.ReturnSequences ? RecurrentSequence.Stride(s.Units, lanes) : cellStride;

        float* hiddenBefore = s.InitialState.Pointer, cellBefore = s.InitialCell.Pointer;
        for (int t = 0; t < s.Steps; t++)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* hidden = s.Hidden.Pointer + (nint)t * stride;
            float* cell = s.Cell.Pointer + (nint)t * cellStride;
            float* activation = s.CellActivation.Pointer + (nint)t * cellStride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            RecurrentProducts<TSimd, TVector>.SetGates(s, w.Products, 0, w.Products.Length, s.StateOrNull(hiddenBefore, t), gates, t);
            Activate(gates, size, lanes, cellBefore, hiddenBefore, mask, cell, activation, hidden);
            hiddenBefore = hidden;
            cellBefore = cell;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(RecurrentSequence s, RecurrentWeights w)
    {
        int lanes = s.Lanes, units = s.Units, size = units * lanes;
        int gatesStride = RecurrentSequence.Stride(GateCount * units, lanes);
        int stride = RecurrentSequence.Stride(units, lanes);
        float* dHidden = s.Passing;
        float* dCell = dHidden + size;
        RecurrentProducts<TSimd, TVector>.BeginBackward(s, dHidden, dCell);

        for (int t = s.Steps - 1; t >= 0; t--)
        {
            float* gates = s.Gates.Pointer + (nint)t * gatesStride;
            float* cellBefore = t == 0 ? s.InitialCell.Pointer : s.Cell.Pointer + (nint)(t - 1) * stride;
            float* mask = s.Mask.IsEmpty ? null : s.Mask.Pointer + (nint)s.TimeOf(t) * lanes;
            if (s.ReturnSequences && !s.OutputGradient.IsEmpty)
                RecurrentProducts<TSimd, TVector>.AddTo(s.OutputGradient.Pointer + (nint)t * stride, dHidden, size);
            Differentiate(gates, size, lanes, cellBefore, s.CellActivation.Pointer + (nint)t * stride, mask, dHidden, dCell);
            if (s.HasStateBefore(t))
                RecurrentProducts<TSimd, TVector>.AddHiddenGradient(s, w.RecurrentTransposed, 0, w.RecurrentTransposed.Length, 0, gates, dHidden, t);
            RecurrentProducts<TSimd, TVector>.SetInputGradient(s, w.KernelTransposed, gates, t);
        }

        RecurrentProducts<TSimd, TVector>.EndBackward(s, dHidden, dCell);

        // Gates whose masks differ need contractions of their own; else one covers all columns.
        int parts = s.HasInputMaskPerGate || s.HasRecurrentMaskPerGate ? GateCount : 1;
        int columns = GateCount * units / parts;
        for (int g = 0; g < parts; g++)
        {
            RecurrentProducts<TSimd, TVector>.AddKernelGradient(s, gatesStride, g * columns, columns, g * columns, GateCount * units, g);
            RecurrentProducts<TSimd, TVector>.AddRecurrentGradient(s, gatesStride, g * columns, columns, g * columns, GateCount * units, g);
        }

        RecurrentProducts<TSimd, TVector>.AddBiasGradient(s, gatesStride, 0, GateCount * units, 0);
    }

    public override void ForwardRow(RowSequence sequence, RowWeights weights) => RowRecurrence<TSimd, TVector>.Run(this, sequence, weights);

    public override void StepRow(float* gates, int size, float* cell, float* cellActivation, float* hidden) =>
        Activate(gates, size, size, cell, hidden, null, cell, cellActivation, hidden);

    /// <summary>Two vectors at a time; an odd last one goes with itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(
        float* gates, int size, int lanes, float* cellBefore, float* hiddenBefore, float* mask,
        float* cell, float* activation, float* hidden)
    {
        float* iGate = gates, fGate = gates + size, cGate = gates + 2 * size, oGate = gates + 3 * size;
        TVector scale = TSimd.Broadcast(ScaledActivation<TSimd, TVector, TActivation>.Scale);
        int lane = 0;
        for (int k = 0; k < size; k += 2 * TSimd.Count)
        {
            int l = k + TSimd.Count < size ? k + TSimd.Count : k;
            TVector i0 = TSimd.Load(iGate + k), i1 = TSimd.Load(iGate + l);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref i0, ref i1);
            TVector f0 = TSimd.Load(fGate + k), f1 = TSimd.Load(fGate + l);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref f0, ref f1);
            TVector g0 = TSimd.Load(cGate + k), g1 = TSimd.Load(cGate + l);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref g0, ref g1);
            TVector before0 = TSimd.Load(cellBefore + k), before1 = TSimd.Load(cellBefore + l);
            TVector c0 = TSimd.Fma(f0, before0, TSimd.Multiply(i0, g0));
            TVector c1 = TSimd.Fma(f1, before1, TSimd.Multiply(i1, g1));
            TVector o0 = TSimd.Load(oGate + k), o1 = TSimd.Load(oGate + l);
            TSimd.Store(iGate + k, i0);
            TSimd.Store(iGate + l, i1);
            TSimd.Store(fGate + k, f0);
            TSimd.Store(fGate + l, f1);
            TSimd.Store(cGate + k, g0);
            TSimd.Store(cGate + l, g1);
            ScaledActivation<TSimd, TVector, TRecurrent>.Apply(ref o0, ref o1);
            TSimd.Store(oGate + k, o0);
            TSimd.Store(oGate + l, o1);
            TVector a0 = TSimd.Multiply(c0, scale), a1 = TSimd.Multiply(c1, scale);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref a0, ref a1);
            TSimd.Store(activation + k, a0);
            TSimd.Store(activation + l, a1);
            TVector h0 = TSimd.Multiply(o0, a0), h1 = TSimd.Multiply(o1, a1);
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                c0 = TSimd.SelectNonZero(use, c0, before0);
                h0 = TSimd.SelectNonZero(use, h0, TSimd.Load(hiddenBefore + k));
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
                if (l != k) use = TSimd.Load(mask + lane);
                c1 = TSimd.SelectNonZero(use, c1, before1);
                h1 = TSimd.SelectNonZero(use, h1, TSimd.Load(hiddenBefore + l));
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(cell + k, c0);
            TSimd.Store(cell + l, c1);
            TSimd.Store(hidden + k, h0);
            TSimd.Store(hidden + l, h1);
        }
    }

    /// <summary>Gate values become gradients at the pre-activations; dHidden keeps what a masked step passes on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(
        float* gates, int size, int lanes, float* cellBefore, float* activation, float* mask, float* dHidden, float* dCell)
    {
        float* iGate = gates, fGate = gates + size, cGate = gates + 2 * size, oGate = gates + 3 * size;
        int lane = 0;
        for (int k = 0; k < size; k += TSimd.Count)
        {
            TVector i = TSimd.Load(iGate + k), f = TSimd.Load(fGate + k);
            TVector g = TSimd.Load(cGate + k), o = TSimd.Load(oGate + k);
            TVector a = TSimd.Load(activation + k);
            TVector dh = TSimd.Load(dHidden + k), dcLater = TSimd.Load(dCell + k);

            TVector viaOutput = TSimd.Multiply(TSimd.Multiply(dh, o), TActivation.Derivative<TSimd, TVector>(a));
            TVector dc = TSimd.Add(dcLater, viaOutput);
            TVector di = TSimd.Multiply(TSimd.Multiply(dc, g), TRecurrent.Derivative<TSimd, TVector>(i));
            TVector df = TSimd.Multiply(TSimd.Multiply(dc, TSimd.Load(cellBefore + k)), TRecurrent.Derivative<TSimd, TVector>(f));
            TVector dg = TSimd.Multiply(TSimd.Multiply(dc, i), TActivation.Derivative<TSimd, TVector>(g));
            TVector output = TSimd.Multiply(TSimd.Multiply(dh, a), TRecurrent.Derivative<TSimd, TVector>(o));
            TVector dcBefore = TSimd.Multiply(dc, f);
            TVector dhPassed = TSimd.Zero;
            if (mask != null)
            {
                TVector use = TSimd.Load(mask + lane);
                di = TSimd.SelectNonZero(use, di, TSimd.Zero);
                df = TSimd.SelectNonZero(use, df, TSimd.Zero);
                dg = TSimd.SelectNonZero(use, dg, TSimd.Zero);
                output = TSimd.SelectNonZero(use, output, TSimd.Zero);
                dcBefore = TSimd.SelectNonZero(use, dcBefore, dcLater);
                dhPassed = TSimd.SelectNonZero(use, TSimd.Zero, dh);
                lane = lane + TSimd.Count == lanes ? 0 : lane + TSimd.Count;
            }

            TSimd.Store(iGate + k, di);
            TSimd.Store(fGate + k, df);
            TSimd.Store(cGate + k, dg);
            TSimd.Store(oGate + k, output);
            TSimd.Store(dCell + k, dcBefore);
            TSimd.Store(dHidden + k, dhPassed);
        }
    }
}
