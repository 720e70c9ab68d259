using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Linear;

/// <summary>
/// Applies products of Householder reflections H = I − 2·vᵀv to the rows of a matrix, several at a time in the compact form
/// I − YᵀTY (Schreiber and Van Loan 1989), which makes matrix products of it.
/// </summary>
internal sealed unsafe class Reflections
{
    /// <summary>Reflections that are applied together.</summary>
    public const int Together = 64;

    // Coordinates of a product's sums that stay in the cache while all rows pass.
    private const int Part = 1024;

    private readonly VectorWidth _width;
    private readonly Block _matrix, _vectors, _transposed, _coefficients, _products, _triangle;
    private readonly int _rows, _stride;

    /// <param name="width">Vector width.</param>
    /// <param name="arena">Memory.</param>
    /// <param name="matrix">The matrix, [rows][stride].</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="stride">Floats from one row to the next, a multiple of 16; zeros behind the columns.</param>
    public Reflections(VectorWidth width, Arena arena, Block matrix, int rows, int stride)
    {
        matrix.Require((long)rows * stride, nameof(matrix));
        if (stride % VectorWidths.Chunk != 0) throw new ArgumentException($"Rows are multiples of {VectorWidths.Chunk} floats, not {stride}.", nameof(stride));
        (_width, _matrix, _rows, _stride) = (width, matrix, rows, stride);
        _vectors = arena.Allocate((long)Together * stride);
        _transposed = arena.Allocate((long)Together * stride);
        _coefficients = arena.Allocate((long)Together * rows);
        _products = arena.Allocate((long)Together * rows);
        _triangle = arena.Allocate(Together * Together);
    }

    /// <summary>Where a vector of the next <see cref="Apply"/> goes: of length 1.</summary>
    public Span<float> Vector(int index) => _vectors.Slice(index * _stride, _stride).Span;

    /// <summary>Rows from <paramref name="first"/> on become rows·(H₀·H₁·…)ᵀ; all vectors are zero before that coordinate.</summary>
    /// <param name="first">First row and first coordinate: a multiple of 16.</param>
    /// <param name="count">Number of vectors, 1 to <see cref="Together"/>.</param>
    public void Apply(int first, int count)
    {
        switch (_width)
        {
            case VectorWidth.Bits512: Apply<Simd512, Vector512<float>>(first, count); break;
            case VectorWidth.Bits256: Apply<Simd256, Vector256<float>>(first, count); break;
            default: Apply<Simd128, Vector128<float>>(first, count); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int columns = _stride - first, rows = _rows - first;
        float* z = _matrix.Pointer + (nint)first * _stride + first, y = _vectors.Pointer + first, transposed = _transposed.Pointer;
        _transposed.Clear();
        for (int j = 0; j < columns; j++)
            for (int i = 0; i < count; i++) transposed[(nint)j * Together + i] = y[(nint)i * _stride + j];

        Sums<TSimd, TVector>(y, transposed, _products.Pointer, count, columns);
        FillTriangle(count);
        Sums<TSimd, TVector>(z, transposed, _products.Pointer, rows, columns);
        MatrixProduct<TSimd, TVector>.Run(_products.Pointer, Together, _triangle.Pointer, Together, _coefficients.Pointer, Together, rows, count, Together, 1);
        for (int at = 0; at < columns; at += Part)
        {
            MatrixProduct<TSimd, TVector>.Run(
                _coefficients.Pointer, Together, y + at, _stride, z + at, _stride, rows, count, System.Math.Min(Part, columns - at), -1, z + at, 1);
        }
    }

    /// <summary>target = a·transposed, part of the sums after part.</summary>
    private void Sums<TSimd, TVector>(float* a, float* transposed, float* target, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (int at = 0; at < columns; at += Part)
        {
            MatrixProduct<TSimd, TVector>.Run(
                a + at, _stride, transposed + (nint)at * Together, Together, target, Together, rows, System.Math.Min(Part, columns - at), Together, 1,
                at == 0 ? null : target, 1);
        }
    }

    /// <summary>Tᵀ from the vectors' products: each column of T follows from those before it.</summary>
    private void FillTriangle(int count)
    {
        var t = new double[count, count];
        float* products = _products.Pointer;
        for (int j = 0; j < count; j++)
        {
            t[j, j] = 2;
            for (int i = 0; i < j; i++)
            {
                double sum = 0;
                for (int k = i; k < j; k++) sum += t[i, k] * products[k * Together + j];
                t[i, j] = -2 * sum;
            }
        }

        _triangle.Clear();
        for (int i = 0; i < count; i++)
            for (int j = i; j < count; j++) _triangle.Pointer[j * Together + i] = (float)t[i, j];
    }
}
