using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Formats;
using Unroll.Saving;

namespace Unroll;

/// <summary>What a model is made of, without its weights: as JSON, as a copy, as a drawing.</summary>
public static class ModelStructure
{
    private const long MostWeights = 1L << 29; // of JSON alone, which holds no weights that would vouch for its sizes: 2 GB

    /// <summary>
    /// The model's layers, their arguments and connections, and what it was compiled with, as Keras 3's <c>model.to_json()</c>
    /// writes them; no weights.
    /// </summary>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="indented">True for people to read.</param>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    public static string ToJson(this Model model, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelSaving.RequireWeights(model, "ToJson");
        JsonObject json = ModelConfig.Write(model, model.State is { } state ? CompileConfig.Write(state) : null);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented, NewLine = "\n" })) json.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    extension(Model)
    {
        /// <summary>Makes a model with weights of its own from what <see cref="ToJson"/> or Keras' <c>to_json</c> wrote.</summary>
        /// <param name="json">The text.</param>
        /// <param name="seed">Key of everything random.</param>
        /// <param name="compile">False: the model comes without optimizer, loss and metrics.</param>
        /// <exception cref="InvalidDataException">The text is no such JSON, or holds something that Unroll does not have.</exception>
        public static Model FromJson(string json, int seed = 0, bool compile = true)
        {
            ArgumentNullException.ThrowIfNull(json);
            JsonObject config = SafeJson.ParseObject(Encoding.UTF8.GetBytes(json), "JSON", new ReadBudget(json.Length, "JSON"));
            bool isKeras2 = config.Text("keras_version")?.StartsWith("2.", StringComparison.Ordinal) == true;
            try
            {
                Model model = new ModelConfig(isKeras2, new WeightBudget(MostWeights)).Read(config, seed, "JSON");
                if (compile && config["compile_config"] is JsonObject { Count: > 0 } compiled) CompileConfig.Apply(compiled, model, "JSON: compile_config");
                return model;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException)
            {
                throw new InvalidDataException($"JSON: {Configuration.ErrorText.Of(e)}", e);
            }
        }
    }

    /// <summary>
    /// A model of the same layers with weights of its own, as <c>keras.models.clone_model</c> makes it: not compiled, not
    /// trained. <c>copy.SetWeights(model.GetWeights())</c> gives it the same weights.
    /// </summary>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="seed">Key of everything random; null: that of the model, whose first weights the copy gets then.</param>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    /// <exception cref="ArgumentException">A layer of your own is not registered, so that nobody knows how to make another.</exception>
    public static T Clone<T>(this T model, int? seed = null) where T : Model
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelSaving.RequireWeights(model, "Clone");
        Model copy;
        try
        {
            copy = new ModelConfig(isKeras2: false, new WeightBudget(long.MaxValue)).Read(ModelConfig.Write(model, compileConfig: null), seed ?? model.Seed, model.Name);
        }
        catch (InvalidDataException e)
        {
            throw new ArgumentException($"The model can't be copied: {e.Message}", nameof(model), e);
        }

        copy.Threads = model.Threads;
        copy.Text = model.Text;
        return (T)copy;
    }

    /// <summary>Writes <see cref="Model.ToSvg"/> into a file: Keras' <c>plot_model</c>. Browsers show it, and print it as PNG or PDF.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">A path that ends in <c>.svg</c>.</param>
    /// <param name="showShapes">Whether shapes are told.</param>
    /// <exception cref="ArgumentException">The path ends otherwise.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void SavePlot(this Model model, string path, bool showShapes = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"SavePlot writes files that end in .svg, but the path is '{path}'. A browser shows an SVG and saves it as PNG or PDF.", nameof(path));
        AtomicFile.WriteAllText(path, model.ToSvg(showShapes));
    }
}
