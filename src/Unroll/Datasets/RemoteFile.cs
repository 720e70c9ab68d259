namespace Unroll.Datasets;

/// <summary>A file of a data set as Keras publishes it.</summary>
/// <param name="Name">File name.</param>
/// <param name="Address">Where it is downloaded from.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal.</param>
/// <param name="MaxBytes">A download longer than this is not the file.</param>
internal sealed record RemoteFile(string Name, Uri Address, string Sha256, long MaxBytes)
{
    private const string Bucket = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

    public static RemoteFile Imdb { get; } = new(
        "imdb.npz", new Uri(Bucket + "imdb.npz"), "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f", 64 << 20);

    /// <summary>Keras names the MD5 bfafd718b763782e994055a2d397834f; this is the SHA-256 of the same bytes.</summary>
    public static RemoteFile ImdbWordIndex { get; } = new(
        "imdb_word_index.json", new Uri(Bucket + "imdb_word_index.json"), "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6", 16 << 20);
}
