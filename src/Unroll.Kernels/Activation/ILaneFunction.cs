namespace Unroll.Kernels.Activation;

/// <summary>A function that is no kernel of its own, on an array of [features][lanes]: rows of the batch by themselves.</summary>
internal interface ILaneFunction
{
    /// <summary>y = f(x).</summary>
    /// <param name="x">What comes in, [features][lanes].</param>
    /// <param name="y">What comes out, set; of another number of features if the function says so.</param>
    /// <param name="lanes">Rows of the batch in the layout.</param>
    void Apply(ReadOnlySpan<float> x, Span<float> y, int lanes);

    /// <summary>The gradient at what came in.</summary>
    /// <param name="x">What came in.</param>
    /// <param name="y">What came out.</param>
    /// <param name="dy">The gradient at what came out.</param>
    /// <param name="dx">Set; may lie where <paramref name="dy"/> or <paramref name="x"/> lies.</param>
    /// <param name="lanes">Rows of the batch in the layout.</param>
    void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int lanes);
}
