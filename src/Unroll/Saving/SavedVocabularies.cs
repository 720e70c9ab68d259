using System.Text;
using Unroll.Formats.Hdf5;
using Unroll.Layers;
using Unroll.Models;

namespace Unroll.Saving;

/// <summary>
/// Vocabularies that layers learned, as Keras keeps them: a text file of an entry per line among an archive's assets, at the
/// layer's place among the weights; how rare the tokens are lies with the weights. TextVectorization has both twice.
/// </summary>
internal static class SavedVocabularies
{
    private const int MaxBytes = 64 << 20, MaxRatio = 50; // words shrink, but not to nothing
    private const int LineBytes = 150; // of memory for a word, and its place in the layer's tables

    /// <summary>Members of an archive and what they hold.</summary>
    /// <exception cref="InvalidOperationException">A vocabulary can't be written as lines.</exception>
    public static IEnumerable<(string Member, string Lines)> Of(IReadOnlyList<Layer> layers)
    {
        foreach ((string place, IVocabularyLayer layer) in Places(layers))
        {
            if (layer.VocabularyLines() is not { } lines) continue;
            foreach (string path in layer.VocabularyPaths) yield return ($"assets/{place}/{path}", lines);
        }
    }

    /// <summary>Paths in a file of weights, and how rare the tokens of a layer are.</summary>
    public static IEnumerable<(string Path, float[] Weights)> IdfOf(IReadOnlyList<Layer> layers)
    {
        foreach ((string place, IVocabularyLayer layer) in Places(layers))
        {
            if (layer.Idf is not { } weights) continue;
            foreach (string path in layer.IdfPaths) yield return ($"{place}/{path}", weights);
        }
    }

    /// <summary>Gives a model's layers the vocabularies that an archive holds.</summary>
    /// <exception cref="InvalidDataException">A vocabulary is damaged, or does not fit its layer.</exception>
    public static void Read(ModelFile file, Model model)
    {
        if (file.Archive is not { } archive) return;
        foreach ((string place, IVocabularyLayer layer) in Places(model.Layers))
        {
            string? member = layer.VocabularyPaths.Reverse().Select(path => $"assets/{place}/{path}").FirstOrDefault(archive.Members.Contains);
            if (member is null) continue;
            float[]? idf = null;
            foreach (string path in layer.IdfPaths)
                if (file.Weights.Find($"{place}/{path}") is Hdf5Dataset dataset) idf = dataset.ReadSingles();
            try
            {
                byte[] text = archive.Read(member, MaxBytes, MaxRatio);
                archive.Budget.Take(4L * text.Length + (long)LineBytes * text.AsSpan().Count((byte)'\n'), $"the vocabulary {member}");
                layer.Restore(Lines(Encoding.UTF8.GetString(text)), idf);
            }
            catch (ArgumentException e)
            {
                throw new InvalidDataException($"{file.Path}: {member}: {Configuration.ErrorText.Of(e)}", e);
            }
        }
    }

    /// <summary>Lines as Python's splitlines finds them, since Keras reads by it: an end of a line closes one and begins none.</summary>
    private static string[] Lines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split(['\n', '\v', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029']);
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>All layers with a vocabulary, those of models inside of the model too, and their places.</summary>
    private static IEnumerable<(string Place, IVocabularyLayer Layer)> Places(IReadOnlyList<Layer> layers)
    {
        foreach ((string group, Layer layer) in WeightPlaces.Groups(layers))
        {
            string place = $"{WeightPlaces.Root}/{group}";
            if (layer is IVocabularyLayer known) yield return (place, known);
            if (layer is not Model model) continue;
            foreach ((string inner, IVocabularyLayer below) in Places(model.Layers)) yield return ($"{place}/{inner}", below);
        }
    }
}
