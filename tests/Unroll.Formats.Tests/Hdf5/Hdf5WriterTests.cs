using System.Globalization;
using Unroll.Formats.Hdf5;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.Hdf5;

/// <summary>What Unroll writes, read back by itself, by h5py and by h5dump.</summary>
public sealed class Hdf5WriterTests : IDisposable
{
    private const string Listing = """
        import sys, h5py
        def show(name, found):
            if isinstance(found, h5py.Dataset):
                print('/' + name, found.dtype, list(found.shape), float(abs(found[()]).sum(dtype='f8')))
            else:
                print('/' + name, 'group', len(found))
        h5py.File(sys.argv[1], 'r').visititems(show)
        """;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():n}.h5");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Comes_back()
    {
        Hdf5Group root = Hdf5File.Parse(Bytes(Sample()), "sample");

        Assert.Equal(["empty", "layers", "optimizer"], root.Members.Keys);
        Assert.Empty(root.Group("empty")!.Members);
        Hdf5Dataset kernel = root.Dataset("layers/lstm/cell/vars/0");
        Assert.Equal("/layers/lstm/cell/vars/0", kernel.Path);
        Assert.Equal([2, 3], kernel.Shape);
        Assert.Equal([1f, -2f, 3.5f, float.Epsilon, float.MaxValue, float.NaN], kernel.ReadSingles());
        Assert.Equal(long.MaxValue - 5, root.Dataset("optimizer/vars/0").ReadInt64());
        Assert.Empty(root.Dataset("optimizer/vars/1").Shape);
        Assert.Equal([0.25f], root.Dataset("optimizer/vars/1").ReadSingles());
        Assert.Equal([3, 0], root.Dataset("optimizer/vars/2").Shape);
        Assert.Empty(root.Dataset("optimizer/vars/2").ReadSingles());
        Assert.Null(root.Group("nowhere/at/all"));
        Assert.Contains("has no dataset 'x'", Assert.Throws<InvalidDataException>(() => root.Dataset("x")).Message);
    }

    [Fact]
    public void Bytes_depend_on_the_content_alone()
    {
        var other = new Hdf5Content();
        other.Group("b").AddInt64("1", 1);
        other.Group("a");
        var sorted = new Hdf5Content();
        sorted.Group("a");
        sorted.Group("b").AddInt64("1", 1);
        Assert.Equal(Bytes(other), Bytes(sorted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(200)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public void Groups_of_any_size(int members)
    {
        var content = new Hdf5Content();
        Hdf5Content group = content.Group("vars");
        for (int i = 0; i < members; i++) group.Add(i.ToString(CultureInfo.InvariantCulture), new[] { i + 0.5f });

        Hdf5Group read = Hdf5File.Parse(Bytes(content), "many").Group("vars")!;
        Assert.Equal(members, read.Members.Count);
        for (int i = 0; i < members; i++)
            Assert.Equal([i + 0.5f], read.Dataset(i.ToString(CultureInfo.InvariantCulture)).ReadSingles());

        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        File.WriteAllBytes(_path, Bytes(content));
        // Looked up by name, which walks the tree, and listed.
        string sum = Peers.RunPython(
            "import sys, h5py\ng = h5py.File(sys.argv[1], 'r')['vars']\nprint(len(list(g)), sum(float(g[str(i)][()]) for i in range(len(g))))", _path);
        Assert.Equal($"{members} {(members == 0 ? "0" : $"{members * (long)members / 2.0:0.0}")}", sum.Trim());
    }

    [Fact]
    public void H5py_reads_it()
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        var content = Sample();
        content.Group("größe/日本").Add("ß", new[] { 1f, 2f }, 2);
        File.WriteAllBytes(_path, Bytes(content));

        string[] lines = Peers.RunPython(Listing, _path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("/empty group 0", lines);
        Assert.Contains("/layers/lstm/cell/vars/0 float32 [2, 3] nan", lines);
        Assert.Contains("/layers/lstm/cell/vars/1 float32 [4] 10.0", lines);
        Assert.Contains("/optimizer/vars/0 int64 [] 9.223372036854776e+18", lines);
        Assert.Contains("/optimizer/vars/1 float32 [] 0.25", lines);
        Assert.Contains("/optimizer/vars/2 float32 [3, 0] 0.0", lines);
        Assert.Contains("/größe/日本/ß float32 [2] 3.0", lines);
        Assert.Equal(15, lines.Length);
    }

    [Fact]
    public void H5py_can_go_on_writing_into_it()
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        File.WriteAllBytes(_path, Bytes(Sample()));
        Peers.RunPython(
            "import sys, h5py\nf = h5py.File(sys.argv[1], 'a')\nfor i in range(50): f['layers'].create_group('x%d' % i)['v'] = float(i)\ndel f['empty']\nf['layers/lstm/cell/vars/1'][2] = 70", _path);
        Hdf5Group root = Hdf5File.Open(_path);
        Assert.Null(root.Group("empty"));
        Assert.Equal(51, root.Group("layers")!.Members.Count);
        Assert.Equal([49f], root.Dataset("layers/x49/v").ReadSingles());
        Assert.Equal([1f, 2f, 70f, 4f], root.Dataset("layers/lstm/cell/vars/1").ReadSingles());
    }

    [Fact]
    public void H5dump_reads_it()
    {
        if (!Peers.HasH5dump) Assert.Skip(Peers.NoH5dump);
        File.WriteAllBytes(_path, Bytes(Sample()));
        string text = Peers.RunH5dump(_path);
        Assert.Contains("DATASPACE  SIMPLE { ( 2, 3 ) / ( 2, 3 ) }", text);
        Assert.Contains("H5T_IEEE_F32LE", text);
        Assert.Contains("9223372036854775802", text);
        Assert.Contains("GROUP \"empty\"", text);
    }

    [Fact]
    public void Wrong_content_is_refused()
    {
        var content = new Hdf5Content();
        content.AddInt64("a", 1);
        Assert.Throws<ArgumentException>(() => content.AddInt64("a", 1));
        Assert.Throws<ArgumentException>(() => content.Group("a/b"));
        Assert.Throws<ArgumentException>(() => content.Group("b//c"));
        Assert.Throws<ArgumentException>(() => content.Add("b", new[] { 1f }, 2));
    }

    private static Hdf5Content Sample()
    {
        var content = new Hdf5Content();
        Hdf5Content cell = content.Group("layers/lstm/cell/vars");
        cell.Add("0", new[] { 1f, -2f, 3.5f, float.Epsilon, float.MaxValue, float.NaN }, 2, 3);
        cell.Add("1", new[] { 1f, 2f, 3f, 4f }, 4);
        Hdf5Content optimizer = content.Group("optimizer/vars");
        optimizer.AddInt64("0", long.MaxValue - 5);
        optimizer.Add("1", new[] { 0.25f });
        optimizer.Add("2", default, 3, 0);
        content.Group("empty");
        return content;
    }

    private static byte[] Bytes(Hdf5Content content)
    {
        using var stream = new MemoryStream();
        Hdf5Writer.Write(stream, content);
        return stream.ToArray();
    }
}
