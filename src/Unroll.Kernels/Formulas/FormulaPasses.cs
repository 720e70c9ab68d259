using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>
/// Loops over whole arrays of [features][lanes]; sizes are multiples of 16. A target may be one of the operands.
/// </summary>
internal static unsafe class FormulaPasses<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>target = operator(a, b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two<TOperator>(float* a, float* b, float* target, int size)
        where TOperator : struct, IFormulaOperator
    {
        for (int i = 0; i < size; i += TSimd.Count)
            TSimd.Store(target + i, TOperator.Apply<TSimd, TVector>(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Zero));
    }

    /// <summary>target = operator(a, b, c).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three<TOperator>(float* a, float* b, float* c, float* target, int size)
        where TOperator : struct, IFormulaOperator
    {
        for (int i = 0; i < size; i += TSimd.Count)
            TSimd.Store(target + i, TOperator.Apply<TSimd, TVector>(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i)));
    }

    /// <summary>target += operator(a, b, c).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddThree<TOperator>(float* a, float* b, float* c, float* target, int size)
        where TOperator : struct, IFormulaOperator
    {
        for (int i = 0; i < size; i += TSimd.Count)
        {
            TVector value = TOperator.Apply<TSimd, TVector>(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i));
            TSimd.Store(target + i, TSimd.Add(TSimd.Load(target + i), value));
        }
    }

    /// <summary>target = function(a).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Function<TFunction>(float* a, float* target, int size)
        where TFunction : struct, IActivation
    {
        for (int i = 0; i < size; i += TSimd.Count) TSimd.Store(target + i, TFunction.Apply<TSimd, TVector>(TSimd.Load(a + i)));
    }

    /// <summary>target = activation(a · factor / the factor that its arguments carry), two vectors at a time; an odd last one goes with itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Activation<TActivation>(float* a, float* target, int size, float factor)
        where TActivation : struct, IActivation
    {
        TVector scale = TSimd.Broadcast(factor);
        for (int k = 0; k < size; k += 2 * TSimd.Count)
        {
            int l = k + TSimd.Count < size ? k + TSimd.Count : k;
            TVector first = TSimd.Multiply(TSimd.Load(a + k), scale), second = TSimd.Multiply(TSimd.Load(a + l), scale);
            ScaledActivation<TSimd, TVector, TActivation>.Apply(ref first, ref second);
            TSimd.Store(target + k, first);
            TSimd.Store(target + l, second);
        }
    }

    /// <summary>target (+)= gradient · slope at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Slope<TFunction>(float* gradient, float* at, float* target, int size, bool adds)
        where TFunction : struct, IActivation
    {
        if (adds)
        {
            for (int i = 0; i < size; i += TSimd.Count)
            {
                TVector slope = TFunction.Derivative<TSimd, TVector>(TSimd.Load(at + i));
                TSimd.Store(target + i, TSimd.Fma(TSimd.Load(gradient + i), slope, TSimd.Load(target + i)));
            }

            return;
        }

        for (int i = 0; i < size; i += TSimd.Count)
            TSimd.Store(target + i, TSimd.Multiply(TSimd.Load(gradient + i), TFunction.Derivative<TSimd, TVector>(TSimd.Load(at + i))));
    }

    /// <summary>target = a · scale + offset, or target += a · scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(float* a, float* target, int size, float scale, float offset, bool adds)
    {
        TVector factor = TSimd.Broadcast(scale), summand = TSimd.Broadcast(offset);
        if (adds)
        {
            for (int i = 0; i < size; i += TSimd.Count)
                TSimd.Store(target + i, TSimd.Fma(TSimd.Load(a + i), factor, TSimd.Load(target + i)));
            return;
        }

        for (int i = 0; i < size; i += TSimd.Count) TSimd.Store(target + i, TSimd.Fma(TSimd.Load(a + i), factor, summand));
    }

    /// <summary>target[lane] (+)= Σ a[feature][lane], features ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(float* a, int features, int lanes, float* target, bool adds)
    {
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            TVector sum = TSimd.Load(a + lane);
            for (int k = 1; k < features; k++) sum = TSimd.Add(sum, TSimd.Load(a + (nint)k * lanes + lane));
            TSimd.Store(target + lane, adds ? TSimd.Add(TSimd.Load(target + lane), sum) : sum);
        }
    }

    /// <summary>target[feature][lane] (+)= a[lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Broadcast(float* a, int features, int lanes, float* target, bool adds)
    {
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            TVector value = TSimd.Load(a + lane);
            for (int k = 0; k < features; k++)
            {
                float* place = target + (nint)k * lanes + lane;
                TSimd.Store(place, adds ? TSimd.Add(TSimd.Load(place), value) : value);
            }
        }
    }

    /// <summary>target = a number for each feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(float* numbers, int features, int lanes, float* target)
    {
        for (int k = 0; k < features; k++)
        {
            TVector value = TSimd.Broadcast(numbers[k]);
            for (int lane = 0; lane < lanes; lane += TSimd.Count, target += TSimd.Count) TSimd.Store(target, value);
        }
    }

    /// <summary>Masked lanes of the new state take the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hold(float* mask, float* before, float* after, int features, int lanes)
    {
        for (int k = 0; k < features; k++, before += lanes, after += lanes)
        {
            for (int lane = 0; lane < lanes; lane += TSimd.Count)
            {
                TVector value = TSimd.SelectNonZero(TSimd.Load(mask + lane), TSimd.Load(after + lane), TSimd.Load(before + lane));
                TSimd.Store(after + lane, value);
            }
        }
    }

    /// <summary>The gradient at a new state: what masked lanes have of it passes to the state before, the rest stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(float* mask, float* before, float* after, int features, int lanes)
    {
        for (int k = 0; k < features; k++, before += lanes, after += lanes)
        {
            for (int lane = 0; lane < lanes; lane += TSimd.Count)
            {
                TVector use = TSimd.Load(mask + lane), gradient = TSimd.Load(after + lane);
                TSimd.Store(before + lane, TSimd.SelectNonZero(use, TSimd.Zero, gradient));
                TSimd.Store(after + lane, TSimd.SelectNonZero(use, gradient, TSimd.Zero));
            }
        }
    }
}
