using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Kernels.Tests;

/// <summary>An activation, or its derivative, over arrays.</summary>
internal static class Elementwise
{
    public static float[] Apply<TActivation>(VectorWidth width, float[] x)
        where TActivation : struct, IActivation
    {
        var y = new float[x.Length];
        Widths.Run(width, new Task<TActivation>(x, y, derivative: false));
        return y;
    }

    public static void Apply<TActivation>(VectorWidth width, float[] x, float[] y)
        where TActivation : struct, IActivation => Widths.Run(width, new Task<TActivation>(x, y, derivative: false));

    /// <summary>At arguments that carry the activation's scale, as recurrent kernels have them.</summary>
    public static void ApplyScaled<TActivation>(VectorWidth width, float[] x, float[] y)
        where TActivation : struct, IActivation => Widths.Run(width, new ScaledTask<TActivation>(x, y));

    /// <summary>dy/dx given y.</summary>
    public static float[] Derivative<TActivation>(VectorWidth width, float[] y)
        where TActivation : struct, IActivation
    {
        var slope = new float[y.Length];
        Widths.Run(width, new Task<TActivation>(y, slope, derivative: true));
        return slope;
    }

    private sealed unsafe class Task<TActivation>(float[] input, float[] output, bool derivative) : IWidthTask<int>
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            fixed (float* source = input, target = output)
            {
                if (derivative)
                {
                    for (int i = 0; i < input.Length; i += TSimd.Count)
                        TSimd.Store(target + i, TActivation.Derivative<TSimd, TVector>(TSimd.Load(source + i)));
                }
                else
                {
                    for (int i = 0; i < input.Length; i += TSimd.Count)
                        TSimd.Store(target + i, TActivation.Apply<TSimd, TVector>(TSimd.Load(source + i)));
                }
            }

            return 0;
        }
    }

    private sealed unsafe class ScaledTask<TActivation>(float[] input, float[] output) : IWidthTask<int>
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            fixed (float* source = input, target = output)
            {
                for (int i = 0; i < input.Length; i += 2 * TSimd.Count)
                {
                    TVector a = TSimd.Load(source + i), b = TSimd.Load(source + i + TSimd.Count);
                    ScaledActivation<TSimd, TVector, TActivation>.Apply(ref a, ref b);
                    TSimd.Store(target + i, a);
                    TSimd.Store(target + i + TSimd.Count, b);
                }
            }

            return 0;
        }
    }
}
