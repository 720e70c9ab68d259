using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;

namespace Unroll.Optimizers;

/// <summary>Shortens gradients before the update, in one of Keras' three ways.</summary>
internal static class GradientClipping
{
    public static void Apply(Optimizer optimizer, VectorWidth width, OptimizedWeight[] weights)
    {
        if (!optimizer.Clips) return;
        if (optimizer.GlobalClipnorm is > 0 and double limit)
        {
            double squares = 0;
            foreach (OptimizedWeight weight in weights) squares += UpdateKernels.SumOfSquares(weight.Gradient);
            double norm = Math.Sqrt(squares);

            // An infinite norm makes every gradient NaN, as in Keras: there is no direction to go in.
            double factor = double.IsFinite(norm) ? limit * Math.Min(1 / norm, 1 / limit) : double.NaN;
            foreach (OptimizedWeight weight in weights) Scale(width, weight.Gradient, factor);
            return;
        }

        foreach (OptimizedWeight weight in weights)
        {
            Block gradient = weight.Gradient;
            if (optimizer.Clipnorm is > 0 and double longest)
                Scale(width, gradient, longest / Math.Max(Math.Sqrt(UpdateKernels.SumOfSquares(gradient)), longest));
            else UpdateKernels.Clip(width, gradient, (float)optimizer.Clipvalue!.Value);
        }
    }

    private static void Scale(VectorWidth width, Block gradient, double factor)
    {
        if (factor != 1) UpdateKernels.Blend(width, gradient, (float)factor, default, 0);
    }
}
