#:project ../../src/Unroll/Unroll.csproj

// What does one time step of LSTM(8)'s activations cost for 32 rows, and how should independent activations be
// interleaved in source order?
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector512<float>;

unsafe
{
    const int Size = 8 * 32, Repeats = 20000;
    float* memory = (float*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(16 * Size * sizeof(float), 64);
    for (int i = 0; i < 16 * Size; i++) memory[i] = (i * 7919 % 1000 - 500) / 250f;
    foreach ((string name, Step step) in new (string, Step)[]
    {
        ("one after the other", Variants.Plain), ("pairs", Variants.Pairs), ("quads", Variants.Quads), ("divisions only", Variants.Divisions),
        ("no divisions", Variants.NoDivisions), ("shared division", Variants.Shared),
    })
    {
        double best = double.MaxValue;
        for (int round = 0; round < 30; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Repeats / 30; i++) step(memory, Size);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / (Repeats / 30));
        }

        Console.WriteLine($"{name,-22} {best,8:F0} ns a step, {best / (Size / 16 * 5),6:F2} ns a vector");
    }
}

internal unsafe delegate void Step(float* memory, int size);

internal static unsafe class Variants
{
    private static readonly V One = Vector512.Create(1f);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Plain(float* p, int size)
    {
        for (int k = 0; k < size; k += 16)
        {
            V i = Sigmoid(Vector512.Load(p + k)), f = Sigmoid(Vector512.Load(p + size + k));
            V g = Tanh(Vector512.Load(p + 2 * size + k)), o = Sigmoid(Vector512.Load(p + 3 * size + k));
            V c = Vector512.FusedMultiplyAdd(f, Vector512.Load(p + 4 * size + k), i * g);
            V a = Tanh(c);
            (i).Store(p + 8 * size + k);
            (f).Store(p + 9 * size + k);
            (g).Store(p + 10 * size + k);
            (o).Store(p + 11 * size + k);
            (c).Store(p + 12 * size + k);
            (a).Store(p + 13 * size + k);
            (o * a).Store(p + 14 * size + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divisions(float* p, int size)
    {
        V one = Vector512.Create(1f);
        for (int k = 0; k < size; k += 16)
        {
            V i = one / (Vector512.Load(p + k)), f = one / (Vector512.Load(p + size + k));
            V g = one / (Vector512.Load(p + 2 * size + k)), o = one / (Vector512.Load(p + 3 * size + k));
            V a = one / (Vector512.Load(p + 4 * size + k));
            (i).Store(p + 8 * size + k);
            (f).Store(p + 9 * size + k);
            (g).Store(p + 10 * size + k);
            (o).Store(p + 11 * size + k);
            (a).Store(p + 13 * size + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pairs(float* p, int size)
    {
        for (int k = 0; k < size; k += 32)
        {
            V i = Vector512.Load(p + k), j = Vector512.Load(p + k + 16);
            Sigmoid2(ref i, ref j);
            i.Store(p + 8 * size + k);
            j.Store(p + 8 * size + k + 16);
            V g = Vector512.Load(p + 2 * size + k), h = Vector512.Load(p + 2 * size + k + 16);
            Tanh2(ref g, ref h);
            g.Store(p + 10 * size + k);
            h.Store(p + 10 * size + k + 16);
            V f = Vector512.Load(p + size + k), e = Vector512.Load(p + size + k + 16);
            Sigmoid2(ref f, ref e);
            f.Store(p + 9 * size + k);
            e.Store(p + 9 * size + k + 16);
            V c = Vector512.FusedMultiplyAdd(f, Vector512.Load(p + 4 * size + k), i * g);
            V d = Vector512.FusedMultiplyAdd(e, Vector512.Load(p + 4 * size + k + 16), j * h);
            c.Store(p + 12 * size + k);
            d.Store(p + 12 * size + k + 16);
            V o = Vector512.Load(p + 3 * size + k), q = Vector512.Load(p + 3 * size + k + 16);
            Sigmoid2(ref o, ref q);
            o.Store(p + 11 * size + k);
            q.Store(p + 11 * size + k + 16);
            Tanh2(ref c, ref d);
            c.Store(p + 13 * size + k);
            d.Store(p + 13 * size + k + 16);
            (o * c).Store(p + 14 * size + k);
            (q * d).Store(p + 14 * size + k + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quads(float* p, int size)
    {
        for (int k = 0; k < size; k += 32)
        {
            V i = Vector512.Load(p + k), j = Vector512.Load(p + k + 16);
            V f = Vector512.Load(p + size + k), e = Vector512.Load(p + size + k + 16);
            Sigmoid4(ref i, ref j, ref f, ref e);
            i.Store(p + 8 * size + k);
            j.Store(p + 8 * size + k + 16);
            f.Store(p + 9 * size + k);
            e.Store(p + 9 * size + k + 16);
            V g = Vector512.Load(p + 2 * size + k), h = Vector512.Load(p + 2 * size + k + 16);
            Tanh2(ref g, ref h);
            g.Store(p + 10 * size + k);
            h.Store(p + 10 * size + k + 16);
            V c = Vector512.FusedMultiplyAdd(f, Vector512.Load(p + 4 * size + k), i * g);
            V d = Vector512.FusedMultiplyAdd(e, Vector512.Load(p + 4 * size + k + 16), j * h);
            c.Store(p + 12 * size + k);
            d.Store(p + 12 * size + k + 16);
            V o = Vector512.Load(p + 3 * size + k), q = Vector512.Load(p + 3 * size + k + 16);
            Sigmoid2(ref o, ref q);
            o.Store(p + 11 * size + k);
            q.Store(p + 11 * size + k + 16);
            Tanh2(ref c, ref d);
            c.Store(p + 13 * size + k);
            d.Store(p + 13 * size + k + 16);
            (o * c).Store(p + 14 * size + k);
            (q * d).Store(p + 14 * size + k + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NoDivisions(float* p, int size)
    {
        for (int k = 0; k < size; k += 32)
        {
            V i = Vector512.Load(p + k), j = Vector512.Load(p + k + 16);
            Power2(ref i, ref j);
            i.Store(p + 8 * size + k);
            j.Store(p + 8 * size + k + 16);
            V g = Vector512.Load(p + 2 * size + k), h = Vector512.Load(p + 2 * size + k + 16);
            Power2(ref g, ref h);
            g.Store(p + 10 * size + k);
            h.Store(p + 10 * size + k + 16);
            V f = Vector512.Load(p + size + k), e = Vector512.Load(p + size + k + 16);
            Power2(ref f, ref e);
            f.Store(p + 9 * size + k);
            e.Store(p + 9 * size + k + 16);
            V c = Vector512.FusedMultiplyAdd(f, Vector512.Load(p + 4 * size + k), i * g);
            V d = Vector512.FusedMultiplyAdd(e, Vector512.Load(p + 4 * size + k + 16), j * h);
            c.Store(p + 12 * size + k);
            d.Store(p + 12 * size + k + 16);
            V o = Vector512.Load(p + 3 * size + k), q = Vector512.Load(p + 3 * size + k + 16);
            Power2(ref o, ref q);
            o.Store(p + 11 * size + k);
            q.Store(p + 11 * size + k + 16);
            Power2(ref c, ref d);
            c.Store(p + 13 * size + k);
            d.Store(p + 13 * size + k + 16);
            (o * c).Store(p + 14 * size + k);
            (q * d).Store(p + 14 * size + k + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Shared(float* p, int size)
    {
        for (int k = 0; k < size; k += 32)
        {
            V i = Vector512.Load(p + k), j = Vector512.Load(p + k + 16);
            Power2(ref i, ref j);
            V g = Vector512.Load(p + 2 * size + k), h = Vector512.Load(p + 2 * size + k + 16);
            V f = Vector512.Load(p + size + k), e = Vector512.Load(p + size + k + 16);
            Power2(ref f, ref e);
            Share(ref i, ref f);
            Share(ref j, ref e);
            Tanh2(ref g, ref h);
            i.Store(p + 8 * size + k);
            j.Store(p + 8 * size + k + 16);
            f.Store(p + 9 * size + k);
            e.Store(p + 9 * size + k + 16);
            g.Store(p + 10 * size + k);
            h.Store(p + 10 * size + k + 16);
            V c = Vector512.FusedMultiplyAdd(f, Vector512.Load(p + 4 * size + k), i * g);
            V d = Vector512.FusedMultiplyAdd(e, Vector512.Load(p + 4 * size + k + 16), j * h);
            c.Store(p + 12 * size + k);
            d.Store(p + 12 * size + k + 16);
            V o = Vector512.Load(p + 3 * size + k), q = Vector512.Load(p + 3 * size + k + 16);
            Power2(ref o, ref q);
            Share(ref o, ref q);
            o.Store(p + 11 * size + k);
            q.Store(p + 11 * size + k + 16);
            Tanh2(ref c, ref d);
            c.Store(p + 13 * size + k);
            d.Store(p + 13 * size + k + 16);
            (o * c).Store(p + 14 * size + k);
            (q * d).Store(p + 14 * size + k + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Share(ref V a, ref V b)
    {
        V both = Vector512.Create(1f) / (a * b);
        V x = both * b;
        b = both * a;
        a = x;
    }

    private const float Rounder = 12582912f, High = 1.44269502f, Low = 1.92596303e-8f;

    private static V Max(V a, V b) => Vector512.MaxNative(a, b);

    private static V Min(V a, V b) => Vector512.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V C(float x) => Vector512.Create(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Fma(V a, V b, V c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pow2(V shifted) => ((shifted.AsInt32() << 23) + Vector512.Create(0x3F800000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Slope(V f)
    {
        V q = C(0.00015403512f);
        q = Fma(q, f, C(0.0013390736f));
        q = Fma(q, f, C(0.0096182375f));
        q = Fma(q, f, C(0.055503574f));
        q = Fma(q, f, C(0.2402265f));
        return Fma(q, f, C(0.6931472f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sigmoid(V x)
    {
        V one = C(1f), rounder = C(Rounder);
        x = Max(C(-87.3365f), Min(C(40f), x));
        V shifted = Fma(x, C(-High), rounder);
        V minusN = rounder - shifted;
        V f = Fma(x, C(-High), minusN);
        f = Fma(x, C(-Low), f);
        V fraction = Fma(f, Slope(f), one);
        return one / Fma(fraction, Pow2(shifted), one);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Tanh(V x)
    {
        V rounder = C(Rounder);
        V size = Min(C(10f), Vector512.Abs(x));
        V shifted = Fma(size, C(-2 * High), rounder);
        V minusN = rounder - shifted;
        V f = Fma(size, C(-2 * High), minusN);
        V power = Pow2(shifted);
        V expm1 = Fma(power, f * Slope(f), power + C(-1f));
        V magnitude = expm1 / (expm1 + C(2f));
        return Vector512.Abs(magnitude) | (x & C(-0f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sigmoid2(ref V a, ref V b)
    {
        Power2(ref a, ref b);
        a = C(1f) / a;
        b = C(1f) / b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Power2(ref V a, ref V b)
    {
        V rounder = C(Rounder), one = C(1f);
        a = Min(C(40f), a);
        b = Min(C(40f), b);
        a = Max(C(-87.3365f), a);
        b = Max(C(-87.3365f), b);
        V sa = Fma(a, C(-High), rounder), sb = Fma(b, C(-High), rounder);
        V fa = rounder - sa, fb = rounder - sb;
        fa = Fma(a, C(-High), fa);
        fb = Fma(b, C(-High), fb);
        fa = Fma(a, C(-Low), fa);
        fb = Fma(b, C(-Low), fb);
        sa = Pow2(sa);
        sb = Pow2(sb);
        V q = C(0.00015403512f);
        V qa = Fma(q, fa, C(0.0013390736f)), qb = Fma(q, fb, C(0.0013390736f));
        qa = Fma(qa, fa, C(0.0096182375f));
        qb = Fma(qb, fb, C(0.0096182375f));
        qa = Fma(qa, fa, C(0.055503574f));
        qb = Fma(qb, fb, C(0.055503574f));
        qa = Fma(qa, fa, C(0.2402265f));
        qb = Fma(qb, fb, C(0.2402265f));
        qa = Fma(qa, fa, C(0.6931472f));
        qb = Fma(qb, fb, C(0.6931472f));
        qa = Fma(qa, fa, one);
        qb = Fma(qb, fb, one);
        a = Fma(qa, sa, one);
        b = Fma(qb, sb, one);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sigmoid4(ref V a, ref V b, ref V c, ref V d)
    {
        V rounder = C(Rounder), one = C(1f);
        a = Min(C(40f), a);
        b = Min(C(40f), b);
        c = Min(C(40f), c);
        d = Min(C(40f), d);
        a = Max(C(-87.3365f), a);
        b = Max(C(-87.3365f), b);
        c = Max(C(-87.3365f), c);
        d = Max(C(-87.3365f), d);
        V sa = Fma(a, C(-High), rounder), sb = Fma(b, C(-High), rounder), sc = Fma(c, C(-High), rounder), sd = Fma(d, C(-High), rounder);
        V fa = rounder - sa, fb = rounder - sb, fc = rounder - sc, fd = rounder - sd;
        fa = Fma(a, C(-High), fa);
        fb = Fma(b, C(-High), fb);
        fc = Fma(c, C(-High), fc);
        fd = Fma(d, C(-High), fd);
        fa = Fma(a, C(-Low), fa);
        fb = Fma(b, C(-Low), fb);
        fc = Fma(c, C(-Low), fc);
        fd = Fma(d, C(-Low), fd);
        V q = C(0.00015403512f);
        a = Fma(q, fa, C(0.0013390736f));
        b = Fma(q, fb, C(0.0013390736f));
        c = Fma(q, fc, C(0.0013390736f));
        d = Fma(q, fd, C(0.0013390736f));
        sa = Pow2(sa);
        sb = Pow2(sb);
        sc = Pow2(sc);
        sd = Pow2(sd);
        a = Fma(a, fa, C(0.0096182375f));
        b = Fma(b, fb, C(0.0096182375f));
        c = Fma(c, fc, C(0.0096182375f));
        d = Fma(d, fd, C(0.0096182375f));
        a = Fma(a, fa, C(0.055503574f));
        b = Fma(b, fb, C(0.055503574f));
        c = Fma(c, fc, C(0.055503574f));
        d = Fma(d, fd, C(0.055503574f));
        a = Fma(a, fa, C(0.2402265f));
        b = Fma(b, fb, C(0.2402265f));
        c = Fma(c, fc, C(0.2402265f));
        d = Fma(d, fd, C(0.2402265f));
        a = Fma(a, fa, C(0.6931472f));
        b = Fma(b, fb, C(0.6931472f));
        c = Fma(c, fc, C(0.6931472f));
        d = Fma(d, fd, C(0.6931472f));
        a = Fma(a, fa, one);
        b = Fma(b, fb, one);
        c = Fma(c, fc, one);
        d = Fma(d, fd, one);
        a = one / Fma(a, sa, one);
        b = one / Fma(b, sb, one);
        c = one / Fma(c, sc, one);
        d = one / Fma(d, sd, one);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tanh2(ref V a, ref V b)
    {
        V rounder = C(Rounder);
        V za = Min(C(10f), Vector512.Abs(a)), zb = Min(C(10f), Vector512.Abs(b));
        V sa = Fma(za, C(-2 * High), rounder), sb = Fma(zb, C(-2 * High), rounder);
        V fa = rounder - sa, fb = rounder - sb;
        fa = Fma(za, C(-2 * High), fa);
        fb = Fma(zb, C(-2 * High), fb);
        sa = Pow2(sa);
        sb = Pow2(sb);
        V q = C(0.00015403512f);
        V qa = Fma(q, fa, C(0.0013390736f)), qb = Fma(q, fb, C(0.0013390736f));
        qa = Fma(qa, fa, C(0.0096182375f));
        qb = Fma(qb, fb, C(0.0096182375f));
        qa = Fma(qa, fa, C(0.055503574f));
        qb = Fma(qb, fb, C(0.055503574f));
        qa = Fma(qa, fa, C(0.2402265f));
        qb = Fma(qb, fb, C(0.2402265f));
        qa = Fma(qa, fa, C(0.6931472f));
        qb = Fma(qb, fb, C(0.6931472f));
        qa *= fa;
        qb *= fb;
        fa = sa + C(-1f);
        fb = sb + C(-1f);
        qa = Fma(sa, qa, fa);
        qb = Fma(sb, qb, fb);
        qa /= qa + C(2f);
        qb /= qb + C(2f);
        a = Vector512.Abs(qa) | (a & C(-0f));
        b = Vector512.Abs(qb) | (b & C(-0f));
    }
}
