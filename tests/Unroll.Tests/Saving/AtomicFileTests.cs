using Unroll.Saving;
using Xunit;

namespace Unroll.Tests.Saving;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("unroll-atomic-");

    [Fact]
    public void ReplacesTheFileAndLeavesNothingBesideIt()
    {
        string path = Path.Combine(_directory.FullName, "report.json");
        AtomicFile.WriteAllText(path, "first");
        AtomicFile.WriteAllText(path, "größer");
        Assert.Equal("größer", File.ReadAllText(path));
        Assert.NotEqual(0xEF, File.ReadAllBytes(path)[0]); // no byte order mark
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public void AFailureLeavesNothing()
    {
        string target = Path.Combine(_directory.FullName, "taken");
        Directory.CreateDirectory(target);
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText(target, "text"));
        Assert.Empty(_directory.GetFiles());
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
