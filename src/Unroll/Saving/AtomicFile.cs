using System.Text;

namespace Unroll.Saving;

/// <summary>Files that are there whole or not at all: written under a temporary name beside the target, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark; an existing file is replaced.</summary>
    public static void WriteAllText(string path, string text) =>
        Write(path, stream => stream.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text)));

    /// <summary>Writes what <paramref name="write"/> puts into the stream; an existing file is replaced.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
