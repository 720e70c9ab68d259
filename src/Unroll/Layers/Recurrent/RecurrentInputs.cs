using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Which inputs of a recurrent layer's call are what; the first is the sequence.</summary>
/// <param name="State">The first of the initial states; null: none are given.</param>
/// <param name="Mask">The mask that was given; null: none.</param>
internal readonly record struct RecurrentInputs(int? State, int? Mask)
{
    /// <summary>Reads the arguments of a call.</summary>
    public static RecurrentInputs Of(ProgramContext context) =>
        new(CallInputs.IndexOf(context.Roles, RecurrentLayer.StateRole), CallInputs.IndexOf(context.Roles, RecurrentLayer.MaskRole));

    /// <summary>The arguments of a call.</summary>
    public static IReadOnlyList<CallArgument> Arguments(Symbol sequence, Symbols? initialState, Symbol? mask)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var arguments = new List<CallArgument> { new(null, sequence) };
        if (initialState is not null) arguments.Add(new CallArgument(RecurrentLayer.StateRole, initialState));
        if (mask is not null) arguments.Add(new CallArgument(RecurrentLayer.MaskRole, mask));
        return arguments;
    }

    /// <summary>What to say to those who call a cell.</summary>
    public static ArgumentException NotByItself(Layer cell) =>
        new($"{cell.ClassName} '{cell.Name}' is a cell, one step of a layer: wrap it, new RNN(new {cell.ClassName}(…)).");

    /// <summary>
    /// The steps to use. As in Keras a call with initial states takes a mask only if one is given: what the sequence
    /// carries goes past the layer.
    /// </summary>
    public Block MaskOf(Frame frame) => Mask is { } mask ? frame.Inputs[mask].Value : State is null ? frame.Input.Mask : default;

    /// <summary>The mask that the output carries.</summary>
    public Block PassedMaskOf(Frame frame) => Mask is { } mask ? frame.Inputs[mask].Value : frame.Input.Mask;
}
