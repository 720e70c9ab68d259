using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Linear;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>
/// Muon: the step of a matrix is its momentum with all singular values drawn towards 1, by a few Newton–Schulz steps. In a
/// product every entry is one sum over ascending k, whatever the vector width.
/// </summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>Coefficients of one Muon step.</summary>
    /// <param name="Rate">What the step is multiplied by.</param>
    /// <param name="Momentum">Share of the momentum that stays.</param>
    /// <param name="Nesterov">True: looks ahead along the momentum.</param>
    /// <param name="Steps">Newton–Schulz steps.</param>
    /// <param name="A">Factor of X.</param>
    /// <param name="B">Factor of XXᵀX.</param>
    /// <param name="C">Factor of XXᵀXXᵀX.</param>
    internal readonly record struct MuonStep(float Rate, float Momentum, bool Nesterov, int Steps, float A, float B, float C);

    /// <summary>Floats that <see cref="Muon(VectorWidth, MuonStep, Block, Block, Block, Block, int, int)"/> needs besides.</summary>
    public static long MuonScratch(int rows, int columns)
    {
        (long few, long many) = (System.Math.Min(rows, columns), System.Math.Max(rows, columns));
        return 2 * few * Padded(many) + many * Padded(few) + 2 * few * Padded(few);
    }

    /// <summary>m = μ·m + g; w −= rate·orthogonalized(m), or of g + μ·m.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="step">Coefficients.</param>
    /// <param name="w">Weights, [rows][columns].</param>
    /// <param name="g">Gradients of the same shape.</param>
    /// <param name="m">Momentum of the same shape.</param>
    /// <param name="scratch">Memory for the step, see <see cref="MuonScratch"/>.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    public static void Muon(VectorWidth width, MuonStep step, Block w, Block g, Block m, Block scratch, int rows, int columns)
    {
        Check(w, g, m, m);
        w.Require((long)rows * columns, nameof(w));
        scratch.Require(MuonScratch(rows, columns), nameof(scratch));
        switch (width)
        {
            case VectorWidth.Bits512: Muon<Simd512, Vector512<float>>(width, step, w, g, m, scratch, rows, columns); break;
            case VectorWidth.Bits256: Muon<Simd256, Vector256<float>>(width, step, w, g, m, scratch, rows, columns); break;
            default: Muon<Simd128, Vector128<float>>(width, step, w, g, m, scratch, rows, columns); break;
        }
    }

    private static long Padded(long count) => (count + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Muon<TSimd, TVector>(VectorWidth width, MuonStep step, Block w, Block g, Block m, Block scratch, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // X has few rows and many columns, each row padded to whole chunks with zeros; so has the flat matrix as a whole.
        bool isTall = rows > columns;
        int few = System.Math.Min(rows, columns), many = System.Math.Max(rows, columns), wide = (int)Padded(many), narrow = (int)Padded(few);
        scratch.Slice(0, (int)MuonScratch(rows, columns)).Clear();
        Block flat = scratch.Slice(0, (int)Padded((long)rows * columns));
        float* x = scratch.Pointer + (nint)few * wide, other = scratch.Pointer, transposed = x + (nint)few * wide;
        float* square = transposed + (nint)many * narrow, polynomial = square + (nint)few * narrow;

        TVector mu = TSimd.Broadcast(step.Momentum);
        for (int i = 0; i < flat.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g.Pointer + i), mi = Settle<TSimd, TVector>(TSimd.Fma(mu, TSimd.Load(m.Pointer + i), gi));
            TSimd.Store(m.Pointer + i, mi);
            TSimd.Store(flat.Pointer + i, step.Nesterov ? TSimd.Fma(mu, mi, gi) : mi);
        }

        Blend(width, flat, (float)(1 / (System.Math.Sqrt(SumOfSquares(flat)) + 1e-7)), default, 0);
        Copy(flat.Pointer, columns, x, wide, rows, columns, isTall);
        for (int k = 0; k < step.Steps; k++)
        {
            Copy(x, wide, transposed, narrow, few, many, transposes: true);
            MatrixProduct<TSimd, TVector>.Run(x, wide, transposed, narrow, square, narrow, few, many, narrow, 1);
            MatrixProduct<TSimd, TVector>.Run(square, narrow, square, narrow, polynomial, narrow, few, few, narrow, step.C, square, step.B);
            MatrixProduct<TSimd, TVector>.Run(polynomial, narrow, x, wide, other, wide, few, few, wide, 1, x, step.A);
            float* result = other;
            other = x;
            x = result;
        }

        // The result may stand where the flat matrix goes: out of the way first.
        if (x == scratch.Pointer)
        {
            Copy(x, wide, other, wide, few, many, transposes: false);
            x = other;
        }

        flat.Clear();
        Copy(x, wide, flat.Pointer, columns, few, many, isTall);
        Blend(width, w, 1, flat, -step.Rate);
    }

    /// <summary>target[i, j] = source[i, j], or target[j, i] when transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, int sourceStride, float* target, int targetStride, int rows, int columns, bool transposes)
    {
        for (int i = 0; i < rows; i++, source += sourceStride)
        {
            if (!transposes) new ReadOnlySpan<float>(source, columns).CopyTo(new Span<float>(target + (nint)i * targetStride, columns));
            else
                for (int j = 0; j < columns; j++) target[(nint)j * targetStride + i] = source[j];
        }
    }
}
