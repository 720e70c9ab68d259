namespace Unroll.Layers;

/// <summary>
/// Two layers that read a sequence in both directions, as a graph: any recurrent layers, where <see cref="BidirectionalProgram"/>
/// runs those with a kernel of their own.
/// </summary>
internal sealed class DirectionPair(Bidirectional layer) : CompositeLayer
{
    private MergedDirections? _merged;

    protected override Symbols Compose(Symbols inputs) => Compose(inputs, [.. inputs.Select(_ => (string?)null)]);

    private protected override Symbols Compose(Symbols inputs, IReadOnlyList<string?> roles)
    {
        IRecurrentLayer forward = layer.ForwardLayer, backward = layer.BackwardLayer;
        Symbol[] states = [.. inputs.Where((_, i) => roles[i] == RecurrentLayer.StateRole)];
        int half = states.Length == 0 ? 0 : forward.StateCount;
        Symbol? mask = CallInputs.IndexOf(roles, RecurrentLayer.MaskRole) is { } at ? inputs[at] : null;
        Symbols read = Read(forward, states[..half]), readBack = Read(backward, states[half..]);
        _merged ??= new MergedDirections(layer.MergeMode, forward.ReturnSequences);
        Symbols merged = _merged.AddCall([new CallArgument(null, Symbols.Create([read[0], readBack[0]]))]);
        return Symbols.Create([.. merged, .. read.Skip(1), .. readBack.Skip(1)]);

        Symbols Read(IRecurrentLayer direction, Symbol[] first) =>
            ((Layer)direction).AddCall(RecurrentInputs.Arguments(inputs[0], first.Length > 0 ? Symbols.Create(first) : null, mask));
    }
}
