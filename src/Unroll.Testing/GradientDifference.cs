namespace Unroll.Testing;

/// <summary>One element whose gradient was compared.</summary>
/// <param name="Weight">What it belongs to, <c>lstm/kernel</c> say.</param>
/// <param name="Index">Its place, one number per dimension.</param>
/// <param name="Gradient">What the code under test computes.</param>
/// <param name="Numeric">What differences of the values say.</param>
/// <param name="Relative">How far they are apart, divided by the largest gradient of all.</param>
public sealed record GradientDifference(string Weight, IReadOnlyList<int> Index, double Gradient, double Numeric, double Relative)
{
    /// <summary>For example <c>lstm/kernel[0, 3]: the gradient is 0.12, differences say 0.1 (off by 2.1E-001 of the largest)</c>.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Weight}[{string.Join(", ", Index)}]: the gradient is {Gradient:G6}, differences say {Numeric:G6} (off by {Relative:E1} of the largest)");
}
