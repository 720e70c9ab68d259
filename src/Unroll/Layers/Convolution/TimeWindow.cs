namespace Unroll.Layers;

/// <summary>What windows do at the ends of time.</summary>
public enum WindowPadding
{
    /// <summary>Windows lie inside: fewer steps come out than go in.</summary>
    Valid,

    /// <summary>Zeros at both ends: as many steps come out as go in, divided by the stride.</summary>
    Same,

    /// <summary>Zeros in front: what comes out at a step depends on no later one.</summary>
    Causal,
}

/// <summary>Windows over time: how many there are and which steps each sees.</summary>
/// <param name="Size">Steps of a window.</param>
/// <param name="Stride">Steps from one window to the next.</param>
/// <param name="Dilation">Steps from one step of a window to the next.</param>
/// <param name="Padding">What windows do at the ends.</param>
internal readonly record struct TimeWindow(int Size, int Stride, int Dilation, WindowPadding Padding)
{
    /// <summary>Steps from the first of a window to behind its last.</summary>
    private int Span => checked((Size - 1) * Dilation + 1);

    /// <summary>Windows over some steps; null: their number is not known. 0 or less: none fits.</summary>
    public int? Count(int? steps) => steps is not { } known ? null : Padding switch
    {
        WindowPadding.Valid => known < Span ? 0 : (known - Span) / Stride + 1,
        WindowPadding.Same => (known + Stride - 1) / Stride,
        _ => (known - 1) / Stride + 1,
    };

    /// <summary>Steps that the first window lies before the first step.</summary>
    public int Before(int steps) => Padding switch
    {
        WindowPadding.Valid => 0,
        WindowPadding.Same => Math.Max(0, (Count(steps)!.Value - 1) * Stride + Span - steps) / 2,
        _ => Span - 1,
    };
}
