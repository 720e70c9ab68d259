using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Stacks of the many kinds of layers that Keras 3.15 wrote: each loads and does what it did in Keras.</summary>
public sealed class SequentialGraphFileTests
{
    public static TheoryData<string> Names =>
    [
        .. Directory.EnumerateFiles(KerasFiles.GraphDirectory, "sq_*.keras").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Works_as_in_Keras(string name) => KerasFileTests.Check(KerasCase.OfGraph(name), Path.Combine(KerasFiles.GraphDirectory, name + ".keras"));
}
