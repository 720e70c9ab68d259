using Unroll.Formats.Onnx;

namespace Unroll.Saving.Onnx;

/// <summary>
/// Which time steps count, booleans <c>[B, T]</c>, and what recurrent layers derive from that, each made once. ONNX's
/// recurrent operators know lengths, not masks: the steps that count are moved to the front, and the results are put
/// back where they belong. That is right for padding on either side and for holes.
/// </summary>
/// <param name="scope">Where the mask's nodes belong.</param>
/// <param name="mask">The booleans.</param>
internal sealed class OnnxMask(NodeScope scope, string mask)
{
    private string? _count, _steps, _lengths, _anyStep, _lastStep, _forFeatures, _order, _stepsSoFar;
    private OnnxMask? _flipped;

    /// <summary>The booleans, <c>[B, T]</c>.</summary>
    public string Value => mask;

    /// <summary>The mask of the sequences read from their ends.</summary>
    public OnnxMask Flipped => _flipped ??= new OnnxMask(scope.Inner("flipped"), scope.Flip(mask, 1)) { _count = Count, _flipped = this };

    /// <summary>Steps that count, int32 <c>[B]</c>, for the operators' sequence_lens; 1 where there are none: not all runtimes take 0.</summary>
    public string Lengths => _lengths ??= scope.Node("Max", [Count, scope.Int32(1)]);

    /// <summary>Whether any step counts, booleans <c>[B, 1]</c>.</summary>
    public string AnyStep => _anyStep ??= scope.Node("Unsqueeze", [scope.Node("Greater", [Count, scope.Int32(0)]), scope.Integers(1)]);

    /// <summary>Whether the last step counts, booleans <c>[B, 1]</c>.</summary>
    public string LastStep => _lastStep ??= scope.Node("Gather", [mask, scope.Integers(-1)], new OnnxAttribute("axis", 1));

    /// <summary>The booleans beside features, <c>[B, T, 1]</c>.</summary>
    public string ForFeatures => _forFeatures ??= scope.Node("Unsqueeze", [mask, scope.Integers(2)]);

    /// <summary>Indices into time, int64 <c>[B, T, 1]</c>: first those of the steps that count, then the others, each in order.</summary>
    public string Order => _order ??= CreateOrder();

    /// <summary>How many steps count up to and with each, int64 <c>[B, T, 1]</c>.</summary>
    public string StepsSoFar => _stepsSoFar ??= scope.Node(
        "Unsqueeze", [scope.Node("CumSum", [Steps, scope.Integer(1)]), scope.Integers(2)]);

    /// <summary>The mask as int64, 1 or 0, <c>[B, T]</c>.</summary>
    private string Steps => _steps ??= scope.Node("Cast", [mask], new OnnxAttribute("to", OnnxGraph.Int64));

    private string Count => _count ??= scope.Node(
        "ReduceSum", [scope.Node("Cast", [mask], new OnnxAttribute("to", OnnxGraph.Int32)), scope.Integers(1)], new OnnxAttribute("keepdims", 0));

    private string CreateOrder()
    {
        string length = scope.Node("Shape", [mask], new OnnxAttribute("start", 1));
        string time = scope.Node("Range", [scope.Integer(0), scope.Node("Squeeze", [length]), scope.Integer(1)]);
        string rank = scope.Node("Where", [mask, time, scope.Node("Add", [time, length])]);
        string order = scope.Node(
            "TopK", [rank, length], unused: ["values"], new OnnxAttribute("axis", 1), new OnnxAttribute("largest", 0));
        return scope.Node("Unsqueeze", [order, scope.Integers(2)]);
    }
}
