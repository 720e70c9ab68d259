using Unroll.Layers;

namespace Unroll.Models;

/// <summary>What a summary tells of one layer.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="ClassName">Keras' class name.</param>
/// <param name="OutputShape">Without the batch dimension; null: not known.</param>
/// <param name="ParameterCount">Number of weights.</param>
/// <param name="IsBuilt">False: its weights don't exist yet.</param>
/// <param name="IsTrainable">Null: the layer has no weights.</param>
/// <param name="Connected">Where its inputs come from, as Keras writes it; null: from nowhere.</param>
/// <param name="ShapeText">Shapes of several outputs as text; null: there is one.</param>
internal sealed record SummaryRow(
    string Name, string ClassName, IReadOnlyList<int?>? OutputShape, long ParameterCount, bool IsBuilt, bool? IsTrainable = null,
    string? Connected = null, string? ShapeText = null);

/// <summary>What a summary tells of a model.</summary>
/// <param name="ModelName">The model's name.</param>
/// <param name="Rows">One per layer, in order.</param>
/// <param name="TrainableCount">Number of weights that training changes.</param>
/// <param name="NonTrainableCount">Number of all other weights.</param>
/// <param name="OptimizerCount">Number of variables of the optimizer, its 64-bit step counter included; null before it has any.</param>
/// <param name="BatchSize">First dimension of all shapes; null is written <c>None</c>.</param>
/// <param name="IsConnected">Whether a column tells where inputs come from, which in a chain is known.</param>
internal sealed record SummaryTable(
    string ModelName, IReadOnlyList<SummaryRow> Rows, long TrainableCount, long NonTrainableCount, long? OptimizerCount, int? BatchSize = null, bool IsConnected = false)
{
    /// <summary>The shape as Python writes a tuple, for example <c>(None, 30, 50)</c>; null: not known.</summary>
    public string? ShapeOf(SummaryRow row) => row.ShapeText ?? (row.OutputShape is null ? null : ShapeText.Of(row.OutputShape, BatchSize));
}
