using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests;

/// <summary>The vector widths as rows of a theory.</summary>
public static class EveryWidth
{
    public static TheoryData<int> Lanes { get; } = [.. Widths.All.Select(width => (int)width)];
}
