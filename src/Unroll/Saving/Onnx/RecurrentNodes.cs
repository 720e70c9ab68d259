using Unroll.Activations;
using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>
/// SimpleRNN, LSTM and GRU as ONNX's RNN, LSTM and GRU. Those read <c>[T, B, F]</c>, keep their weights transposed with a
/// leading dimension for the direction, and have two biases.
/// </summary>
internal static class RecurrentNodes
{
    /// <summary>Adds the nodes.</summary>
    /// <param name="scope">Where the nodes belong.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Its input <c>[B, T, F]</c>, and which steps of it the layer uses.</param>
    /// <param name="states">States to begin with, <c>[B, U]</c> each; none: zeros.</param>
    /// <param name="flip">True: steps against the order of reading.</param>
    /// <returns>
    /// The layer's output <c>[B, U]</c> or <c>[B, T, U]</c>, steps in the order of reading; behind it the states if the layer
    /// puts them out.
    /// </returns>
    public static IReadOnlyList<string> Add(NodeScope scope, RecurrentLayer layer, OnnxFlow input, IReadOnlyList<string> states, bool flip = false)
    {
        if (layer.Stateful) throw scope.Refuse("it remembers states from call to call, which a file can't; make it with stateful=false, and pass initial states if need be.");
        (string x, OnnxMask? mask) = (input.Value, input.Mask);
        bool reverse = layer.GoBackwards && mask is null;
        if (mask is not null)
        {
            // Runtimes differ in what reverse means for sequences of different lengths: flipped sequences are read forward.
            if (layer.GoBackwards) (x, mask) = (scope.Flip(x, 1), mask.Flipped);
            x = scope.Node("GatherND", [x, mask.Order], new OnnxAttribute("batch_dims", 1));
        }

        x = scope.Node("Transpose", [x], new OnnxAttribute("perm", [1L, 0, 2]));
        string[] inputs = [x, .. Weights(scope, layer), mask?.Lengths ?? "", .. states.Select(state => scope.Node("Unsqueeze", [state, scope.Integers(0)]))];
        int used = Array.FindLastIndex(inputs, name => name.Length > 0) + 1;
        OnnxAttribute[] attributes = [.. Attributes(scope, layer, reverse)];
        if (!layer.ReturnState)
        {
            string only = scope.Node(Operator(layer), inputs[..used], unused: layer.ReturnSequences ? [] : [""], attributes);
            return [layer.ReturnSequences ? Sequence(scope, layer, only, mask, reverse, flip) : Last(scope, layer, only, mask)];
        }

        string[] all = scope.NodeOf(Operator(layer), inputs[..used], layer is LSTM ? ["Y", "Y_h", "Y_c"] : ["Y", "Y_h"], attributes);
        string output = layer.ReturnSequences ? Sequence(scope, layer, all[0], mask, reverse, flip) : Last(scope, layer, all[1], mask);
        return [output, .. all.Skip(1).Select((state, i) => State(scope, state, mask, i < states.Count ? states[i] : null))];
    }

    private static string Sequence(NodeScope scope, RecurrentLayer layer, string output, OnnxMask? mask, bool reverse, bool flip)
    {
        output = scope.Node("Squeeze", [output, scope.Integers(1)]);
        if (mask is null && flip != reverse) output = scope.Flip(output, 0); // ONNX puts reverse outputs in the order of time
        output = scope.Node("Transpose", [output], new OnnxAttribute("perm", [1L, 0, 2]));
        if (mask is null) return output;
        output = PutBack(scope, output, mask, layer.ZeroOutputForMask);
        return flip ? scope.Flip(output, 1) : output;
    }

    private static string Last(NodeScope scope, RecurrentLayer layer, string output, OnnxMask? mask)
    {
        output = scope.Node("Squeeze", [output, scope.Integers(0)]);
        return mask is null ? output : scope.Node("Where", [layer.ZeroOutputForMask ? mask.LastStep : mask.AnyStep, output, scope.Float(0f)]);
    }

    /// <summary>A state after the last step: where no step counts, that of the beginning.</summary>
    private static string State(NodeScope scope, string state, OnnxMask? mask, string? initial)
    {
        state = scope.Node("Squeeze", [state, scope.Integers(0)]);
        return mask is null ? state : scope.Node("Where", [mask.AnyStep, state, initial ?? scope.Float(0f)]);
    }

    /// <summary>Outputs of the steps that count, which are in front, at the places of those steps.</summary>
    private static string PutBack(NodeScope scope, string output, OnnxMask mask, bool zeroForMask)
    {
        // A step behind the mask has the output of the last step before it that counts: zeros if there is none.
        string fromZero = scope.Node("Pad", [output, scope.Integers(0, 1, 0, 0, 0, 0)]);
        output = scope.Node("GatherND", [fromZero, mask.StepsSoFar], new OnnxAttribute("batch_dims", 1));
        return zeroForMask ? scope.Node("Where", [mask.ForFeatures, output, scope.Float(0f)]) : output;
    }

    private static string Operator(RecurrentLayer layer) => layer is SimpleRNN ? "RNN" : layer.ClassName;

    private static IEnumerable<OnnxAttribute> Attributes(NodeScope scope, RecurrentLayer layer, bool reverse)
    {
        Activation activation = layer.Activation;
        Activation[] activations = layer switch
        {
            LSTM lstm => [lstm.RecurrentActivation, activation, activation],
            GRU gru => [gru.RecurrentActivation, activation],
            _ => [activation],
        };
        yield return new OnnxAttribute("hidden_size", layer.Units);
        if (reverse) yield return new OnnxAttribute("direction", "reverse");
        if (layer is GRU { ResetAfter: true }) yield return new OnnxAttribute("linear_before_reset", 1);
        foreach (OnnxAttribute attribute in ActivationNodes.Attributes(scope, activations)) yield return attribute;
    }

    /// <summary>W <c>[1, G·U, F]</c>, R <c>[1, G·U, U]</c> and B <c>[1, 2·G·U]</c> (an empty name without biases), gates in ONNX's order.</summary>
    private static string[] Weights(NodeScope scope, RecurrentLayer layer)
    {
        int[] gates = layer switch
        {
            LSTM => [0, 3, 1, 2], // Keras: i f c o; ONNX: i o f c
            GRU => [0, 1, 2], // z r h in both
            _ => [0],
        };
        int units = layer.Units, rows = gates.Length * units;
        return [Turned("W", layer.Parameters[0]), Turned("R", layer.Parameters[1]), layer.UseBias ? Biases() : ""];

        string Turned(string name, Parameter kernel)
        {
            float[] source = kernel.ToArray();
            int depth = kernel.Shape[0];
            var target = new float[source.Length];
            for (int row = 0; row < rows; row++)
            {
                int column = (gates[row / units] * units) + (row % units);
                for (int i = 0; i < depth; i++) target[(row * depth) + i] = source[(i * rows) + column];
            }

            return scope.Weights(name, target, 1, rows, depth);
        }

        string Biases()
        {
            float[] source = layer.Parameters[2].ToArray(); // GRU with reset_after has two rows, everything else one
            var target = new float[2 * rows];
            for (int i = 0; i < source.Length; i++)
            {
                int position = i % rows;
                target[i - position + (Array.IndexOf(gates, position / units) * units) + (position % units)] = source[i];
            }

            return scope.Weights("B", target, 1, 2 * rows);
        }
    }
}
