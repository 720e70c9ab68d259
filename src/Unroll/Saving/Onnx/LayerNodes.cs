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
            RecurrentNodes.Add(scope, recurrent, input), recurrent.BaseOptions.ReturnSequences ? input.Mask : null),
        Bidirectional both => new OnnxFlow(
            AddBidirectional(scope, both, input), both.ForwardLayer.BaseOptions.ReturnSequences ? input.Mask : null),
        _ => throw scope.Refuse("there is no translation of this layer."),
    };

    private static OnnxFlow AddEmbedding(NodeScope scope, Embedding embedding, string ids)
    {
        EmbeddingOptions options = embedding.Options;
        string table = scope.Weights("embeddings", embedding.Parameters[0].ToArray(), options.InputDim, options.OutputDim);
        string output = scope.Node("Gather", [table, ids]);
        if (!options.MaskZero) return new OnnxFlow(output, null);
        NodeScope inner = scope.Inner("mask");
        return new OnnxFlow(output, new OnnxMask(inner, inner.Node("Not", [inner.Node("Equal", [ids, inner.Int32(0)])])));
    }

    private static string AddDense(NodeScope scope, Dense dense, string input)
    {
        string kernel = scope.Weights("kernel", dense.Parameters[0].ToArray(), dense.Parameters[0].Shape[0], dense.Parameters[0].Shape[1]);
        string output = scope.Node("MatMul", [input, kernel]);
        if (dense.Options.UseBias)
            output = scope.Node("Add", [output, scope.Weights("bias", dense.Parameters[1].ToArray(), dense.Options.Units)]);
        return ActivationNodes.Add(scope, dense.Options.Activation, output);
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
