namespace Unroll.Serving.Loading;

/// <summary>What tells that a file is another than it was.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written)
{
    /// <summary>The stamp of a file, of its target if it is a link; null: there is none at the moment.</summary>
    public static FileStamp? Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null) file = (FileInfo)(file.ResolveLinkTarget(returnFinalTarget: true) ?? file);
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
