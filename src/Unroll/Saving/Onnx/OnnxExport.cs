using Unroll.Formats.Onnx;
using Unroll.Saving;
using Unroll.Saving.Onnx;

namespace Unroll;

/// <summary>Writes models for ONNX Runtime and whatever else reads ONNX.</summary>
public static class OnnxExport
{
    /// <summary>
    /// Writes the model, as <see cref="Model.Predict(Inputs, int, int, IReadOnlyList{Callback}, int?)"/> runs it, to an ONNX file (opset 17, IR version 8). Number of
    /// samples (<c>batch</c>) and length (<c>time</c>) stay open. Input: token ids, int32 <c>[batch, time]</c>, or features,
    /// float32 <c>[batch, time, features]</c> or <c>[batch, features]</c>; its name is the first layer's with <c>_input</c>.
    /// Output: float32, named after the last layer. Masks work as in Predict, wherever they are.
    /// </summary>
    /// <param name="model">A built model; whether and how it is compiled does not matter.</param>
    /// <param name="path">The file; it is replaced if it exists, and untouched if anything fails.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model has no layers, or its weights are not made yet.</exception>
    /// <exception cref="NotSupportedException">ONNX has no operator for a layer; the message names layer and reason. Or the weights are too large.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void ExportOnnx(this Model model, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Action<Stream> write = Prepare(model);
        AtomicFile.Write(path, write);
    }

    /// <summary>Writes the model to a stream; see <see cref="ExportOnnx(Model, string)"/>.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="stream">Stays open.</param>
    /// <exception cref="InvalidOperationException">The model has no layers, or its weights are not made yet.</exception>
    /// <exception cref="NotSupportedException">ONNX has no operator for a layer, or the weights are too large.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void ExportOnnx(this Model model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Prepare(model)(stream);
    }

    private static Action<Stream> Prepare(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxGraph graph = ModelGraph.Create(model);
        KeyValuePair<string, string>[] metadata = [new("unroll.fingerprint", model.Fingerprint())];
        return stream => graph.WriteTo(stream, "Unroll", Version, Describe(model), metadata);
    }

    private static string Version => typeof(OnnxExport).Assembly.GetName().Version!.ToString(3);

    private static string Describe(Model model) =>
        $"{model.Name}: {string.Join(", ", model.Layers.Select(layer => $"{layer.ClassName} '{layer.Name}'"))}; {model.ParameterCount:N0} weights.";
}
