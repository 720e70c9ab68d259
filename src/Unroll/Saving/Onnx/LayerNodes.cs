using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>The operators of every layer that can be exported.</summary>
internal static class LayerNodes
{
    /// <summary>Adds the nodes of a call as the layer works when it predicts.</summary>
    /// <param name="scope">Where the nodes belong.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What goes in.</param>
    /// <param name="call">Shapes and roles of what goes in.</param>
    /// <exception cref="NotSupportedException">ONNX has nothing for the layer.</exception>
    public static IReadOnlyList<OnnxFlow> Add(NodeScope scope, Layer layer, IReadOnlyList<OnnxFlow> inputs, Node call) => layer switch
    {
        RecurrentLayer recurrent => AddRecurrent(scope, recurrent, inputs, call.Roles),
        Bidirectional both => AddBidirectional(scope, both, inputs, call.Roles),
        MergeLayer merge => [MergeNodes.Add(scope, merge, inputs, call)],
        Concatenate concatenate => [MergeNodes.Add(scope, concatenate, inputs, call)],
        Operation operation => [OperationNodes.Add(scope, operation, inputs, call)],
        Dot dot => [new OnnxFlow(RearrangementNodes.Add(scope, dot, inputs, call), null)],
        _ => [AddSimple(scope, layer, inputs[0], call.Operands[0].Shape)],
    };

    private static OnnxFlow AddSimple(NodeScope scope, Layer layer, OnnxFlow input, IReadOnlyList<int?> shape) => layer switch
    {
        Embedding embedding => AddEmbedding(scope, embedding, input.Value),
        Dense dense => input with { Value = AddDense(scope, dense, input.Value) },
        TimeDistributed { Layer: Dense dense } => input with { Value = AddDense(scope, dense, input.Value) },
        EinsumDense einsum => new OnnxFlow(AddEinsum(scope, einsum, input.Value), null),
        ActivationLayer { Activation: var activation } => input with { Value = ActivationNodes.Add(scope, activation, input.Value) },
        Dropout or SpatialDropout1D or GaussianNoise or GaussianDropout or AlphaDropout or ActivityRegularization or Identity => input,
        Masking masking => AddMasking(scope, masking, input.Value),
        GlobalAveragePooling1D => new OnnxFlow(AddAverage(scope, input), null),
        GlobalMaxPooling1D => new OnnxFlow(
            scope.Node("ReduceMax", [input.Value], new OnnxAttribute("axes", [1L]), new OnnxAttribute("keepdims", 0)), null),
        Flatten => new OnnxFlow(scope.Node("Flatten", [input.Value], new OnnxAttribute("axis", 1)), null),
        _ => new OnnxFlow(AddValue(scope, layer, input, shape), layer.HandsOnMask(0) ? input.Mask : null),
    };

    /// <summary>Layers whose masks end there or go on unchanged.</summary>
    private static string AddValue(NodeScope scope, Layer layer, OnnxFlow input, IReadOnlyList<int?> shape) => layer switch
    {
        Conv1D convolution => ConvolutionNodes.Add(scope, convolution, input.Value),
        DepthwiseConv1D convolution => ConvolutionNodes.Add(scope, convolution, input.Value),
        SeparableConv1D convolution => ConvolutionNodes.Add(scope, convolution, input.Value),
        Conv1DTranspose convolution => ConvolutionNodes.Add(scope, convolution, input.Value),
        PoolingLayer pooling => ConvolutionNodes.Add(scope, pooling, input.Value),
        Reshape reshape => RearrangementNodes.Add(scope, reshape, input.Value),
        Permute permute => RearrangementNodes.Add(scope, permute, input.Value),
        RepeatVector repeat => RearrangementNodes.Add(scope, repeat, input.Value),
        ZeroPadding1D padding => RearrangementNodes.Add(scope, padding, input.Value),
        Cropping1D cropping => RearrangementNodes.Add(scope, cropping, input.Value),
        UpSampling1D sampling => RearrangementNodes.Add(scope, sampling, input.Value, shape),
        ReLU or LeakyReLU or ELU or PReLU => ActivationNodes.Add(scope, layer, input.Value),
        Softmax when input.Mask is not null => throw scope.Refuse("a mask of sequences can't be stretched over features."),
        Softmax softmax => ActivationNodes.Add(scope, softmax, input.Value, shape.Count),
        _ when NormalizationNodes.Has(layer) => NormalizationNodes.Add(scope, layer, input.Value, shape),
        _ => throw scope.Refuse("there is no translation of this layer."),
    };

