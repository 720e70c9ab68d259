namespace Unroll.Layers;

/// <summary>
/// One time step of a recurrent layer, which <see cref="RNN"/> carries out over time: <see cref="SimpleRNNCell"/>,
/// <see cref="LSTMCell"/>, <see cref="GRUCell"/>, one of your own (<see cref="RecurrentCell"/>), or several on top of each
/// other (<see cref="StackedRNNCells"/>).
/// </summary>
public interface IRecurrentCell
{
    /// <summary>Sizes of the states; the first is put out.</summary>
    IReadOnlyList<int> StateSizes { get; }

    /// <summary>The layers that run the cell over time, the lowest first, and for each its path below the cell's weights.</summary>
    internal IReadOnlyList<(Layer Layer, string Path)> OverTime(SequenceFlags flags);
}

/// <summary>How a cell is run over time.</summary>
internal sealed record SequenceFlags(bool ReturnSequences, bool ReturnState, bool GoBackwards, bool Stateful, bool ZeroOutputForMask)
{
    /// <summary>For the cells below another, which sees all steps in the order in which they were read.</summary>
    public SequenceFlags Below => this with { ReturnSequences = true, ZeroOutputForMask = false };

    /// <summary>For the cells above another.</summary>
    public SequenceFlags Above => this with { GoBackwards = false };
}
