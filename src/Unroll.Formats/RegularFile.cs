namespace Unroll.Formats;

/// <summary>
/// Opens files that have an end. Devices and pipes are not opened at all: reading <c>/dev/zero</c> ends when memory does, and
/// opening a pipe waits for a writer. Systems give all of them the length 0.
/// </summary>
internal static class RegularFile
{
    /// <summary>The whole content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Largest length that is accepted.</param>
    /// <exception cref="InvalidDataException">It is empty, a device or a pipe, or too long.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes)
    {
        using FileStream stream = OpenRead(path);
        long length = stream.Length;
        if (length > Math.Min(maxBytes, Array.MaxLength))
            throw new InvalidDataException($"{path}: {length:N0} bytes are more than the {Math.Min(maxBytes, Array.MaxLength):N0} that are read of such a file.");
        var bytes = new byte[length];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read]; // somebody cuts it at this moment
    }

    /// <summary>Opens a file that is not empty.</summary>
    /// <exception cref="InvalidDataException">It is empty, a device or a pipe.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static FileStream OpenRead(string path)
    {
        RequireContent(path);
        FileStream stream = File.OpenRead(path);
        if (stream.CanSeek) return stream;
        stream.Dispose();
        throw Refusal(path);
    }

    /// <summary>Refuses what has no content that ends; what is not there at all is for others to say.</summary>
    /// <exception cref="InvalidDataException">It is empty, a device or a pipe.</exception>
    public static void RequireContent(string path)
    {
        if (File.Exists(path) && LengthOf(path) == 0) throw Refusal(path);
    }

    /// <summary>The length of a file, or of what a link leads to.</summary>
    public static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : file.Length;
    }

    private static InvalidDataException Refusal(string path) => new($"{path}: is empty, or a device or a pipe; a file was expected.");
}
