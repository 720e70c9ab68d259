using Unroll.Saving;

namespace Unroll.Cli.Infrastructure;

/// <summary>Checks of where results are to go, made before work begins.</summary>
internal static class OutputPath
{
    /// <summary>Fails now if nothing can be written to <paramref name="path"/>, not after an hour of training.</summary>
    /// <exception cref="ArgumentException">There is no such directory, or it takes no file; the message names <paramref name="option"/>.</exception>
    public static void Require(string path, string option)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (Directory.Exists(path)) throw new ArgumentException($"{option} is '{path}', which is a directory; give a file name.");
        if (!Directory.Exists(directory)) throw new ArgumentException($"{option} is '{path}', but the directory {directory} does not exist.");
        try
        {
            AtomicFile.Try(path); // only writing tells whether one may
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{option} is '{path}', but no file can be written to the directory {directory}.", e);
        }
    }
}
