using System.Runtime.CompilerServices;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// A recurrent layer on a single row of a batch, for predictions: units lie in the lanes instead of rows, so that no lane
/// idles. Feature counts are padded to multiples of 16.
/// </summary>
internal sealed class RowSequence
{
    private readonly Block _state;

    /// <param name="arena">Memory.</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="units">Units.</param>
    /// <param name="returnSequences">Whether every step is put out.</param>
    public RowSequence(Arena arena, int steps, int units, bool returnSequences)
    {
        (Steps, Size, ReturnSequences) = (steps, Padded(units), returnSequences);
        _state = arena.Allocate(7L * Size);
        Output = arena.Allocate((returnSequences ? steps : 1L) * Size);
    }

    public int Steps { get; }

    /// <summary>Units, padded.</summary>
    public int Size { get; }

    public bool ReturnSequences { get; }

    public bool GoBackwards { get; init; }

    /// <summary>[time][features, padded].</summary>
    public Block Input { get; set; }

    /// <summary>[time] of 1 and 0; empty without a mask.</summary>
    public Block Mask { get; set; }

    /// <summary>[time][units, padded], or the last step alone.</summary>
    public Block Output { get; }

    internal unsafe float* Gates => _state.Pointer;

    internal unsafe float* Cell => _state.Pointer + 4 * Size;

    internal unsafe float* CellActivation => _state.Pointer + 5 * Size;

    internal unsafe float* Hidden => _state.Pointer + 6 * Size;

    /// <summary>The next multiple of 16.</summary>
    public static int Padded(int features) => (features + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;

    internal void Reset() => _state.Clear();
}

/// <summary>A recurrent layer's weights for <see cref="RowRecurrence{TSimd, TVector}"/>: one matrix, gates side by side.</summary>
internal sealed class RowWeights
{
    private readonly RecurrentShape _shape;
    private readonly int _size;

    public RowWeights(Arena arena, RecurrentShape shape)
    {
        _shape = shape;
        _size = RowSequence.Padded(shape.Units);
        Width = shape.GateRows * _size;
        Matrix = arena.Allocate((long)(shape.Inputs + shape.Units) * Width);
        Bias = arena.Allocate(Width);
    }

    /// <summary>Columns: the gates' rows, each padded.</summary>
    public int Width { get; }

    public int Inputs => _shape.Inputs;

    public int Units => _shape.Units;

    /// <summary>[inputs + units][width].</summary>
    public Block Matrix { get; }

    public Block Bias { get; }

    /// <summary>Takes over the weights as they are now.</summary>
    /// <param name="kernel">[inputs][gates · units], Keras' order.</param>
    /// <param name="recurrentKernel">[units][gates · units].</param>
    /// <param name="bias">As <see cref="RecurrentWeights.Pack"/> takes it; empty without.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(Block kernel, Block recurrentKernel, Block bias)
    {
        int units = _shape.Units, columns = _shape.Gates * units;
        ReadOnlySpan<float> input = kernel.Span, recurrent = recurrentKernel.Span;
        Span<float> target = Matrix.Span;
        foreach ((int gate, int row, bool ofInput) in _shape.GatePlaces)
        {
            float scale = _shape.ScaleOf(gate);
            ReadOnlySpan<float> from = ofInput ? input : recurrent;
            int first = ofInput ? 0 : _shape.Inputs, count = ofInput ? _shape.Inputs : units;
            for (int k = 0; k < count; k++)
            {
                for (int j = 0; j < units; j++) target[(first + k) * Width + row * _size + j] = from[k * columns + gate * units + j] * scale;
            }
        }

        if (!bias.IsEmpty) _shape.PackBias(bias.Span, Bias.Span, _size);
    }
}

/// <summary>The time loop over a single row.</summary>
internal static unsafe class RowRecurrence<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Runs the sequence; <paramref name="kernel"/> gives the cell's step behind its gates' sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(RecurrentKernel kernel, RowSequence s, RowWeights w)
    {
        s.Reset();
        int stride = RowSequence.Padded(w.Inputs);
        for (int t = 0; t < s.Steps; t++)
        {
            int at = s.GoBackwards ? s.Steps - 1 - t : t;
            if (s.Mask.IsEmpty || s.Mask.Pointer[at] != 0) // behind a mask the state stays
            {
                RowProduct<TSimd, TVector>.Assign(
                    w.Matrix.Pointer, w.Width, s.Input.Pointer + (nint)at * stride, w.Inputs, s.Hidden, t == 0 ? 0 : w.Units, w.Bias.Pointer, s.Gates);
                kernel.StepRow(s.Gates, s.Size, s.Cell, s.CellActivation, s.Hidden);
            }

            if (s.ReturnSequences || t == s.Steps - 1)
                Buffer.MemoryCopy(s.Hidden, s.Output.Pointer + (s.ReturnSequences ? (nint)t * s.Size : 0), s.Size * sizeof(float), s.Size * sizeof(float));
        }
    }
}
