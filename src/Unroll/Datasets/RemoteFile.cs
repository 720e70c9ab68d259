using System.Security.Cryptography;

namespace Unroll.Datasets;

/// <summary>A file of a data set as Keras publishes it.</summary>
/// <param name="Name">File name.</param>
/// <param name="Address">Where it is downloaded from.</param>
/// <param name="Hash">SHA-256 of its bytes, or MD5 where Keras names only that; lower-case hexadecimal.</param>
/// <param name="MaxBytes">A download longer than this is not the file.</param>
internal sealed record RemoteFile(string Name, Uri Address, string Hash, long MaxBytes)
{
    /// <summary>
    /// SHA-256 of the sequences and labels (see <see cref="DatasetInfo"/>), which stays the same where the same arrays were packed anew;
    /// null if not known.
    /// </summary>
    public string? ContentHash { get; init; }

    private const string Bucket = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

    public static RemoteFile Imdb { get; } = new(
        "imdb.npz", new Uri(Bucket + "imdb.npz"), "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f", 64 << 20)
    {
        ContentHash = "02ccdd1fa85be25234d16c79108db36d7108595e86e58f1501db9035c1491332",
    };

    /// <summary>Keras names the MD5 bfafd718b763782e994055a2d397834f; this is the SHA-256 of the same bytes.</summary>
    public static RemoteFile ImdbWordIndex { get; } = new(
        "imdb_word_index.json", new Uri(Bucket + "imdb_word_index.json"), "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6", 16 << 20);

    public static RemoteFile Reuters { get; } = new(
        "reuters.npz", new Uri(Bucket + "reuters.npz"), "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916", 64 << 20);

    public static RemoteFile ReutersWordIndex { get; } = new(
        "reuters_word_index.json", new Uri(Bucket + "reuters_word_index.json"), "4d44cc38712099c9e383dc6e5f11a921", 16 << 20);

    /// <summary>Which sum <see cref="Hash"/> is.</summary>
    public HashAlgorithmName HashName => Hash.Length == 32 ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;
}
