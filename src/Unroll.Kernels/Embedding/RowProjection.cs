using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Embedding;

/// <summary>
/// Rows of an embedding table times a narrow kernel, few gates: rows are read where they lie, gates lie in the lanes.
/// Sums ascend over features, for the kernel's gradient over the rows as they are named.
/// </summary>
internal abstract class RowProjection
{
    /// <summary>Gates that a vector holds at most.</summary>
    public const int MaxGates = 16;

    /// <summary>Floats of a projected row: gates, padded to whole vectors.</summary>
    public abstract int Stride { get; }

    /// <summary>The projection for so many gates: the vectors are no wider than they need.</summary>
    public static RowProjection Create(VectorWidth width, int gates) => (width, gates) switch
    {
        (VectorWidth.Bits512, > 8) => new RowProjection<Simd512, Vector512<float>>(gates),
        (not VectorWidth.Bits128, > 4) => new RowProjection<Simd256, Vector256<float>>(gates),
        _ => new RowProjection<Simd128, Vector128<float>>(gates),
    };

    /// <summary>projected[k] = bias + table[ids[k]] · kernel.</summary>
    /// <param name="table">[vocabulary][features].</param>
    /// <param name="features">Floats of a row.</param>
    /// <param name="ids">Rows of the table.</param>
    /// <param name="kernel">[features][<see cref="Stride"/>].</param>
    /// <param name="bias">[<see cref="Stride"/>].</param>
    /// <param name="projected">[ids][<see cref="Stride"/>].</param>
    public abstract void Project(Block table, int features, ReadOnlySpan<int> ids, Block kernel, Block bias, Block projected);

    /// <summary>kernelGradient = Σ_k table[ids[k]]ᵀ · delta[k], [features][<see cref="Stride"/>].</summary>
    public abstract void KernelGradient(Block table, int features, ReadOnlySpan<int> ids, Block delta, Block kernelGradient);

    /// <summary>Sets tableGradient[ids[k]] = delta[k] · kernelᵀ; ids are distinct.</summary>
    /// <param name="kernelTransposed">[gates][features].</param>
    /// <param name="features">Floats of a row.</param>
    /// <param name="ids">Rows of the table.</param>
    /// <param name="delta">[ids][<see cref="Stride"/>].</param>
    /// <param name="tableGradient">[vocabulary][features].</param>
    public abstract void SetTableGradient(Block kernelTransposed, int features, ReadOnlySpan<int> ids, Block delta, Block tableGradient);
}

