using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Cells on top of each other as one cell: each reads what the one below puts out. <see cref="RNN"/> makes it of several cells.</summary>
public sealed class StackedRNNCells : Layer, IRecurrentCell
{
    private static readonly Argument<IReadOnlyList<Layer>> CellsArgument = new(
        "cells", new ArgumentForm<IReadOnlyList<Layer>>(ReadCells, cells => new JsonArray([.. cells.Select(cell => Catalog.ToKeras(cell))]), "[lstm_cell(16), gru_cell(8)]"));

    /// <summary>Creates the cell.</summary>
    /// <param name="cells">The cells, the lowest first.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public StackedRNNCells(params IReadOnlyList<IRecurrentCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count == 0) throw new ArgumentException("StackedRNNCells needs at least one cell, new LSTMCell(16) say.", nameof(cells));
        Set(CellsArgument, [.. cells.Select(cell => (Layer)(cell ?? throw new ArgumentNullException(nameof(cells))))]);
    }

    /// <inheritdoc/>
    public override string ClassName => "StackedRNNCells";

    /// <summary>The cells, the lowest first.</summary>
    public IReadOnlyList<IRecurrentCell> Cells => [.. Get(CellsArgument).Cast<IRecurrentCell>()];

    /// <summary>Sizes of the states of all cells, those of the lowest first.</summary>
    public IReadOnlyList<int> StateSizes => [.. Cells.SelectMany(cell => cell.StateSizes)];

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, StackedRNNCells>("StackedRNNCells")
    {
        Arguments = [.. CommonArguments, CellsArgument],
        Make = a => new StackedRNNCells([.. a.Get(CellsArgument).Cast<IRecurrentCell>()]),
    };

    IReadOnlyList<(Layer Layer, string Path)> IRecurrentCell.OverTime(SequenceFlags flags)
    {
        var layers = new List<(Layer, string)>();
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < Cells.Count; i++)
        {
            SequenceFlags own = flags;
            if (i < Cells.Count - 1) own = own.Below;
            if (i > 0) own = own.Above;
            string stem = SnakeCase.Of(((Layer)Cells[i]).ClassName);
            int number = counts[stem] = counts.GetValueOrDefault(stem, -1) + 1;
            layers.AddRange(Cells[i].OverTime(own).Select(entry => (entry.Layer, $"cells/{(number == 0 ? stem : $"{stem}_{number}")}/{entry.Path}")));
        }

        return layers;
    }

    /// <summary>Reads a cell, or a list of them, as files have it.</summary>
    internal static Layer ReadCell(ArgumentInput input) => input.Node is JsonArray
        ? new StackedRNNCells([.. ReadCells(input).Cast<IRecurrentCell>()])
        : Catalog.Create(input.Object()) is var layer && layer is IRecurrentCell ? layer : throw input.Wrong("a cell, lstm_cell(16) say");

    internal override LayerProgram CreateProgram(ProgramContext context) => throw RecurrentInputs.NotByItself(this);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => throw RecurrentInputs.NotByItself(this);

    private static IReadOnlyList<Layer> ReadCells(ArgumentInput input) => input.Node is JsonArray { Count: > 0 } nodes
        ? [.. nodes.Select(node => ReadCell(input with { Node = node }))]
        : throw input.Wrong("a list of cells, [lstm_cell(16), gru_cell(8)] say");
}
