using Unroll.Saving;

namespace Unroll;

/// <summary>Files of models: <c>model.Save("m.keras")</c>, <c>Model.Load("m.keras")</c>, and weights alone.</summary>
public static class ModelSaving
{
    /// <summary>
    /// Writes a <c>.keras</c> file that Keras 3 and <c>Model.Load</c> read: layers, weights, and if the model is compiled
    /// optimizer, loss, metrics and the optimizer's state. Training goes on from it with the same bits as if it had not
    /// been interrupted. The file is there whole or not at all; one that exists is replaced.
    /// </summary>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="path">A path that ends in <c>.keras</c>.</param>
    /// <exception cref="ArgumentException">The path ends otherwise.</exception>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Save(this Model model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireSuffix(path, ".keras", "Save");
        RequireWeights(model, "Save");
        AtomicFile.Write(path, stream => ModelWriter.WriteArchive(model, stream));
    }

    extension(Model)
    {
        /// <summary>
        /// Makes a model from a <c>.keras</c> file of Keras 3 or Unroll, or from a <c>.h5</c> file of Keras 2 or 3.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="compile">False: the model comes without optimizer, loss and metrics.</param>
        /// <param name="architecture">For files that hold weights alone: the JSON file with the model's configuration, <c>model.to_json()</c>.</param>
        /// <exception cref="InvalidDataException">The file is damaged, or holds something that Unroll does not have; the message names it.</exception>
        /// <exception cref="IOException">The file can't be read.</exception>
        public static Model Load(string path, bool compile = true, string? architecture = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            ModelFile file = ModelFile.Open(path);
            return ModelReader.Load(architecture is null ? file : file.WithArchitecture(architecture), compile);
        }
    }

    /// <summary>
    /// Writes a <c>.weights.h5</c> file that Keras 3 and <see cref="LoadWeights"/> read: the weights and, if the model is
    /// compiled, the optimizer's state. The file is there whole or not at all; one that exists is replaced.
    /// </summary>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="path">A path that ends in <c>.weights.h5</c>.</param>
    /// <exception cref="ArgumentException">The path ends otherwise.</exception>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void SaveWeights(this Model model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireSuffix(path, ".weights.h5", "SaveWeights");
        RequireWeights(model, "SaveWeights");
        AtomicFile.Write(path, stream => ModelWriter.WriteWeights(model, stream));
    }

    /// <summary>
    /// Replaces all weights by those of a <c>.weights.h5</c>, <c>.keras</c> or <c>.h5</c> file. If the model is compiled
    /// and the file holds the state of an optimizer of the same form, that is taken over, too; <see cref="Model.LoadNotices"/> says
    /// what was left out. If the weights do not fit, nothing changes.
    /// </summary>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="path">The file.</param>
    /// <param name="skipMismatch">True: layers whose weights the file does not have in their shape keep their own; <see cref="Model.LoadNotices"/> names them. The optimizer's state is left out.</param>
    /// <param name="byName">True, for <c>.h5</c> files: layers take the weights of the layer of their name, others keep their own. The optimizer's state is left out.</param>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or its weights are not those of this model.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static void LoadWeights(this Model model, string path, bool skipMismatch = false, bool byName = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        RequireWeights(model, "LoadWeights");
        model.ClearLoadNotices();
        ModelReader.LoadWeights(ModelFile.Open(path), model, skipMismatch, byName);
    }

    private static void RequireSuffix(string path, string suffix, string method)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"{method} writes files that end in {suffix}, but the path is '{path}'.", nameof(path));
    }

    internal static void RequireWeights(Model model, string method)
    {
        if (model.Layers.Count == 0 || model.Layers.Any(layer => !layer.IsBuilt))
            throw new InvalidOperationException($"{method}: the model has no weights yet. Call Build with the shape of a sample, or Fit, first.");
    }
}
