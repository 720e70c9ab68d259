using System.Text;
using System.Text.Json.Nodes;
using Unroll.Formats;
using Unroll.Formats.Hdf5;
using Unroll.Formats.Zip;

namespace Unroll.Saving;

/// <summary>An opened model file: its kind follows from what it holds, not from its name.</summary>
/// <param name="Path">The file, as errors name it.</param>
/// <param name="Info">What it says about itself.</param>
/// <param name="Weights">The root of its HDF5 part; of a legacy model the group with the weights.</param>
/// <param name="Config">The configuration; null if it holds weights alone.</param>
/// <param name="Compile">What the model was compiled with; null if it was not.</param>
/// <param name="Own">What Unroll added; null in files of Keras.</param>
/// <param name="Optimizer">The optimizer's variables of a legacy model; null if there are none.</param>
/// <param name="Text">How texts become ids; null if the file does not say.</param>
/// <param name="Classes">What the classes are called; null if the file does not say.</param>
internal sealed record ModelFile(
    string Path, ModelFileInfo Info, Hdf5Group Weights, JsonObject? Config, JsonObject? Compile, JsonObject? Own, Hdf5Group? Optimizer,
    JsonObject? Text = null,
    JsonObject? Classes = null)
{
    /// <summary>The archive, for what single layers keep in it; null: the file is none.</summary>
    public BoundedZip? Archive { get; init; }

    public const string MetadataMember = "metadata.json", ConfigMember = "config.json", WeightsMember = "model.weights.h5";

    /// <summary>Key of what Unroll adds to the metadata.</summary>
    public const string OwnKey = "unroll";

    /// <summary>Key below that: the file was written while averages and weights had changed places, so that training must change them back.</summary>
    public const string AveragesInPlaceKey = "averages_in_place";

    private const int MaxMetadata = 1 << 20, MaxConfig = 16 << 20, MaxText = 64 << 20;
    private const int MaxRatio = 50; // weights hardly shrink; only zeros do

    public static ModelFile Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException(File.Exists(System.IO.Path.Combine(path, "saved_model.pb"))
                ? $"{path}: is a SavedModel of TensorFlow, which holds a program; load it with Keras and save it as .keras or .h5."
                : $"{path}: is a folder; a .keras or .h5 file was expected.");
        }

        Span<byte> start = stackalloc byte[ForeignFile.Looked];
        int length;
        using (FileStream stream = RegularFile.OpenRead(path)) length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ForeignFile.Refuse(path, start[..length]);
        bool isArchive = start.StartsWith("PK"u8);
        return Guard(path, () => isArchive ? OpenArchive(BoundedZip.Open(path)) : OpenHdf5(Hdf5File.Open(path), path));
    }

    /// <summary>The same weights with a configuration from a file of its own, as <c>model.to_json()</c> gives it.</summary>
    /// <exception cref="InvalidDataException">That file is no such JSON, or too large.</exception>
    public ModelFile WithArchitecture(string path)
    {
        byte[] bytes = RegularFile.ReadAllBytes(path, MaxConfig);
        JsonObject json = SafeJson.ParseObject(bytes, path, new ReadBudget(bytes.Length, path));
        return this with { Config = json, Info = Info with { KerasVersion = json.Text("keras_version") ?? Info.KerasVersion } };
    }

    /// <summary>A file in memory.</summary>
    public static ModelFile Parse(byte[] bytes, string name)
    {
        ForeignFile.Refuse(name, bytes.AsSpan(0, Math.Min(bytes.Length, ForeignFile.Looked)));
        return Guard(name, () => bytes.AsSpan().StartsWith("PK"u8)
            ? OpenArchive(BoundedZip.Parse(bytes, name))
            : OpenHdf5(Hdf5File.Parse(bytes, name), name));
    }

    /// <summary>The same file, with what goes wrong told together with who wrote it.</summary>
    /// <exception cref="InvalidDataException">The action failed in one of the ways that a file can cause.</exception>
    public T Use<T>(Func<ModelFile, T> action)
    {
        try
        {
            return action(this);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            string cause = Configuration.ErrorText.Of(e);
            string place = cause.StartsWith(Path, StringComparison.Ordinal) ? "" : $"{Path}: ";
            throw new InvalidDataException($"{place}{cause} (File {Info}.)", e);
        }
    }

    /// <summary>Texts with escapes that are no characters come to light when they are looked at.</summary>
    private static ModelFile Guard(string path, Func<ModelFile> open)
    {
        try
        {
            return open();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static ModelFile OpenArchive(BoundedZip zip)
    {
        if (!zip.Members.Contains(ConfigMember)) throw ForeignFile.NoModelIn(zip.Name, [.. zip.Members]);
        JsonObject metadata = zip.Members.Contains(MetadataMember)
            ? SafeJson.ParseObject(zip.Read(MetadataMember, MaxMetadata), $"{zip.Name}: {MetadataMember}", zip.Budget)
            : [];
        var own = metadata[OwnKey] as JsonObject;
        var info = new ModelFileInfo(ModelFileFormat.KerasArchive, metadata.Text("keras_version"), own?.Text("version"));
        if (!zip.Members.Contains(WeightsMember) && zip.Members.Contains("model.weights.npz"))
            throw new InvalidDataException($"{zip.Name}: weights in the form of NumPy are not supported; save with Keras' default, HDF5. (File {info}.)");
        JsonObject config = SafeJson.ParseObject(zip.Read(ConfigMember, MaxConfig), $"{zip.Name}: {ConfigMember}", zip.Budget);
        Hdf5Group weights = Hdf5File.Parse(zip.Read(WeightsMember, Array.MaxLength, MaxRatio), $"{zip.Name}: {WeightsMember}", zip.Budget);
        JsonObject? text = zip.Members.Contains(SavedText.Member)
            ? SafeJson.ParseObject(zip.Read(SavedText.Member, MaxText, MaxRatio), $"{zip.Name}: {SavedText.Member}", zip.Budget)
            : null;
        JsonObject? classes = zip.Members.Contains(SavedClasses.Member)
            ? SafeJson.ParseObject(zip.Read(SavedClasses.Member, MaxMetadata), $"{zip.Name}: {SavedClasses.Member}", zip.Budget)
            : null;
        return new ModelFile(zip.Name, info, weights, config, config["compile_config"] as JsonObject, own, null, text, classes) { Archive = zip };
    }

    private static ModelFile OpenHdf5(Hdf5Group root, string path)
    {
        string? version = root.Attribute("keras_version")?.ReadText();
        if (root.Attribute("model_config") is { } config)
        {
            Hdf5Group weights = root.Group("model_weights") ?? throw root.Bad("has a model_config, but no group model_weights");
            return new ModelFile(
                path, new ModelFileInfo(ModelFileFormat.LegacyModel, version ?? weights.Attribute("keras_version")?.ReadText(), null), weights,
                Parse(config), root.Attribute("training_config") is { } training ? Parse(training) : null, null,
                root.Group("optimizer_weights"));
        }

        bool isLegacy = LegacyWeights.HasLayerNames(root);
        if (!isLegacy && root.Group("layers") is null && root.Group(WeightsLayout.OldRoot) is null)
            throw root.Bad("is no model: it has neither a model_config nor layers");
        return new ModelFile(
            path, new ModelFileInfo(isLegacy ? ModelFileFormat.LegacyWeights : ModelFileFormat.Weights, version, null), root, null, null, null, null);

        JsonObject Parse(Hdf5Attribute attribute) =>
            SafeJson.ParseObject(Encoding.UTF8.GetBytes(attribute.ReadText()), $"{path}: {attribute.Name}", root.Budget);
    }
}
