namespace Unroll.Models;

/// <summary>What a summary tells of one layer.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="ClassName">Keras' class name.</param>
/// <param name="OutputShape">Without the batch dimension; null: not known.</param>
/// <param name="ParameterCount">Number of weights.</param>
/// <param name="IsBuilt">False: its weights don't exist yet.</param>
/// <param name="IsTrainable">Null: the layer has no weights.</param>
internal sealed record SummaryRow(
    string Name, string ClassName, IReadOnlyList<int?>? OutputShape, long ParameterCount, bool IsBuilt, bool? IsTrainable = null);

/// <summary>What a summary tells of a model.</summary>
/// <param name="ModelName">The model's name.</param>
/// <param name="Rows">One per layer, in order.</param>
/// <param name="TrainableCount">Number of weights that training changes.</param>
/// <param name="NonTrainableCount">Number of all other weights.</param>
/// <param name="OptimizerCount">Number of variables of the optimizer, its 64-bit step counter included; null before it has any.</param>
/// <param name="BatchSize">First dimension of all shapes; null is written <c>None</c>.</param>
internal sealed record SummaryTable(
    string ModelName, IReadOnlyList<SummaryRow> Rows, long TrainableCount, long NonTrainableCount, long? OptimizerCount, int? BatchSize = null)
{
    /// <summary>The shape as Python writes a tuple, for example <c>(None, 30, 50)</c>; null: not known.</summary>
    public string? ShapeOf(SummaryRow row) => row.OutputShape is null
        ? null
        : $"({Dimension(BatchSize)}{(row.OutputShape.Count == 0 ? "," : "")}{string.Concat(row.OutputShape.Select(size => ", " + Dimension(size)))})";

    private static string Dimension(int? size) => size?.ToString() ?? "None";
}
