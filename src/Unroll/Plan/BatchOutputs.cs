using Unroll.Execution;

namespace Unroll.Plan;

/// <summary>What a batch's rows put out, for metrics that need more than the plain path counts on the fly.</summary>
/// <param name="maxRows">Rows of the largest batch.</param>
/// <param name="shape">Shape of one row's output.</param>
internal sealed class BatchOutputs(int maxRows, OutputShape shape)
{
    /// <summary>Predictions [row][time][unit].</summary>
    public float[] Predictions { get; } = new float[checked(maxRows * shape.Size)];

    /// <summary>1 or 0 [row][time]: what counts. All 1 without a mask.</summary>
    public float[] Mask { get; } = new float[checked(maxRows * shape.Steps)];

    public OutputShape Shape => shape;
}
