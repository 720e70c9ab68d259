using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>What flows from layer to layer: a tensor, and which of its time steps count (null: all).</summary>
internal readonly record struct OnnxFlow(string Value, OnnxMask? Mask);

/// <summary>Turns a model into a graph of ONNX operators, layer by layer.</summary>
internal static class ModelGraph
{
    private const string Batch = "batch", Time = "time";

    /// <summary>Files can't be larger than 2 GiB; this leaves room for everything but the weights.</summary>
    private const long MaxWeights = (int.MaxValue - (1 << 24)) / sizeof(float);

    /// <summary>The whole graph.</summary>
    /// <exception cref="InvalidOperationException">The model is empty or not built.</exception>
    /// <exception cref="NotSupportedException">A layer can't be expressed, or there are too many weights.</exception>
    public static OnnxGraph Create(Model model)
    {
        if (model.Layers.Count == 0) throw new InvalidOperationException("The model has no layers. Add some first.");
        if (model.Layers.FirstOrDefault(layer => layer.OutputShape is null) is { } unbuilt)
        {
            throw new InvalidOperationException(
                $"Layer '{unbuilt.Name}' ({unbuilt.ClassName}) has no weights yet. Call Build, Fit or Predict before exporting.");
        }

        if (model.ParameterCount > MaxWeights)
            throw new NotSupportedException($"The model has {model.ParameterCount:N0} weights; an ONNX file holds at most {MaxWeights:N0}.");

        var graph = new OnnxGraph(model.Name);
        OnnxFlow flow = new(AddInput(graph, model.Layers[0]), null);
        string output = flow.Value;
        var integers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Layer layer in model.Layers)
        {
            flow = LayerNodes.Add(new NodeScope(graph, integers, layer, layer.Name), layer, flow);
            if (flow.Value != output) flow = flow with { Value = graph.Rename(flow.Value, layer.Name) };
            else if (layer == model.Layers[^1]) flow = flow with { Value = graph.Node("Identity", layer.Name, [flow.Value]) };
            output = flow.Value;
        }

        Layer last = model.Layers[^1];
        graph.Output(output, Open(last.OutputShape!), $"Output of {last.ClassName} '{last.Name}'");
        return graph;
    }

    private static string AddInput(OnnxGraph graph, Layer first)
    {
        string name = $"{first.Name}_input";
        if (first is Embedding embedding)
        {
            return graph.Input(
                name, isFloat: false, [Batch, Time], $"Token ids, 0 to {embedding.InputDim - 1}{(embedding.MaskZero ? "; 0 is padding" : "")}");
        }

        return graph.Input(name, isFloat: true, Open(first.InputShape!), "Features");
    }

    /// <summary>The shape with batch and, where there are two dimensions more, time left open.</summary>
    private static OnnxDimension[] Open(IReadOnlyList<int?> shape) =>
        shape.Count == 2 ? [Batch, Time, shape[1]!.Value] : [Batch, shape[0]!.Value];
}
