using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Optimizers;

namespace Unroll.Models.Training;

/// <summary>Shortens gradients before the update, in one of Keras' three ways.</summary>
internal static class GradientClipping
{
    public static void Apply(Optimizer optimizer, VectorWidth width, GradientStore gradients, Dictionary<Parameter, Block[]>.KeyCollection parameters)
    {
        if (!optimizer.Clips) return;
        if (optimizer.GlobalClipnorm is { } limit)
        {
            double squares = 0;
            foreach (Parameter parameter in parameters) squares += UpdateKernels.SumOfSquares(gradients.Total(parameter));
            double norm = Math.Sqrt(squares);

            // An infinite norm makes every gradient NaN, as in Keras: there is no direction to go in.
            double factor = double.IsFinite(norm) ? limit * Math.Min(1 / norm, 1 / limit) : double.NaN;
            foreach (Parameter parameter in parameters) Scale(width, gradients.Total(parameter), factor);
            return;
        }

        foreach (Parameter parameter in parameters)
        {
            Block gradient = gradients.Total(parameter);
            if (optimizer.Clipnorm is { } longest) Scale(width, gradient, longest / Math.Max(Math.Sqrt(UpdateKernels.SumOfSquares(gradient)), longest));
            else UpdateKernels.Clip(width, gradient, (float)optimizer.Clipvalue!.Value);
        }
    }

    private static void Scale(VectorWidth width, Block gradient, double factor)
    {
        if (factor != 1) UpdateKernels.Blend(width, gradient, (float)factor, default, 0);
    }
}
