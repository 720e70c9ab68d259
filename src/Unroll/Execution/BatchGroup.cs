using Unroll.Kernels.Simd;

namespace Unroll.Execution;

/// <summary>
/// Rows of a batch that run through the layers together: one or two chunks of 16, the last padded with rows that count
/// for nothing.
/// </summary>
internal sealed class BatchGroup
{
    /// <summary>The most rows a group has: two chunks share the broadcast of each weight.</summary>
    public const int MaxLanes = 2 * VectorWidths.Chunk;

    /// <summary>Rows in the layout, a multiple of 16.</summary>
    public int Lanes { get; set; }

    /// <summary>Rows that count.</summary>
    public int Rows { get; set; }

    /// <summary>Rows of the whole batch.</summary>
    public int BatchRows { get; set; }

    /// <summary>Place of the first row in its batch.</summary>
    public int FirstRow { get; set; }

    /// <summary>True in a training step: dropout is applied.</summary>
    public bool Training { get; set; }

    /// <summary>Epoch, from 0; part of the key of random numbers.</summary>
    public int Epoch { get; set; }

    /// <summary>Step within the epoch, from 0; part of the key of random numbers.</summary>
    public int Step { get; set; }
}
