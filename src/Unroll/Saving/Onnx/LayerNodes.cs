using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>The operators of every layer that can be exported.</summary>
internal static class LayerNodes
{
    /// <summary>Adds the nodes of a layer as it works when it predicts.</summary>
    /// <exception cref="NotSupportedException">ONNX has nothing for the layer.</exception>
    public static OnnxFlow Add(NodeScope scope, Layer layer, OnnxFlow input) => layer switch
    {
        Embedding embedding => AddEmbedding(scope, embedding, input.Value),
        Dense dense => input with { Value = AddDense(scope, dense, input.Value) },
        RecurrentLayer recurrent => new OnnxFlow(
            RecurrentNodes.Add(scope, recurrent, input), recurrent.ReturnSequences ? input.Mask : null),
        Bidirectional both => new OnnxFlow(
            AddBidirectional(scope, both, input), both.ForwardLayer.ReturnSequences ? input.Mask : null),
        TimeDistributed { Layer: var dense } => input with { Value = AddDense(scope, dense, input.Value) },
        ActivationLayer { Activation: var activation } => input with { Value = ActivationNodes.Add(scope, activation, input.Value) },
        Dropout or SpatialDropout1D => input,
        Masking masking => AddMasking(scope, masking, input.Value),
        GlobalAveragePooling1D => new OnnxFlow(AddAverage(scope, input), null),
        GlobalMaxPooling1D => new OnnxFlow(
            scope.Node("ReduceMax", [input.Value], new OnnxAttribute("axes", [1L]), new OnnxAttribute("keepdims", 0)), null),
        _ => throw scope.Refuse("there is no translation of this layer."),
    };

    private static OnnxFlow AddEmbedding(NodeScope scope, Embedding embedding, string ids)
    {
        string table = scope.Weights("embeddings", embedding.Parameters[0].ToArray(), embedding.InputDim, embedding.OutputDim);
        string output = scope.Node("Gather", [table, ids]);
        if (!embedding.MaskZero) return new OnnxFlow(output, null);
        NodeScope inner = scope.Inner("mask");
        return new OnnxFlow(output, new OnnxMask(inner, inner.Node("Not", [inner.Node("Equal", [ids, inner.Int32(0)])])));
    }

    private static OnnxFlow AddMasking(NodeScope scope, Masking masking, string input)
    {
        NodeScope inner = scope.Inner("mask");
        string isOther = inner.Node("Not", [inner.Node("Equal", [input, inner.Float((float)masking.MaskValue)])]);
        string anyOther = inner.Node(
            "ReduceMax", [inner.Node("Cast", [isOther], new OnnxAttribute("to", OnnxGraph.Int32))], new OnnxAttribute("axes", [2L]),
            new OnnxAttribute("keepdims", 0));
        var mask = new OnnxMask(inner, inner.Node("Greater", [anyOther, inner.Int32(0)]));
        return new OnnxFlow(scope.Node("Where", [mask.ForFeatures, input, scope.Float(0f)]), mask);
    }

    private static string AddAverage(NodeScope scope, OnnxFlow input)
    {
        if (input.Mask is not { } mask)
            return scope.Node("ReduceMean", [input.Value], new OnnxAttribute("axes", [1L]), new OnnxAttribute("keepdims", 0));
        string used = scope.Node("Where", [mask.ForFeatures, input.Value, scope.Float(0f)]);
        string sum = scope.Node("ReduceSum", [used, scope.Integers(1)], new OnnxAttribute("keepdims", 0));
        string lengths = scope.Node("Cast", [mask.Lengths], new OnnxAttribute("to", OnnxGraph.Float));
        return scope.Node("Div", [sum, scope.Node("Unsqueeze", [lengths, scope.Integers(1)])]);
    }

    private static string AddDense(NodeScope scope, Dense dense, string input)
    {
        string kernel = scope.Weights("kernel", dense.Parameters[0].ToArray(), dense.Parameters[0].Shape[0], dense.Parameters[0].Shape[1]);
        string output = scope.Node("MatMul", [input, kernel]);
        if (dense.UseBias)
            output = scope.Node("Add", [output, scope.Weights("bias", dense.Parameters[1].ToArray(), dense.Units)]);
        return ActivationNodes.Add(scope, dense.Activation, output);
    }

    private static string AddBidirectional(NodeScope scope, Bidirectional both, OnnxFlow input)
    {
        string forward = RecurrentNodes.Add(scope.Inner(both.ForwardLayer.Name), both.ForwardLayer, input);
        string backward = RecurrentNodes.Add(scope.Inner(both.BackwardLayer.Name), both.BackwardLayer, input, flip: true);
        return both.MergeMode switch
        {
            MergeMode.Concat => scope.Node("Concat", [forward, backward], new OnnxAttribute("axis", -1)),
            MergeMode.Sum => scope.Node("Add", [forward, backward]),
            MergeMode.Mul => scope.Node("Mul", [forward, backward]),
            MergeMode.Ave => scope.Node("Mean", [forward, backward]),
            _ => throw scope.Refuse($"there is no translation of the merge mode {both.MergeMode}."),
        };
    }
}
