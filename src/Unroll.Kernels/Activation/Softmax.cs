using System.Runtime.CompilerServices;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Kernels.Activation;

/// <summary>
/// e^x / Σ e^x over the features, row by row, on arrays laid out as in <see cref="RecurrentSequence"/>. Few outputs have
/// it and training mostly leaves it to the loss, so it is computed number by number in double precision.
/// </summary>
internal static class Softmax
{
    /// <summary>Turns logits into probabilities, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(Block values, int steps, int features, int lanes)
    {
        int stride = RecurrentSequence.Stride(features, lanes);
        Span<float> all = values.Span;
        for (int t = 0; t < steps; t++)
            for (int lane = 0; lane < lanes; lane++) ForwardRow(all[(t * stride + lane)..], features, lanes);
    }

    /// <summary>One row, in place.</summary>
    /// <param name="row">From the first feature on.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="lanes">Floats from one feature to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ForwardRow(Span<float> row, int features, int lanes)
    {
        float highest = float.NegativeInfinity;
        for (int f = 0; f < features; f++) highest = System.Math.Max(highest, row[f * lanes]);
        double sum = 0;
        for (int f = 0; f < features; f++) sum += Portable.Exp((double)row[f * lanes] - highest);
        for (int f = 0; f < features; f++) row[f * lanes] = (float)(Portable.Exp((double)row[f * lanes] - highest) / sum);
    }

    /// <summary>Turns the gradient at the probabilities into that at the logits, in place: p·(g − Σ p·g).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(Block probabilities, Block gradients, int steps, int features, int lanes)
    {
        int stride = RecurrentSequence.Stride(features, lanes);
        ReadOnlySpan<float> p = probabilities.Span;
        Span<float> g = gradients.Span;
        for (int t = 0; t < steps; t++)
            for (int lane = 0; lane < lanes; lane++) BackwardRow(p[(t * stride + lane)..], g[(t * stride + lane)..], features, lanes);
    }

    /// <summary>The gradient at one row, in place.</summary>
    /// <param name="p">The row's probabilities, from the first feature on.</param>
    /// <param name="g">The gradient, from the first feature on.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="lanes">Floats from one feature to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardRow(ReadOnlySpan<float> p, Span<float> g, int features, int lanes)
    {
        double mean = 0;
        for (int f = 0; f < features; f++) mean += (double)p[f * lanes] * g[f * lanes];
        for (int f = 0; f < features; f++) g[f * lanes] = (float)(p[f * lanes] * (g[f * lanes] - mean));
    }
}
