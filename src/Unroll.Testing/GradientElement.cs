namespace Unroll.Testing;

/// <summary>An element that is moved to see what changes.</summary>
/// <param name="Weight">What it belongs to.</param>
/// <param name="Shape">Sizes of that, to tell the place.</param>
/// <param name="Offset">The place, row-major.</param>
/// <param name="Gradient">What the code under test says.</param>
/// <param name="Numeric">What differences say.</param>
internal readonly record struct GradientElement(string Weight, IReadOnlyList<int> Shape, int Offset, double Gradient, double Numeric)
{
    // Small enough for curved functions, large enough for float32. Where they disagree, a kink lies between, of a relu say,
    // and other steps may miss it.
    private static readonly double[] s_steps = [1.0 / 256, 1.0 / 1024, 1.0 / 64, 1.0 / 4096];

    /// <summary>Compares a gradient with differences.</summary>
    /// <param name="weight">What the element belongs to.</param>
    /// <param name="shape">Sizes of that.</param>
    /// <param name="offset">The place, row-major.</param>
    /// <param name="value">The element as it is.</param>
    /// <param name="gradient">What the code under test says.</param>
    /// <param name="scale">The largest gradient.</param>
    /// <param name="at">The function at another value of the element.</param>
    public static GradientElement Compare(string weight, IReadOnlyList<int> shape, int offset, float value, double gradient, double scale, Func<float, double> at)
    {
        double best = double.NaN;
        foreach (double step in s_steps)
        {
            float above = (float)(value + step), below = (float)(value - step);
            double numeric = (at(above) - at(below)) / ((double)above - below);
            if (!(Math.Abs(numeric - gradient) >= Math.Abs(best - gradient))) best = numeric;
            if (!GradientReport.IsSuspicious(Math.Abs(best - gradient), scale)) break;
        }

        return new GradientElement(weight, shape, offset, gradient, best);
    }

    public GradientDifference Relative(double largest)
    {
        int[] index = new int[Shape.Count];
        for (int d = Shape.Count - 1, rest = Offset; d >= 0; rest /= Shape[d], d--) index[d] = rest % Shape[d];
        double difference = Math.Abs(Gradient - Numeric);
        return new GradientDifference(Weight, index, Gradient, Numeric, difference == 0 ? 0 : difference / largest);
    }
}