    private static OnnxFlow[] AddRecurrent(NodeScope scope, RecurrentLayer layer, IReadOnlyList<OnnxFlow> inputs, IReadOnlyList<string?> roles)
    {
        (OnnxFlow used, OnnxMask? passed, string[] states) = RecurrentArguments(scope, inputs, roles);
        IReadOnlyList<string> outputs = RecurrentNodes.Add(scope, layer, used, states);
        return [new OnnxFlow(outputs[0], layer.ReturnSequences ? passed : null), .. outputs.Skip(1).Select(state => new OnnxFlow(state, null))];
    }

    /// <summary>As in Keras a call with initial states uses a mask only if one is given; the output carries it nevertheless.</summary>
    private static (OnnxFlow Used, OnnxMask? Passed, string[] States) RecurrentArguments(NodeScope scope, IReadOnlyList<OnnxFlow> inputs, IReadOnlyList<string?> roles)
    {
        string[] states = [.. inputs.Where((_, i) => roles[i] == RecurrentLayer.StateRole).Select(state => state.Value)];
        if (CallInputs.IndexOf(roles, RecurrentLayer.MaskRole) is { } at)
        {
            NodeScope inner = scope.Inner("mask");
            var given = new OnnxMask(inner, OperationNodes.AsCondition(inner, inputs[at]));
            return (inputs[0] with { Mask = given }, given, states);
        }

        return (states.Length > 0 ? inputs[0] with { Mask = null } : inputs[0], inputs[0].Mask, states);
    }

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

    private static string AddEinsum(NodeScope scope, EinsumDense einsum, string input)
    {
        string output = scope.Node("Einsum", [input, Weights("kernel", einsum.Parameters[0])], new OnnxAttribute("equation", einsum.Equation));
        if (einsum.UseBias) output = scope.Node("Add", [output, Weights("bias", einsum.Parameters[1])]);
        return ActivationNodes.Add(scope, einsum.Activation, output);

        string Weights(string name, Parameter parameter) => scope.Weights(name, parameter.ToArray(), [.. parameter.Sizes.Select(size => (long)size)]);
    }

    private static OnnxFlow[] AddBidirectional(NodeScope scope, Bidirectional both, IReadOnlyList<OnnxFlow> inputs, IReadOnlyList<string?> roles)
    {
        if (both is not { ForwardLayer: RecurrentLayer first, BackwardLayer: RecurrentLayer second })
            throw scope.Refuse("there is no translation of the layers inside.");
        (OnnxFlow used, OnnxMask? passed, string[] states) = RecurrentArguments(scope, inputs, roles);
        int half = states.Length > 0 ? first.StateCount : 0;
        IReadOnlyList<string> forward = RecurrentNodes.Add(scope.Inner(first.Name), first, used, states[..half]);
        IReadOnlyList<string> backward = RecurrentNodes.Add(scope.Inner(second.Name), second, used, states[half..], flip: true);
        string[] merged = both.MergeMode switch
        {
            MergeMode.Concat => [scope.Node("Concat", [forward[0], backward[0]], new OnnxAttribute("axis", -1))],
            MergeMode.Sum => [scope.Node("Add", [forward[0], backward[0]])],
            MergeMode.Mul => [scope.Node("Mul", [forward[0], backward[0]])],
            MergeMode.Ave => [scope.Node("Mean", [forward[0], backward[0]])],
            _ => [forward[0], backward[0]],
        };
        OnnxMask? mask = first.ReturnSequences ? passed : null;
        return [.. merged.Select(value => new OnnxFlow(value, mask)), .. forward.Skip(1).Concat(backward.Skip(1)).Select(state => new OnnxFlow(state, null))];
    }
}
