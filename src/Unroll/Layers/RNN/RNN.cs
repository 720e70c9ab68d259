using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Runs a cell over time, <c>[B, T, F] → [B, U]</c>, or <c>[B, T, U]</c> with <see cref="ReturnSequences"/>:
/// <c>new RNN(new LSTMCell(16))</c>, which is an LSTM, or a cell of your own. Several cells stand on top of each other:
/// <c>new RNN(new LSTMCell(16), new GRUCell(8))</c>.
/// </summary>
public sealed class RNN : CompositeLayer, IRecurrentLayer
{
    private static readonly Argument<Layer> CellArgument = new("cell", new ArgumentForm<Layer>(StackedRNNCells.ReadCell, cell => Catalog.ToKeras(cell), "lstm_cell(16)"));

    private IReadOnlyList<(Layer Layer, string Path)>? _layers;

    /// <summary>Creates the layer.</summary>
    /// <param name="cells">The cell; several stand on top of each other, the lowest first.</param>
    /// <exception cref="ArgumentException">There is no cell, or one is in a layer already.</exception>
    public RNN(params IReadOnlyList<IRecurrentCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        Set(CellArgument, cells is [Layer single] ? single : new StackedRNNCells(cells));
    }

    /// <inheritdoc/>
    public override string ClassName => "RNN";

    /// <summary>What is done at every step.</summary>
    public IRecurrentCell Cell => (IRecurrentCell)Get(CellArgument);

    /// <summary>True: the output has every step, <c>[B, T, U]</c>; false: the last, <c>[B, U]</c>.</summary>
    public bool ReturnSequences { get => Get(RecurrentLayer.ReturnSequencesArgument); init => Set(RecurrentLayer.ReturnSequencesArgument, value); }

    /// <summary>True: the states after the last step are put out, too, those of the lowest cell first.</summary>
    public bool ReturnState { get => Get(RecurrentLayer.ReturnStateArgument); init => Set(RecurrentLayer.ReturnStateArgument, value); }

    /// <summary>True: a batch goes on from the states that the batch before left, row by row, until they are reset.</summary>
    public bool Stateful { get => Get(RecurrentLayer.StatefulArgument); init => Set(RecurrentLayer.StatefulArgument, value); }

    /// <summary>True: reads the sequence from its end; outputs are in the order of reading.</summary>
    public bool GoBackwards { get => Get(RecurrentLayer.GoBackwardsArgument); init => Set(RecurrentLayer.GoBackwardsArgument, value); }

    /// <summary>True: the output of a masked step is 0; false: it repeats the output before. The states are held either way.</summary>
    public bool ZeroOutputForMask { get => Get(RecurrentLayer.ZeroOutputForMaskArgument); init => Set(RecurrentLayer.ZeroOutputForMaskArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, RNN>("RNN")
    {
        Arguments = [.. CommonArguments, .. RecurrentLayer.SequenceArguments, CellArgument],
        Positional = [CellArgument, RecurrentLayer.ReturnSequencesArgument],
        Make = a => new RNN((IRecurrentCell)a.Get(CellArgument)),
    };

    internal override bool GoesThroughTime => true;

    internal override IEnumerable<string> WeightPaths =>
        Layers.SelectMany(entry => entry.Layer.Parameters.Select((_, i) => $"cell/{entry.Path}vars/{i}"));

    int IRecurrentLayer.StateCount => Cell.StateSizes.Count;

    int IRecurrentLayer.OutputFeatures => (Cell is StackedRNNCells stack ? stack.Cells[^1] : Cell).StateSizes[0];

    private IReadOnlyList<(Layer Layer, string Path)> Layers =>
        _layers ??= Cell.OverTime(new SequenceFlags(ReturnSequences, ReturnState, GoBackwards, Stateful, ZeroOutputForMask));

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, F]</c>.</param>
    /// <param name="initialState">The states before the first step, those of the lowest cell first.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped.</param>
    /// <returns>The output; with <c>ReturnState</c> behind it the states after the last step.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null) =>
        AddCall(RecurrentInputs.Arguments(sequence, initialState, mask));

    // A cell holds no weights: both layers may have the same.
    IRecurrentLayer IRecurrentLayer.Twin(bool goBackwards, bool zeroOutputForMask)
    {
        var twin = new RNN(Cell);
        twin.TakeAll(this);
        twin.Rename("");
        twin.Set(RecurrentLayer.GoBackwardsArgument, goBackwards);
        twin.Set(RecurrentLayer.ZeroOutputForMaskArgument, zeroOutputForMask);
        return twin;
    }

    /// <inheritdoc/>
    protected override Symbols Compose(Symbols inputs) => Compose(inputs, [.. inputs.Select(_ => (string?)null)]);

    private protected override Symbols Compose(Symbols inputs, IReadOnlyList<string?> roles)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Symbol[] given = [.. inputs.Where((_, i) => roles[i] == RecurrentLayer.StateRole)];
        if (given.Length > 0 && given.Length != Cell.StateSizes.Count)
            throw new ArgumentException($"RNN '{Name}' has {Cell.StateSizes.Count} state(s), but {given.Length} were given as initial states.");
        Symbol? mask = CallInputs.IndexOf(roles, RecurrentLayer.MaskRole) is { } at ? inputs[at] : null;
        Symbol sequence = inputs[0];
        var states = new List<Symbol>();
        int first = 0;
        foreach ((Layer layer, _) in Layers)
        {
            int count = given.Length == 0 ? 0 : StatesOf(layer);
            Symbols? own = count == 0 ? null : Symbols.Create(given.AsSpan(first, count));
            Symbols outputs = layer.AddCall(RecurrentInputs.Arguments(sequence, own, mask));
            (sequence, first) = (outputs[0], first + count);
            states.AddRange(outputs.Skip(1));
        }

        return ReturnState ? Symbols.Create([sequence, .. states]) : sequence;
    }

    private static int StatesOf(Layer layer) => layer is CellLayer own ? own.StateSizes.Count : ((RecurrentLayer)layer).StateCount;
}
