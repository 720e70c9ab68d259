using System.Runtime.InteropServices;
using System.Text;
using Unroll.Formats.Hdf5;
using Unroll.Formats.Zip;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Formats.Tests.Hdf5;

/// <summary>Every group, array and text of the files that Keras wrote, against what h5py 3.7 finds in them (<c>h5py.tsv</c>).</summary>
public sealed class Hdf5FixtureTests
{
    private static readonly ILookup<string, string[]> Listed =
        File.ReadLines(KerasFiles.Path("h5py.tsv")).Select(line => line.Split('\t')).ToLookup(fields => fields[0]);

    public static TheoryData<string> Files => [.. KerasFiles.Names(".keras", ".h5")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Reads_what_h5py_reads(string name)
    {
        Hdf5Group root = Hdf5File.Parse(KerasFiles.Hdf5Bytes(name), name);

        string[] expected = [.. Listed[name].Select(fields => string.Join(' ', fields[1..]).TrimEnd())];
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Describe(root).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Describe(Hdf5Object found)
    {
        foreach (Hdf5Attribute attribute in found.Attributes)
        {
            string[] texts = attribute.ReadTexts();
            yield return $"{found.Path}@{attribute.Name} text {texts.Length} {Crc32.Of(Encoding.UTF8.GetBytes(string.Join('\x1f', texts))):x8}";
        }

        if (found is Hdf5Dataset dataset)
        {
            float[] values = dataset.ReadSingles();
            yield return $"{found.Path} {dataset.Type.Description} {string.Join(',', dataset.Shape)} {Crc32.Of(MemoryMarshal.AsBytes(values.AsSpan())):x8}";
            yield break;
        }

        var group = (Hdf5Group)found;
        if (group.Path != "/") yield return $"{group.Path} group {group.Members.Count}";
        foreach (string line in group.Members.Values.SelectMany(Describe)) yield return line;
    }
}
