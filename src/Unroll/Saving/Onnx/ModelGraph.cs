using Unroll.Formats.Onnx;
using Unroll.Layers;
using Unroll.Plan;

namespace Unroll.Saving.Onnx;

/// <summary>What flows from layer to layer: a tensor, and which of its time steps count (null: all).</summary>
/// <param name="Value">The tensor.</param>
/// <param name="Mask">The steps that count.</param>
/// <param name="IsCondition">Whether the tensor holds booleans.</param>
internal readonly record struct OnnxFlow(string Value, OnnxMask? Mask, bool IsCondition = false);

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
        if (model.Layers.FirstOrDefault(layer => layer is not InputLayer && layer.OutputShape is null) is { } unbuilt)
        {
            throw new InvalidOperationException(
                $"Layer '{unbuilt.Name}' ({unbuilt.ClassName}) has no weights yet. Call Build, Fit or Predict before exporting.");
        }

        if (model.ParameterCount > MaxWeights)
            throw new NotSupportedException($"The model has {model.ParameterCount:N0} weights; an ONNX file holds at most {MaxWeights:N0}.");

        return new Builder(model).Create();
    }

    /// <summary>The graph while it is made.</summary>
    private sealed class Builder(Model model)
    {
        private readonly OnnxGraph _graph = new(model.Name);
        private readonly Dictionary<string, string> _integers = new(StringComparer.Ordinal);
        private readonly Dictionary<(Layer, string), string> _weights = [];
        private readonly HashSet<string> _given = new(StringComparer.Ordinal); // values that have their names already

        // A chain takes sequences of any length, whatever length it has seen; in other graphs sizes may have to agree.
        private readonly bool _opensTime = model is Sequential && !model.Layers.Any(layer => layer is Concatenate or Model || MovesTime(layer));

        /// <summary>Whether as many steps come out as go in is not for sure.</summary>
        private static bool MovesTime(Layer layer) =>
            layer is Flatten or Reshape or Permute or RepeatVector or ZeroPadding1D or Cropping1D or UpSampling1D or ConvolutionLayer or PoolingLayer or PReLU;

        public OnnxGraph Create()
        {
            Graph graph = GraphOf(model);
            OnnxFlow[] inputs = [.. graph.Inputs.Select(input => new OnnxFlow(AddInput(input), null))];
            foreach (OnnxFlow input in inputs) _given.Add(input.Value);
            OnnxFlow[] outputs = [.. Run(graph, inputs, "")];
            var put = new HashSet<string>();
            for (int i = 0; i < outputs.Length; i++)
            {
                Symbol symbol = graph.Outputs[i];
                string value = outputs[i].Value, name = graph.Outputs.Keys?[i] ?? symbol.Layer.Name;
                if (outputs[i].IsCondition) value = _graph.Node("Cast", name, [value], new OnnxAttribute("to", OnnxGraph.Float));
                else if (value != name || !put.Add(value)) value = _graph.Node("Identity", name, [value]);
                _graph.Output(value, Open(symbol.Shape, model is Sequential && !_opensTime ? "output_" : ""), $"Output of {symbol.Layer.ClassName} '{symbol.Layer.Name}'");
            }

            return _graph;
        }

        private static Graph GraphOf(Model model)
        {
            if (model.Graph is { } graph) return graph;
            ((Sequential)model).Build([.. model.Layers[0].InputShape!]);
            return model.Graph!;
        }

        private List<OnnxFlow> Run(Graph graph, OnnxFlow[] inputs, string prefix)
        {
            var flows = new Dictionary<Symbol, OnnxFlow>();
            for (int i = 0; i < graph.Inputs.Count; i++) flows.Add(graph.Inputs[i], inputs[i]);
            HashSet<Node>? needed = GraphPlan.Needed(graph);
            foreach (Node node in graph.Nodes)
            {
                if (node.Layer is InputLayer || needed?.Contains(node) == false) continue;
                OnnxFlow[] operands = [.. node.Operands.Select(operand => flows[operand])];
                string name = prefix + node.Layer.Name;
                IReadOnlyList<OnnxFlow> outputs = node.Layer is Model inner
                    ? Run(GraphOf(inner), operands, name + "/")
                    : LayerNodes.Add(new NodeScope(_graph, _integers, _weights, node.Layer, name), node.Layer, operands, node);
                for (int i = 0; i < outputs.Count; i++) flows.Add(node.Outputs[i], Named(outputs[i], i == 0 ? name : $"{name}/{i}"));
            }

            return [.. graph.Outputs.Select(output => flows[output])];
        }

        /// <summary>Values are called after the layer that puts them out; what only passes through keeps its name.</summary>
        private OnnxFlow Named(OnnxFlow flow, string name)
        {
            if (!_given.Contains(flow.Value)) flow = flow with { Value = _graph.Rename(flow.Value, name) };
            _given.Add(flow.Value);
            return flow;
        }

        private string AddInput(Symbol input)
        {
            string name = model is Sequential ? $"{model.Layers[0].Name}_input" : input.Layer.Name;
            bool isIds = input.IsIds;
            Embedding? reader = Readers(GraphOf(model), input).OfType<Embedding>().FirstOrDefault();
            string doc = !isIds ? "Features"
                : reader is null ? "Token ids"
                : $"Token ids, 0 to {reader.InputDim - 1}{(reader.MaskZero ? "; 0 is padding" : "")}";
            return _graph.Input(name, isFloat: !isIds, Open(input.Shape, model is Sequential ? "" : input.Layer.Name + "_"), doc);
        }

        private static IEnumerable<Layer> Readers(Graph graph, Symbol input) =>
            graph.Nodes.Where(node => node.Operands.Contains(input)).Select(node => node.Layer);

        /// <summary>The shape with the batch left open, and sizes that are not known.</summary>
        private OnnxDimension[] Open(IReadOnlyList<int?> shape, string prefix)
        {
            var dimensions = new OnnxDimension[shape.Count + 1];
            dimensions[0] = Batch;
            for (int d = 0; d < shape.Count; d++)
            {
                bool isTime = d == 0 && (shape.Count > 1 || IsSequenceOfIds(shape));
                dimensions[d + 1] = shape[d] is { } size && !(_opensTime && isTime) ? size : (OnnxDimension)(d == 0 ? prefix + Time : $"{prefix}{Time}_{d}");
            }

            return dimensions;
        }

        private bool IsSequenceOfIds(IReadOnlyList<int?> shape) => ReferenceEquals(shape, model.Graph!.Inputs[0].Shape) && model.Graph.Inputs[0].IsIds;
    }
}
