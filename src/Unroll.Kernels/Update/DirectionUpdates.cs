using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>
/// Updates whose length depends on the whole weight: the direction is computed twice, once for its norm and once to follow
/// it, which needs no memory. Norms are sums in double precision, in one order.
/// </summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>Coefficients of one Lamb step.</summary>
    /// <param name="Rate">Learning rate.</param>
    /// <param name="OneMinusBeta1">1 − β1.</param>
    /// <param name="Beta2">β2.</param>
    /// <param name="OneMinusBeta2">1 − β2.</param>
    /// <param name="MeanShare">1 / (1 − β1^t), what m is multiplied by.</param>
    /// <param name="SquareShare">1 / (1 − β2^t), what v is multiplied by.</param>
    /// <param name="Epsilon">Added to the root.</param>
    internal readonly record struct LambStep(
        float Rate, float OneMinusBeta1, float Beta2, float OneMinusBeta2, float MeanShare, float SquareShare, float Epsilon);

    /// <summary>Coefficients of one Adafactor step.</summary>
    /// <param name="Rate">min(lr, 1/√t).</param>
    /// <param name="Beta">1 − t^decay, what is kept of means.</param>
    /// <param name="OneMinusBeta">t^decay.</param>
    /// <param name="Epsilon1">Added to squares.</param>
    /// <param name="Epsilon2">Smallest size of a weight that steps are measured by.</param>
    /// <param name="ClipThreshold">Largest root mean square of a direction.</param>
    internal readonly record struct AdafactorStep(float Rate, float Beta, float OneMinusBeta, float Epsilon1, double Epsilon2, double ClipThreshold);

    /// <summary>A vector of a direction.</summary>
    private interface IDirection<TVector>
        where TVector : unmanaged
    {
        TVector At(int index);
    }

    /// <summary>m and v as in Adam; u = m·meanShare / (√(v·squareShare) + ε); w −= rate·‖w‖/‖u‖·u.</summary>
    public static void Lamb(VectorWidth width, LambStep step, Block w, Block g, Block m, Block v)
    {
        Check(w, g, m, v);
        switch (width)
        {
            case VectorWidth.Bits512: Lamb<Simd512, Vector512<float>>(step, w, g, m, v); break;
            case VectorWidth.Bits256: Lamb<Simd256, Vector256<float>>(step, w, g, m, v); break;
            default: Lamb<Simd128, Vector128<float>>(step, w, g, m, v); break;
        }
    }

    /// <summary>
    /// Adafactor: squares are estimated from their means over rows and over columns. u = g / √v, no longer than the threshold;
    /// w −= max(ε2, RMS(w))·rate·u.
    /// </summary>
    /// <param name="width">Vector width.</param>
    /// <param name="step">Coefficients.</param>
    /// <param name="w">Weights, [matrices][rows][columns].</param>
    /// <param name="g">Gradients of the same shape.</param>
    /// <param name="r">Means over columns, [matrices][rows]; empty if the weight is no matrix: every square is kept then.</param>
    /// <param name="c">Means over rows, [matrices][columns].</param>
    /// <param name="v">Squares, of the weights' shape.</param>
    /// <param name="count">Number of weights, without what stands behind them.</param>
    /// <param name="rows">Rows of a matrix.</param>
    /// <param name="columns">Columns of a matrix.</param>
    public static void Adafactor(VectorWidth width, AdafactorStep step, Block w, Block g, Block r, Block c, Block v, int count, int rows, int columns)
    {
        Check(w, g, v, v);
        w.Require(count, nameof(w));
        if (!r.IsEmpty)
        {
            r.Require(count / columns, nameof(r));
            c.Require(count / rows, nameof(c));
        }

        switch (width)
        {
            case VectorWidth.Bits512: Adafactor<Simd512, Vector512<float>>(step, w, g, r, c, v, count, rows, columns); break;
            case VectorWidth.Bits256: Adafactor<Simd256, Vector256<float>>(step, w, g, r, c, v, count, rows, columns); break;
            default: Adafactor<Simd128, Vector128<float>>(step, w, g, r, c, v, count, rows, columns); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lamb<TSimd, TVector>(LambStep step, Block weights, Block gradients, Block first, Block second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, m = first.Pointer, v = second.Pointer;
        TVector oneMinusBeta1 = TSimd.Broadcast(step.OneMinusBeta1), oneMinusBeta2 = TSimd.Broadcast(step.OneMinusBeta2);
        TVector beta2 = TSimd.Broadcast(step.Beta2), tiny = TSimd.Broadcast(Tiny);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), mi = TSimd.Load(m + i);
            TSimd.Store(m + i, Settle<TSimd, TVector>(TSimd.Fma(TSimd.Subtract(gi, mi), oneMinusBeta1, mi)));
            TSimd.Store(v + i, TSimd.Fma(TSimd.Multiply(gi, oneMinusBeta2), gi, TSimd.Fma(TSimd.Load(v + i), beta2, tiny)));
        }

        var direction = new LambDirection<TSimd, TVector>(step, m, v);
        double size = SumOfSquares(weights), length = SquaresOf<TSimd, TVector, LambDirection<TSimd, TVector>>(direction, weights.Length);
        double ratio = size > 0 && length > 0 ? System.Math.Sqrt(size) / System.Math.Sqrt(length) : 1;
        Follow<TSimd, TVector, LambDirection<TSimd, TVector>>(direction, w, weights.Length, (float)(step.Rate * ratio));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adafactor<TSimd, TVector>(
        AdafactorStep step, Block weights, Block gradients, Block rowMeans, Block columnMeans, Block squares, int count, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, r = rowMeans.Pointer, c = columnMeans.Pointer, v = squares.Pointer;
        if (rowMeans.IsEmpty)
        {
            TVector beta = TSimd.Broadcast(step.Beta), oneMinusBeta = TSimd.Broadcast(step.OneMinusBeta), epsilon = TSimd.Broadcast(step.Epsilon1);
            for (int i = 0; i < weights.Length; i += TSimd.Count)
            {
                TVector gi = TSimd.Load(g + i);
                TSimd.Store(v + i, TSimd.Fma(TSimd.Fma(gi, gi, epsilon), oneMinusBeta, TSimd.Multiply(TSimd.Load(v + i), beta)));
            }
        }
        else
        {
            int size = rows * columns;
            for (int matrix = 0; matrix < count / size; matrix++, g += size, v += size, r += rows, c += columns)
                Factor<TSimd, TVector>(step, g, r, c, v, rows, columns);
        }

        var direction = new AdafactorDirection<TSimd, TVector>(gradients.Pointer, squares.Pointer);
        double length = System.Math.Sqrt(SquaresOf<TSimd, TVector, AdafactorDirection<TSimd, TVector>>(direction, weights.Length) / count);
        double share = System.Math.Max(step.Epsilon2, System.Math.Sqrt(SumOfSquares(weights) / count)) / System.Math.Max(1, length / step.ClipThreshold);
        Follow<TSimd, TVector, AdafactorDirection<TSimd, TVector>>(direction, w, weights.Length, (float)(step.Rate * share));
    }

    /// <summary>Means of one matrix' squares over its columns and rows, and the squares that follow from them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Factor<TSimd, TVector>(AdafactorStep step, float* g, float* r, float* c, float* v, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        double all = 0;
        for (int i = 0; i < rows; i++)
        {
            float mean = (float)(SumOfRow<TSimd, TVector>(g + (nint)i * columns, columns, step.Epsilon1) / columns);
            r[i] = MathF.FusedMultiplyAdd(mean, step.OneMinusBeta, r[i] * step.Beta);
            all += r[i];
        }

        int column = 0;
        for (; column + TSimd.Count <= columns; column += TSimd.Count) MeansOfColumns<TSimd, TVector>(step, g + column, c + column, rows, columns);
        for (; column + Simd128.Count <= columns; column += Simd128.Count) MeansOfColumns<Simd128, Vector128<float>>(step, g + column, c + column, rows, columns);
        for (; column < columns; column++) MeanOfColumn(step, g + column, c + column, rows, columns);

        float inverse = (float)(1 / (all / rows));
        for (int i = 0; i < rows; i++)
        {
            float factor = r[i] * inverse;
            float* row = v + (nint)i * columns;
            int j = 0;
            for (; j + TSimd.Count <= columns; j += TSimd.Count) TSimd.Store(row + j, TSimd.Multiply(TSimd.Load(c + j), TSimd.Broadcast(factor)));
            for (; j < columns; j++) row[j] = c[j] * factor;
        }
    }

    /// <summary>Σ (g² + ε) over a row: sixteen sums side by side, added in one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfRow<TSimd, TVector>(float* g, int columns, float epsilon1)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* sums = stackalloc float[VectorWidths.Chunk];
        for (int k = 0; k < VectorWidths.Chunk; k++) sums[k] = 0;
        TVector epsilon = TSimd.Broadcast(epsilon1);
        int j = 0;
        for (; j + VectorWidths.Chunk <= columns; j += VectorWidths.Chunk)
        {
            for (int k = 0; k < VectorWidths.Chunk; k += TSimd.Count)
            {
                TVector gi = TSimd.Load(g + j + k);
                TSimd.Store(sums + k, TSimd.Add(TSimd.Load(sums + k), TSimd.Fma(gi, gi, epsilon)));
            }
        }

        for (int k = 0; j < columns; j++, k++) sums[k] += MathF.FusedMultiplyAdd(g[j], g[j], epsilon1);
        double sum = 0;
        for (int k = 0; k < VectorWidths.Chunk; k++) sum += sums[k];
        return sum;
    }

    // Rows whose squares are summed by themselves before they join a column's sum: a long column keeps its digits.
    private const int RowBlock = 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MeansOfColumns<TSimd, TVector>(AdafactorStep step, float* g, float* c, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector epsilon = TSimd.Broadcast(step.Epsilon1), sum = TSimd.Zero;
        for (int i = 0; i < rows;)
        {
            TVector part = TSimd.Zero;
            for (int end = System.Math.Min(rows, i + RowBlock); i < end; i++, g += columns)
            {
                TVector gi = TSimd.Load(g);
                part = TSimd.Add(part, TSimd.Fma(gi, gi, epsilon));
            }

            sum = TSimd.Add(sum, part);
        }

        TVector mean = TSimd.Divide(sum, TSimd.Broadcast(rows));
        TSimd.Store(c, TSimd.Fma(mean, TSimd.Broadcast(step.OneMinusBeta), TSimd.Multiply(TSimd.Load(c), TSimd.Broadcast(step.Beta))));
    }

    /// <summary>The same for one of the last columns, which are no vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeanOfColumn(AdafactorStep step, float* g, float* c, int rows, int columns)
    {
        float sum = 0;
        for (int i = 0; i < rows;)
        {
            float part = 0;
            for (int end = System.Math.Min(rows, i + RowBlock); i < end; i++, g += columns) part += MathF.FusedMultiplyAdd(*g, *g, step.Epsilon1);
            sum += part;
        }

        *c = MathF.FusedMultiplyAdd(sum / rows, step.OneMinusBeta, *c * step.Beta);
    }

    /// <summary>Σ u² in double precision: eight sums side by side, added in one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaresOf<TSimd, TVector, TDirection>(TDirection direction, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TDirection : struct, IDirection<TVector>
    {
        float* u = stackalloc float[VectorWidths.Chunk];
        double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (int i = 0; i < count; i += VectorWidths.Chunk)
        {
            for (int k = 0; k < VectorWidths.Chunk; k += TSimd.Count) TSimd.Store(u + k, direction.At(i + k));
            for (int k = 0; k < VectorWidths.Chunk; k += 8)
            {
                a += (double)u[k] * u[k];
                b += (double)u[k + 1] * u[k + 1];
                c += (double)u[k + 2] * u[k + 2];
                d += (double)u[k + 3] * u[k + 3];
                e += (double)u[k + 4] * u[k + 4];
                f += (double)u[k + 5] * u[k + 5];
                g += (double)u[k + 6] * u[k + 6];
                h += (double)u[k + 7] * u[k + 7];
            }
        }

        return a + e + (c + g) + (b + f + (d + h));
    }

    /// <summary>w −= rate·u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Follow<TSimd, TVector, TDirection>(TDirection direction, float* w, int count, float rate)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TDirection : struct, IDirection<TVector>
    {
        TVector minusRate = TSimd.Broadcast(-rate);
        for (int i = 0; i < count; i += TSimd.Count) TSimd.Store(w + i, TSimd.Fma(direction.At(i), minusRate, TSimd.Load(w + i)));
    }

    private readonly struct LambDirection<TSimd, TVector>(LambStep step, float* m, float* v) : IDirection<TVector>
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        private readonly float* _m = m, _v = v;
        private readonly TVector _meanShare = TSimd.Broadcast(step.MeanShare), _squareShare = TSimd.Broadcast(step.SquareShare), _epsilon = TSimd.Broadcast(step.Epsilon);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At(int index) => TSimd.Divide(
            TSimd.Multiply(TSimd.Load(_m + index), _meanShare), TSimd.Add(TSimd.Sqrt(TSimd.Multiply(TSimd.Load(_v + index), _squareShare)), _epsilon));
    }

    private readonly struct AdafactorDirection<TSimd, TVector>(float* g, float* v) : IDirection<TVector>
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        private readonly float* _g = g, _v = v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At(int index)
        {
            TVector g = TSimd.Load(_g + index);
            return TSimd.SelectNonZero(g, TSimd.Divide(g, TSimd.Sqrt(TSimd.Load(_v + index))), TSimd.Zero); // no direction where there is no gradient
        }
    }
}
