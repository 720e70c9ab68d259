namespace Unroll.Layers;

/// <summary>Shapes as Python writes tuples, the batch dimension first.</summary>
internal static class ShapeText
{
    public static string Of(IReadOnlyList<int?> shape, int? batch = null) =>
        $"({Size(batch)}{(shape.Count == 0 ? "," : "")}{string.Concat(shape.Select(size => ", " + Size(size)))})";

    private static string Size(int? size) => size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "None";
}
