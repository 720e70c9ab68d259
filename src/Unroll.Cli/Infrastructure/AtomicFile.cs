namespace Unroll.Cli.Infrastructure;

/// <summary>Files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the target, then renames.</summary>
    public static void WriteAllText(string path, string text)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Fails now if the directory of <paramref name="path"/> is missing, not after an hour of training.</summary>
    /// <exception cref="ArgumentException">There is no such directory; the message names <paramref name="option"/>.</exception>
    public static void RequireDirectory(string path, string option)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (Directory.Exists(path)) throw new ArgumentException($"{option} is '{path}', which is a directory; give a file name.");
        if (!Directory.Exists(directory)) throw new ArgumentException($"{option} is '{path}', but the directory {directory} does not exist.");
    }
}
