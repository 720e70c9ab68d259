using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// Every whole model that Keras wrote: it loads and does what it did in Keras, or what it lacks here is named.
/// </summary>
public sealed class KerasFileTests
{
    public static TheoryData<string> Files => [.. KerasFiles.Names(".keras", ".h5").Where(name => !name.EndsWith(".weights.h5", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Works_as_in_Keras(string file)
    {
        KerasCase recorded = KerasCase.Of(file);
        new KerasRun(recorded, () => Model.Load(KerasFiles.Path(file))).AssertAll(evaluationTolerance: 2e-6);
    }
}
