namespace Unroll.Datasets;

/// <summary>How far a download is.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="BytesReceived">Bytes received so far.</param>
/// <param name="TotalBytes">Size of the file, or null when the server does not say.</param>
/// <param name="SecondsLeft">Estimate of the time that is left, in seconds, or null while there is none.</param>
public readonly record struct DownloadProgress(string File, long BytesReceived, long? TotalBytes, double? SecondsLeft);
