using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Unroll.Formats.Hdf5;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>Writes models in the form of Keras 3. The bytes depend on the model alone.</summary>
internal static class ModelWriter
{
    /// <summary>The Keras whose files these are; later ones read them, too.</summary>
    private const string KerasVersion = "3.4.1";

    // ZIP can't express less, and a clock would make two files of the same model differ.
    private static readonly DateTimeOffset NoDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string UnrollVersion { get; } = typeof(Model).Assembly.GetName().Version!.ToString(3);

    public static void WriteArchive(Model model, Stream stream)
    {
        TrainingState? state = model.State;
        Dictionary<Parameter, float[]> folded = FoldedActivations.Of(model);
        JsonObject config = ModelConfig.Write(model, state is null ? null : CompileConfig.Write(state));
        if (folded.Count > 0) FoldedActivations.Rename(config["config"]);
        var metadata = new JsonObject
        {
            ["keras_version"] = KerasVersion,
            [ModelFile.OwnKey] = new JsonObject
            {
                ["version"] = UnrollVersion,
                ["seed"] = model.Seed,
                ["epochs"] = state?.Epochs ?? 0,
            },
        };
        if (state is { AreAveragesInPlace: true } && folded.Count == 0) metadata[ModelFile.OwnKey]![ModelFile.AveragesInPlaceKey] = true;
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        AddJson(archive, ModelFile.MetadataMember, metadata);
        AddJson(archive, ModelFile.ConfigMember, config);
        using (Stream weights = Open(archive, ModelFile.WeightsMember)) WriteWeights(model, weights, folded);
        foreach ((string member, string lines) in SavedVocabularies.Of(model.Layers))
        {
            using Stream vocabulary = Open(archive, member);
            vocabulary.Write(Encoding.UTF8.GetBytes(lines));
        }

        if (model.Text is { } text) AddJson(archive, SavedText.Member, SavedText.Write(text));
        if (model.ClassNames is { } names) AddJson(archive, SavedClasses.Member, SavedClasses.Write(names, model.LabelSeparator));
    }

    /// <param name="model">The model.</param>
    /// <param name="stream">Where it is written to.</param>
    /// <param name="folded">Weights that are written otherwise than they are; the optimizer's state, which belongs to them as they are, is left out then.</param>
    public static void WriteWeights(Model model, Stream stream, IReadOnlyDictionary<Parameter, float[]>? folded = null)
    {
        var root = new Hdf5Content();
        WeightsLayout.Write(root, model.Layers, folded);
        if (model.State is { } state && (folded is null || folded.Count == 0)) SavedOptimizer.Write(root.Group("optimizer/vars"), state);
        Hdf5Writer.Write(stream, root);
    }

    private static void AddJson(ZipArchive archive, string member, JsonObject json)
    {
        using Stream stream = Open(archive, member);
        using var writer = new System.Text.Json.Utf8JsonWriter(stream);
        json.WriteTo(writer);
    }

    /// <summary>Stored, as Keras does it: weights hardly shrink.</summary>
    private static Stream Open(ZipArchive archive, string member)
    {
        ZipArchiveEntry entry = archive.CreateEntry(member, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoDate;
        return entry.Open();
    }
}
