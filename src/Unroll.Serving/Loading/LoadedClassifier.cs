using Unroll.Classification;

namespace Unroll.Serving.Loading;

/// <summary>A classifier as it was read from the file once.</summary>
/// <param name="Classifier">What answers.</param>
/// <param name="Fingerprint">Hash of its weights.</param>
/// <param name="LoadedAt">When.</param>
/// <param name="Stamp">What the file was like before it was read; if it is like that no more, it is read again.</param>
internal sealed record LoadedClassifier(TextClassifier Classifier, string Fingerprint, DateTimeOffset LoadedAt, FileStamp? Stamp)
{
    /// <summary>Reads a file and tries it once, so that the first request neither waits for the compiler nor finds out that the weights are no numbers.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds a model that does not classify texts.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static LoadedClassifier Load(string path, TimeProvider time)
    {
        FileStamp? stamp = FileStamp.Of(path);
        TextClassifier classifier = TextClassifier.Load(path);
        classifier.Model.Threads = 1; // requests run side by side
        try
        {
            _ = classifier.Predict("a first text");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        return new LoadedClassifier(classifier, classifier.Model.Fingerprint(), time.GetUtcNow(), stamp);
    }
}
