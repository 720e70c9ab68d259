using System.Text;

namespace Unroll.Saving;

/// <summary>Files that are there whole or not at all: written under a temporary name beside the target, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark; an existing file is replaced.</summary>
    public static void WriteAllText(string path, string text)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
