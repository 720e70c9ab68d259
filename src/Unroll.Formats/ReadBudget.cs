using System.Globalization;

namespace Unroll.Formats;

/// <summary>
/// What the content of a file may take in memory: 64 MB and eight times the length of the file. An honest model takes less than four
/// times its length; a file that takes more lies about sizes, or refers to the same bytes over and over.
/// </summary>
/// <param name="fileLength">Bytes of the file.</param>
/// <param name="name">The file, as errors name it.</param>
internal sealed class ReadBudget(long fileLength, string name)
{
    /// <summary>What every file may take.</summary>
    public const long Base = 64L << 20;

    /// <summary>What each byte of a file may take.</summary>
    public const int Times = 8;

    private long _left = Base + Times * fileLength;

    /// <summary>What the file may take in all.</summary>
    public long Most { get; } = Base + Times * fileLength;

    /// <summary>To be asked before something is allocated. Several threads may ask.</summary>
    /// <param name="bytes">What it would take.</param>
    /// <param name="what">What it is.</param>
    /// <exception cref="InvalidDataException">The file would take more than it may.</exception>
    public void Take(long bytes, string what)
    {
        // A number that is refused is not subtracted: sizes in files are large enough to wrap around.
        if (bytes < 0 || bytes > Most || Interlocked.Add(ref _left, -bytes) < 0)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {what} would take {bytes:N0} bytes, more than is left of the {Most:N0} that a file of {fileLength:N0} bytes may take: {Base >> 20} MB and {Times} times its length."));
        }
    }
}
