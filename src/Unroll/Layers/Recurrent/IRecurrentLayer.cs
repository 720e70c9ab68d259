namespace Unroll.Layers;

/// <summary>
/// A layer that reads a sequence step by step and may read it from its end, so that <see cref="Bidirectional"/> can have two of it:
/// <see cref="SimpleRNN"/>, <see cref="LSTM"/>, <see cref="GRU"/>, <see cref="RNN"/> and <see cref="ConvLSTM1D"/>.
/// </summary>
public interface IRecurrentLayer
{
    /// <inheritdoc cref="Layer.Name"/>
    string Name { get; }

    /// <inheritdoc cref="Layer.Parameters"/>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>True: the output has every step; false: the last.</summary>
    bool ReturnSequences { get; }

    /// <summary>True: the states after the last step are put out, too.</summary>
    bool ReturnState { get; }

    /// <summary>True: reads the sequence from its end; outputs are in the order of reading.</summary>
    bool GoBackwards { get; }

    /// <summary>True: a batch goes on from the states that the batch before left.</summary>
    bool Stateful { get; }

    /// <summary>States that pass from step to step.</summary>
    internal int StateCount { get; }

    /// <summary>Size of the last dimension that comes out.</summary>
    internal int OutputFeatures { get; }

    /// <summary>A new layer with the same arguments, but for its name and two of them.</summary>
    internal IRecurrentLayer Twin(bool goBackwards, bool zeroOutputForMask);
}
