using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Base of the built-in cells: <see cref="RNN"/> runs them as the layer of the same kind.</summary>
public abstract class FusedCell : RecurrentArguments, IRecurrentCell
{
    private protected FusedCell(int units) : base(units)
    {
    }

    /// <inheritdoc/>
    public virtual IReadOnlyList<int> StateSizes => [Units];

    IReadOnlyList<(Layer Layer, string Path)> IRecurrentCell.OverTime(SequenceFlags flags) => [(ToLayer().Like(this, flags), "")];

    internal override LayerProgram CreateProgram(ProgramContext context) => throw RecurrentInputs.NotByItself(this);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => throw RecurrentInputs.NotByItself(this);

    private protected abstract RecurrentLayer ToLayer();
}

/// <summary>A step of <see cref="SimpleRNN"/>: h' = activation(x·K + h·R + b).</summary>
/// <param name="units">Size of the hidden state.</param>
/// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
public sealed class SimpleRNNCell(int units) : FusedCell(units)
{
    /// <inheritdoc/>
    public override string ClassName => "SimpleRNNCell";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SimpleRNNCell>("SimpleRNNCell")
    {
        Arguments = [.. CommonArguments, .. CellArguments(isGated: false, afterBias: [], afterRegularizers: [], last: [Argument.Ignored("seed", null)])],
        Positional = FirstArguments(isGated: false),
        Make = a => new SimpleRNNCell(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer ToLayer() => new SimpleRNN(Units);
}

/// <summary>A step of <see cref="LSTM"/>; its states are the hidden state and that of the cell.</summary>
/// <param name="units">Size of the hidden state.</param>
/// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
public sealed class LSTMCell(int units) : FusedCell(units)
{
    /// <inheritdoc/>
    public override string ClassName => "LSTMCell";

    /// <inheritdoc cref="LSTM.RecurrentActivation"/>
    public Activation RecurrentActivation { get => Get(RecurrentActivationArgument); init => Set(RecurrentActivationArgument, value); }

    /// <inheritdoc cref="LSTM.UnitForgetBias"/>
    public bool UnitForgetBias { get => Get(LSTM.UnitForgetBiasArgument); init => Set(LSTM.UnitForgetBiasArgument, value); }

    /// <inheritdoc/>
    public override IReadOnlyList<int> StateSizes => [Units, Units];

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, LSTMCell>("LSTMCell")
    {
        Arguments =
        [
            .. CommonArguments, UnitsArgument, ActivationArgument, RecurrentActivationArgument, UseBiasArgument, LSTM.UnitForgetBiasArgument,
            .. CellArguments(isGated: true, afterBias: [], afterRegularizers: [], last: [Argument.Ignored("seed", null)]).Skip(4),
        ],
        Positional = FirstArguments(isGated: true),
        Make = a => new LSTMCell(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer ToLayer() => new LSTM(Units);
}

/// <summary>A step of <see cref="GRU"/>.</summary>
/// <param name="units">Size of the hidden state.</param>
/// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
public sealed class GRUCell(int units) : FusedCell(units)
{
    /// <inheritdoc/>
    public override string ClassName => "GRUCell";

    /// <inheritdoc cref="GRU.RecurrentActivation"/>
    public Activation RecurrentActivation { get => Get(RecurrentActivationArgument); init => Set(RecurrentActivationArgument, value); }

    /// <inheritdoc cref="GRU.ResetAfter"/>
    public bool ResetAfter { get => Get(GRU.ResetAfterArgument); init => Set(GRU.ResetAfterArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GRUCell>("GRUCell")
    {
        Arguments = [.. CommonArguments, .. CellArguments(isGated: true, afterBias: [], afterRegularizers: [], last: [GRU.ResetAfterArgument, Argument.Ignored("seed", null)])],
        Positional = FirstArguments(isGated: true),
        Make = a => new GRUCell(a.Get(UnitsArgument)),
    };

    private protected override RecurrentLayer ToLayer() => new GRU(Units);
}
