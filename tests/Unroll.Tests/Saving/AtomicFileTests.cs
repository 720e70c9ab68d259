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

    /// <summary>Names that can be guessed could be links that lie in wait, to a file of somebody else.</summary>
    [Fact]
    public void TemporaryNamesCannotBeGuessed()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Links need rights there.");
        string path = At("model.keras"), victim = At("victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink($"{path}.{Environment.ProcessId}.tmp", victim);
        var names = new HashSet<string>();
        for (int i = 0; i < 5; i++)
        {
            AtomicFile.Write(path, stream =>
            {
                names.Add(((FileStream)stream).Name);
                stream.WriteByte(1);
            });
        }

        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal(5, names.Count);
    }

    [Fact]
    public void PermissionsStay()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no such permissions there.");
            return; // for the compiler
        }

        string path = At("private.keras");
        AtomicFile.WriteAllText(path, "first");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(path, Private);
        UnixFileMode? during = null;
        Func<string, UnixFileMode> modeOf = File.GetUnixFileMode;
        AtomicFile.Write(path, stream => during = modeOf(((FileStream)stream).Name)); // from the first byte on
        Assert.Equal([Private, Private], [during, File.GetUnixFileMode(path)]);
    }

    [Fact]
    public void LinksStayLinks()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Links need rights there.");
        Directory.CreateDirectory(At("store"));
        File.WriteAllText(At("store/v1"), "old");
        File.CreateSymbolicLink(At("latest"), "store/v1");
        File.CreateSymbolicLink(At("alias"), "latest");
        AtomicFile.WriteAllText(At("alias"), "new");
        Assert.Equal("store/v1", new FileInfo(At("latest")).LinkTarget);
        Assert.Equal("latest", new FileInfo(At("alias")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(At("store/v1")));
        Assert.Single(Directory.GetFiles(At("store")));
    }

    /// <summary>Every save is whole, and one of them is what is there in the end.</summary>
    [Fact]
    public void SavesAtTheSameTimeSucceed()
    {
        string path = At("shared.json");
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => AtomicFile.WriteAllText(path, new string((char)('a' + i % 26), 100_000)));
        string text = File.ReadAllText(path);
        Assert.Equal(100_000, text.Length);
        Assert.Single(text.Distinct());
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public void AnExceptionKeepsTheOldFile()
    {
        string path = At("kept.json");
        AtomicFile.WriteAllText(path, "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(_directory.GetFiles());
    }

    private string At(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
