using Unroll.Configuration;

namespace Unroll.Saving;

/// <summary>The kinds of files that hold models.</summary>
public enum ModelFileFormat
{
    /// <summary>Keras 3: a <c>.keras</c> archive with configuration, weights and the optimizer's state.</summary>
    KerasArchive,

    /// <summary>Keras 2 and 3: a <c>.h5</c> file with configuration, weights and the optimizer's state.</summary>
    LegacyModel,

    /// <summary>Keras 3: a <c>.weights.h5</c> file.</summary>
    Weights,

    /// <summary>Keras 2: a <c>.h5</c> file with weights alone.</summary>
    LegacyWeights,
}

/// <summary>What a model file says about itself.</summary>
/// <param name="Format">Its kind.</param>
/// <param name="KerasVersion">The Keras that wrote it, or whose format Unroll followed; null if it does not say.</param>
/// <param name="UnrollVersion">The Unroll that wrote it; null if it was Keras.</param>
public sealed record ModelFileInfo(ModelFileFormat Format, string? KerasVersion, string? UnrollVersion)
{
    private const int MostLetters = 40; // of a version

    /// <summary>Whether Keras 2 wrote it, some of whose names mean other things than today.</summary>
    internal bool IsKeras2 => Format is ModelFileFormat.LegacyModel or ModelFileFormat.LegacyWeights
        ? KerasVersion is null || !KerasVersion.StartsWith('3')
        : KerasVersion?.StartsWith('2') ?? false;

    /// <summary>Whether Keras 1 wrote it, as far as it says.</summary>
    internal bool IsKeras1 => KerasVersion?.StartsWith("1.", StringComparison.Ordinal) ?? false;

    /// <summary>Reads what a file says about itself, without its weights.</summary>
    /// <exception cref="InvalidDataException">It is no model file, or damaged.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static ModelFileInfo Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ModelFile.Open(path).Info;
    }

    /// <summary>For example <c>written by Keras 3.15.0</c>.</summary>
    public override string ToString() =>
        UnrollVersion is not null ? $"written by Unroll {Printable.Line(UnrollVersion, MostLetters)}"
        : KerasVersion is not null ? $"written by Keras {Printable.Line(KerasVersion, MostLetters)}"
        : "written by an unknown version of Keras";
}