internal sealed unsafe class RowProjection<TSimd, TVector>(int gates) : RowProjection
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int Together = 8; // independent sums that hide the latency of an addition

    public override int Stride { get; } = (gates + TSimd.Count - 1) / TSimd.Count * TSimd.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Project(Block table, int features, ReadOnlySpan<int> ids, Block kernel, Block bias, Block projected)
    {
        Check(table, features, ids, kernel, projected);
        for (int v = 0; v < Stride; v += TSimd.Count)
        {
            TVector start = TSimd.Load(bias.Pointer + v);
            float* k = kernel.Pointer + v, target = projected.Pointer + v;
            for (int i = 0; i < ids.Length; i += Together, target += Together * Stride)
            {
                int last = ids.Length - 1;
                float* r0 = table.Pointer + (nint)ids[i] * features, r1 = table.Pointer + (nint)ids[System.Math.Min(i + 1, last)] * features;
                float* r2 = table.Pointer + (nint)ids[System.Math.Min(i + 2, last)] * features, r3 = table.Pointer + (nint)ids[System.Math.Min(i + 3, last)] * features;
                float* r4 = table.Pointer + (nint)ids[System.Math.Min(i + 4, last)] * features, r5 = table.Pointer + (nint)ids[System.Math.Min(i + 5, last)] * features;
                float* r6 = table.Pointer + (nint)ids[System.Math.Min(i + 6, last)] * features, r7 = table.Pointer + (nint)ids[System.Math.Min(i + 7, last)] * features;
                TVector s0 = start, s1 = start, s2 = start, s3 = start, s4 = start, s5 = start, s6 = start, s7 = start;
                float* w = k;
                for (int e = 0; e < features; e++, w += Stride)
                {
                    TVector value = TSimd.Load(w);
                    s0 = TSimd.Fma(TSimd.Broadcast(r0[e]), value, s0);
                    s1 = TSimd.Fma(TSimd.Broadcast(r1[e]), value, s1);
                    s2 = TSimd.Fma(TSimd.Broadcast(r2[e]), value, s2);
                    s3 = TSimd.Fma(TSimd.Broadcast(r3[e]), value, s3);
                    s4 = TSimd.Fma(TSimd.Broadcast(r4[e]), value, s4);
                    s5 = TSimd.Fma(TSimd.Broadcast(r5[e]), value, s5);
                    s6 = TSimd.Fma(TSimd.Broadcast(r6[e]), value, s6);
                    s7 = TSimd.Fma(TSimd.Broadcast(r7[e]), value, s7);
                }

                // What lies behind the last row is room that the block must have: see Check.
                TSimd.Store(target, s0);
                TSimd.Store(target + Stride, s1);
                TSimd.Store(target + 2 * Stride, s2);
                TSimd.Store(target + 3 * Stride, s3);
                TSimd.Store(target + 4 * Stride, s4);
                TSimd.Store(target + 5 * Stride, s5);
                TSimd.Store(target + 6 * Stride, s6);
                TSimd.Store(target + 7 * Stride, s7);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void KernelGradient(Block table, int features, ReadOnlySpan<int> ids, Block delta, Block kernelGradient)
    {
        Check(table, features, ids, kernelGradient, delta);
        for (int v = 0; v < Stride; v += TSimd.Count)
        {
            int e = 0;
            for (; e + Together <= features; e += Together)
            {
                TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
                TVector s4 = TSimd.Zero, s5 = TSimd.Zero, s6 = TSimd.Zero, s7 = TSimd.Zero;
                float* d = delta.Pointer + v, first = table.Pointer + e;
                for (int i = 0; i < ids.Length; i++, d += Stride)
                {
                    TVector value = TSimd.Load(d);
                    float* row = first + (nint)ids[i] * features;
                    s0 = TSimd.Fma(TSimd.Broadcast(row[0]), value, s0);
                    s1 = TSimd.Fma(TSimd.Broadcast(row[1]), value, s1);
                    s2 = TSimd.Fma(TSimd.Broadcast(row[2]), value, s2);
                    s3 = TSimd.Fma(TSimd.Broadcast(row[3]), value, s3);
                    s4 = TSimd.Fma(TSimd.Broadcast(row[4]), value, s4);
                    s5 = TSimd.Fma(TSimd.Broadcast(row[5]), value, s5);
                    s6 = TSimd.Fma(TSimd.Broadcast(row[6]), value, s6);
                    s7 = TSimd.Fma(TSimd.Broadcast(row[7]), value, s7);
                }

                float* target = kernelGradient.Pointer + (nint)e * Stride + v;
                TSimd.Store(target, s0);
                TSimd.Store(target + Stride, s1);
                TSimd.Store(target + 2 * Stride, s2);
                TSimd.Store(target + 3 * Stride, s3);
                TSimd.Store(target + 4 * Stride, s4);
                TSimd.Store(target + 5 * Stride, s5);
                TSimd.Store(target + 6 * Stride, s6);
                TSimd.Store(target + 7 * Stride, s7);
            }

            for (; e < features; e++)
            {
                TVector sum = TSimd.Zero;
                for (int i = 0; i < ids.Length; i++)
                {
                    sum = TSimd.Fma(
                        TSimd.Broadcast(table.Pointer[(nint)ids[i] * features + e]), TSimd.Load(delta.Pointer + (nint)i * Stride + v), sum);
                }

                TSimd.Store(kernelGradient.Pointer + (nint)e * Stride + v, sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SetTableGradient(Block kernelTransposed, int features, ReadOnlySpan<int> ids, Block delta, Block tableGradient)
    {
        kernelTransposed.Require((long)gates * features, nameof(kernelTransposed));
        float* d = delta.Pointer;
        for (int i = 0; i < ids.Length; i++, d += Stride)
        {
            float* target = tableGradient.Pointer + (nint)ids[i] * features, w = kernelTransposed.Pointer;
            int e = 0;
            for (; e + 4 * TSimd.Count <= features; e += 4 * TSimd.Count)
            {
                TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
                for (int g = 0; g < gates; g++)
                {
                    TVector value = TSimd.Broadcast(d[g]);
                    float* row = w + (nint)g * features + e;
                    s0 = TSimd.Fma(value, TSimd.Load(row), s0);
                    s1 = TSimd.Fma(value, TSimd.Load(row + TSimd.Count), s1);
                    s2 = TSimd.Fma(value, TSimd.Load(row + 2 * TSimd.Count), s2);
                    s3 = TSimd.Fma(value, TSimd.Load(row + 3 * TSimd.Count), s3);
                }

                TSimd.Store(target + e, s0);
                TSimd.Store(target + e + TSimd.Count, s1);
                TSimd.Store(target + e + 2 * TSimd.Count, s2);
                TSimd.Store(target + e + 3 * TSimd.Count, s3);
            }

            for (; e + TSimd.Count <= features; e += TSimd.Count)
            {
                TVector sum = TSimd.Zero;
                for (int g = 0; g < gates; g++) sum = TSimd.Fma(TSimd.Broadcast(d[g]), TSimd.Load(w + (nint)g * features + e), sum);
                TSimd.Store(target + e, sum);
            }

            for (; e < features; e++)
            {
                float sum = 0;
                for (int g = 0; g < gates; g++) sum = MathF.FusedMultiplyAdd(d[g], w[(nint)g * features + e], sum);
                target[e] = sum;
            }
        }
    }

    private void Check(Block table, int features, ReadOnlySpan<int> ids, Block kernel, Block rows)
    {
        int last = 0;
        foreach (int id in ids) last = System.Math.Max(last, id);
        table.Require((long)(last + 1) * features, nameof(table));
        kernel.Require((long)features * Stride, nameof(kernel));
        rows.Require((long)(ids.Length + Together - 1) / Together * Together * Stride, nameof(rows));
    }
}
