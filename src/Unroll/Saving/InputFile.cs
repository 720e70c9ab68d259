using Unroll.Formats;

namespace Unroll.Saving;

/// <summary>Files of others for the projects above, which know no formats.</summary>
internal static class InputFile
{
    /// <inheritdoc cref="RegularFile.ReadAllBytes"/>
    public static byte[] ReadAllBytes(string path, long maxBytes) => RegularFile.ReadAllBytes(path, maxBytes);
}
