using Unroll.Formats.Hdf5;

namespace Unroll.Saving;

/// <summary>Files that are no models, told by how they begin: whoever gave the wrong one wants to know which he has.</summary>
internal static class ForeignFile
{
    /// <summary>So many bytes of a file are looked at.</summary>
    public const int Looked = 4096 + 8;

    private static readonly (byte[] Begin, string Says)[] s_kinds =
    [
        ("version https://git-lfs"u8.ToArray(), "is a pointer of Git LFS, not the model; 'git lfs pull' fetches the file."),
        ([0x93, .. "NUMPY"u8], "is a NumPy array (.npy)."),
        ([0x1F, 0x8B], "is packed with gzip; unpack it first."),
        ("%PDF"u8.ToArray(), "is a PDF."),
        ("SQLite format 3"u8.ToArray(), "is a database of SQLite; the store of a study, perhaps."),
        ([0x80, 0x02], "is a pickle of Python, a program that Unroll does not run; save the model as .keras or .h5."),
        ([0x80, 0x03], "is a pickle of Python, a program that Unroll does not run; save the model as .keras or .h5."),
        ([0x80, 0x04], "is a pickle of Python, a program that Unroll does not run; save the model as .keras or .h5."),
        ([0x80, 0x05], "is a pickle of Python, a program that Unroll does not run; save the model as .keras or .h5."),
    ];

    /// <summary>Refuses what is neither a ZIP archive nor HDF5.</summary>
    /// <param name="name">What errors call the file.</param>
    /// <param name="begin">Its first <see cref="Looked"/> bytes, fewer if it has no more.</param>
    /// <exception cref="InvalidDataException">It is something else; the message says what, as far as that is easily known.</exception>
    public static void Refuse(string name, ReadOnlySpan<byte> begin)
    {
        if (begin.StartsWith("PK"u8) || Hdf5File.IsOne(begin)) return;
        foreach ((byte[] start, string says) in s_kinds)
            if (begin.StartsWith(start)) throw Refusal(name, says);
        if (begin.Length > 8 && begin[4..].StartsWith("TFL3"u8)) throw Refusal(name, "is a model of TensorFlow Lite; Unroll reads what it was converted from.");
        if (name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) throw Refusal(name, "is named as a model of ONNX, which Unroll writes, but does not read.");
        if (begin.ContainsAnyInRange((byte)0, (byte)8)) throw Refusal(name, null);
        ReadOnlySpan<byte> text = begin.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? begin[3..] : begin;
        text = text.TrimStart(" \t\r\n"u8);
        throw Refusal(name, text.StartsWith("{"u8) ? "is JSON: a configuration alone goes to --architecture, in C# to the architecture of Model.Load, with a file of weights."
            : text.StartsWith("<"u8) ? "is HTML or XML, as servers send in place of a file that they don't give."
            : "is text.");
    }

    /// <summary>Refuses an archive that holds no model.</summary>
    /// <exception cref="InvalidDataException">Always.</exception>
    public static InvalidDataException NoModelIn(string name, IReadOnlyCollection<string> members) => Refusal(
        name,
        members.Count > 0 && members.All(member => member.EndsWith(".npy", StringComparison.Ordinal)) ? $"is an archive of NumPy arrays (.npz): {Some(members)}."
        : members.Any(member => member.EndsWith("/data.pkl", StringComparison.Ordinal)) ? "is a file of PyTorch, with a program inside that Unroll does not run."
        : $"is a ZIP archive without {ModelFile.ConfigMember}{(members.Count > 0 ? $", of {Some(members)}" : ", and empty")}.");

    private static string Some(IReadOnlyCollection<string> members) => string.Join(", ", members.Take(5)) + (members.Count > 5 ? ", …" : "");

    private static InvalidDataException Refusal(string name, string? says) =>
        new($"{name}: is no model: Unroll reads .keras and .h5 files{(says is null ? ", and this is neither." : $"; this {says}")}");
}
