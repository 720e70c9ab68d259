using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Unroll.Saving;

/// <summary>
/// Files that are there whole or not at all, after a crash of the machine too: written under another name in the same folder,
/// brought to the disk, then renamed. Of several that write at the same time the last one wins. A link stays one, and what it
/// leads to is replaced; a file that exists keeps its permissions.
/// </summary>
internal static class AtomicFile
{
    private static readonly FileStreamOptions s_new = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };

    /// <summary>Writes UTF-8 without a byte order mark; an existing file is replaced.</summary>
    public static void WriteAllText(string path, string text) =>
        Write(path, stream => stream.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text)));

    /// <summary>Writes what <paramref name="write"/> puts into the stream; an existing file is replaced.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string target = TargetOf(path), folder = Path.GetDirectoryName(target)!, temporary = TemporaryIn(folder);
        try
        {
            using (var stream = new FileStream(temporary, s_new))
            {
                if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            FlushFolder(folder);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Tries whether <see cref="Write"/> could write there, and leaves nothing behind.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">How long it may become, as far as the system tells whether there is room for it.</param>
    /// <exception cref="IOException">It couldn't: there is no such folder, it takes no files, or has no room.</exception>
    /// <exception cref="UnauthorizedAccessException">It couldn't: the folder takes no files of this user.</exception>
    public static void Try(string path, long bytes = 0)
    {
        string temporary = TemporaryIn(Path.GetDirectoryName(TargetOf(path))!);
        try
        {
            new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = bytes }).Dispose();
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // A name that nobody can guess, and a file that must be new: links that lie in wait are not followed.
    private static string TemporaryIn(string folder) => Path.Combine(folder, $".unroll-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp");

    /// <summary>Where a path leads: to itself, or to where a link, or a chain of them, points.</summary>
    private static string TargetOf(string path)
    {
        string full = Path.GetFullPath(path);
        return new FileInfo(full) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : full;
    }

    /// <summary>Brings the new name to the disk. Where folders can't be opened, the system sees to it by itself.</summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        using var handle = new SafeFileHandle(Open(folder, flags: 0), ownsHandle: true);
        if (handle.IsInvalid) return; // a folder that may be written to, but not read
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException)
        {
            // Some file systems have no such call for folders.
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
